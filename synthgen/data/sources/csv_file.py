"""A table from CSV files."""

from __future__ import annotations

import codecs
import io
import warnings
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_float_dtype, is_numeric_dtype, is_object_dtype
from pydantic import StringConstraints

from synthgen import DataError, Dataset, UnsupportedError
from synthgen.data.sources.csv_format import CsvFormat, Given, find_format
from synthgen.data.sources.csv_lines import check_lines
from synthgen.data.sources.table_dates import Dates, parse_dates
from synthgen.data.sources.table_files import describe, find_files, open_table, title
from synthgen.data.sources.tables import (
    TableFileOptions,
    TableSource,
    choose_columns,
    refuse_other_columns,
    require_columns,
)

_VERSION = tuple(int(part) for part in pd.__version__.split(".")[:2])
# the default loses the last digit before pandas 3.1, where this option is deprecated
_EXACT: dict[str, Any] = {} if _VERSION >= (3, 1) else {"float_precision": "round_trip"}
_LARGEST_WHOLE = 2**53
_NAMELESS = "Unnamed: 0"


class CsvFile(TableSource):
    """A table from a CSV file, or several: numbers, text, dates; gzip, bzip2, xz or zip by its name's end."""

    class Options(TableFileOptions):
        """Which file, and how it is written where that is not found out right."""

        separator: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
        """What is between fields; a comma, semicolon, tab or | is found out."""
        header: bool = True
        """Whether the first line has the columns' names; without it they are column_0, column_1, ..."""
        names: list[str] | None = None
        """Names of all columns, instead of those in the header or where there is none."""
        encoding: str | None = None
        """Of the text, such as latin-1 or cp1252; UTF-8, or what a byte order mark says, if not given."""
        decimal: Literal[".", ","] = "."
        """What is between a number and its decimals. Separators of thousands are not read as numbers."""
        skip_spaces: bool = True
        """Spaces after a separator count for nothing."""
        missing: tuple[str | int | float, ...] = ()
        """What else means that a value is missing, such as ? or -999, in every column."""
        usual_missing: bool = True
        """NA, N/A, NaN, null, None and the like mean that a value is missing; an empty field always does."""
        text: tuple[str, ...] = ()
        """Columns to read as text whatever is in them; so are those with numbers such as 007."""
        dates: Dates = "auto"
        """Columns with dates: auto finds those whose every value is like 2020-12-31 or 2020-12-31T08:00Z; none;
        a list of columns; or their forms, {born: '%d.%m.%Y'}."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        if options.encoding is not None:
            try:
                codecs.lookup(options.encoding)
            except LookupError as error:
                raise UnsupportedError(f"encoding: there is no '{options.encoding}'; utf-8 is one") from error
        if options.separator == options.decimal:
            raise UnsupportedError(f"separator and decimal are both '{options.decimal}'; they must differ")

    def load(self) -> Dataset:
        """The rows of all files, one file after the other.

        Whole numbers some of which are missing are of pandas' type Int64; a column of numbers and text is
        text. A first column without a name that counts the rows is left out: pandas and R write such.
        """
        options = self.options
        where = options.path
        files = find_files(options.path)
        forms = [self._format(path) for path in files]
        for path, form in zip(files, forms, strict=True):
            refuse_other_columns(path, form.names, files[0], forms[0].names)
        kept = choose_columns(forms[0].names, options, options.target, where)
        require_columns(kept, options.text, "text", where)
        require_columns(kept, [] if isinstance(options.dates, str) else list(options.dates), "dates", where)
        found = set().union(*(check_lines(*pair) for pair in zip(files, forms, strict=True)))
        codes = [name for name in kept if name in found]
        frames = self._read(files, forms, kept, {*codes, *options.text})
        counted = kept[0] == _NAMELESS and len(kept) > 1 and all(_counts(f[_NAMELESS]) for f in frames)
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        if counted:
            frame = frame.drop(columns=_NAMELESS)
        _mend_gaps(frame, set().union(*(form.points for form in forms)))
        notes = [
            *(["the first column has no name and counts the rows; it is left out"] if counted else []),
            *(f"column {name} is read as text, since it has numbers that begin with 0" for name in codes),
            *parse_dates(frame, options.dates, where),
            *_decimal_commas(frame, forms[0]),
        ]
        return self.dataset(title(files), frame, options.target, options.task, describe(files), notes)

    def _format(self, path: Path) -> CsvFormat:
        known = {field.name: getattr(self.options, field.name) for field in fields(Given)}
        return find_format(path, Given(**known))

    def _read(
        self, files: list[Path], forms: list[CsvFormat], kept: list[str], text: set[str]
    ) -> list[pd.DataFrame]:
        """A frame for each file; columns with numbers here and text there are read again, as text."""
        frames = [self._frame(*pair, kept, text) for pair in zip(files, forms, strict=True)]
        mixed = {name for name in kept if name not in text and _is_mixed([f[name] for f in frames])}
        if mixed:
            del frames
            frames = [self._frame(*pair, kept, text | mixed) for pair in zip(files, forms, strict=True)]
        large = [name for name in kept if any(_is_large(f[name]) for f in frames)]
        if large:  # pandas reads whole numbers as floats where some are missing
            for frame, path, form in zip(frames, files, forms, strict=True):
                texts = self._frame(path, form, large, set(large))
                for name in large:
                    frame[name] = _whole_numbers(texts[name], frame[name])
        return frames

    def _frame(self, path: Path, form: CsvFormat, kept: list[str], text: set[str]) -> pd.DataFrame:
        missing = [str(value).lstrip() if form.skip_spaces else str(value) for value in self.options.missing]
        try:
            with (
                open_table(path) as file,
                io.TextIOWrapper(file, form.encoding, newline=form.newline) as lines,
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # mixed columns are looked for below
                frame = pd.read_csv(
                    lines,
                    sep=form.separator,
                    header=0 if self.options.header else None,
                    names=list(form.names),
                    usecols=kept,
                    index_col=False,
                    dtype=dict.fromkeys(text, str),
                    skipinitialspace=form.skip_spaces,
                    decimal=self.options.decimal,
                    na_values=["", *missing],
                    keep_default_na=self.options.usual_missing,
                    **_EXACT,
                )
        except (ValueError, OverflowError) as error:  # pandas' own errors are ValueErrors
            raise DataError(f"{path}: cannot be read as CSV ({error})") from error
        return frame[kept]


def _is_mixed(parts: list[pd.Series]) -> bool:
    """Whether a column has values of several kinds, be it in one file or in several."""
    kinds = {_kind(part) for part in parts if part.notna().any()}
    return len(kinds) > 1 or "mixed" in kinds


def _kind(values: pd.Series) -> str:
    if is_object_dtype(values.dtype):
        kind = infer_dtype(values, skipna=True)
        return kind if kind in ("string", "boolean") else "mixed"
    if is_bool_dtype(values.dtype):
        return "boolean"
    return "number" if is_numeric_dtype(values.dtype) else "string"


def _is_large(values: pd.Series) -> bool:
    """Whether these are whole numbers of which a float has not all digits, some of them missing."""
    if not (is_float_dtype(values.dtype) and values.isna().any()):
        return False
    known = values.dropna().to_numpy()
    return bool((np.abs(known) >= _LARGEST_WHOLE).any() and (known == np.round(known)).all())


def _whole_numbers(texts: pd.Series, otherwise: pd.Series) -> pd.Series:
    """The numbers in these texts, exactly; what they are `otherwise` if they are not written as whole ones."""
    try:
        return pd.Series([None if pd.isna(text) else int(text) for text in texts], dtype="Int64")
    except (ValueError, OverflowError):
        return otherwise


def _counts(values: pd.Series) -> bool:
    """Whether these are 0, 1, 2, ... or 1, 2, 3, ..."""
    if values.dtype != np.int64 or values.iloc[0] not in (0, 1):
        return False
    return bool((values.to_numpy() == np.arange(len(values)) + values.iloc[0]).all())


def _mend_gaps(frame: pd.DataFrame, points: set[str]) -> None:
    """Make whole numbers and booleans with missing values what they are without, in place.

    `points` are the columns that have decimals in the file.
    """
    for name in frame.columns:
        values = frame[name]
        if is_object_dtype(values.dtype) and infer_dtype(values, skipna=True) == "boolean":
            frame[name] = values.astype("boolean")
        elif is_float_dtype(values.dtype) and name not in points and values.isna().any():
            known = values.dropna().to_numpy()
            if len(known) and (np.abs(known) < _LARGEST_WHOLE).all() and (known == np.round(known)).all():
                frame[name] = values.astype("Int64")


def _decimal_commas(frame: pd.DataFrame, form: CsvFormat) -> list[str]:
    return [
        f"column {name} is text, and looks like numbers with a decimal comma (option decimal: ',')"
        for name in form.decimal_commas
        if name in frame and not is_numeric_dtype(frame[name].dtype)
    ]
