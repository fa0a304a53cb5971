"""Rows of a table as CSV: the frame's own columns, in lines that pandas reads back as equal values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen import DatasetInfo, SampleBatch, TableColumn
from synthgen.export.csv_text import quoted, row
from synthgen.export.reading import categories_again, read_frame, without_originals
from synthgen.export.streams import peek
from synthgen.export.table_columns import real_column

_UNITS: tuple[Literal["D", "s", "ms", "us", "ns"], ...] = ("D", "s", "ms", "us", "ns")
"""How exactly times are written, by NumPy's names."""

_NAMED = re.compile(r"(u?int(?!erval)|float|double|bool|str|large_str|category)", re.IGNORECASE)
"""How types begin that pandas reads when it is told to; others are left to it, such as periods."""
_INFERRED = {"bool", "int64", "float64"}
"""Types that pandas finds out by itself where a file has them."""


def write_table(file: BinaryIO, batches: Iterable[SampleBatch], info: DatasetInfo) -> None:
    """A line with the columns' names, then one for each row; `info.real` adds the column that marks originals."""
    first, batches = peek(batches)
    names = list(first.columns)
    file.write(row([*names, *([real_column(names)] if info.real else [])]) + b"\n")
    writer = TableLines()
    for batch in batches:
        mark = [str(batch.real)] * len(batch.x) if info.real else None
        file.write(writer.lines(batch.x, mark))


class TableLines:
    """Makes lines of frames that have the same columns, twice as fast as `DataFrame.to_csv`.

    Numbers have as many digits as tell them apart from all others of their type; what is missing is empty.
    Times are ISO 8601 as pandas writes them, without a time of day for as long as a column has none.
    """

    def __init__(self) -> None:
        self._units: dict[int, int] = {}

    def lines(self, frame: pd.DataFrame, last: list[str] | None = None) -> bytes:
        """A line for each row, in UTF-8; `last` are the cells of one more column."""
        columns = [self._cells(place, values) for place, (_, values) in enumerate(frame.items())]
        columns += [last] if last is not None else []
        if len(columns) == 1:  # readers take an empty line for no row at all
            columns = [[cell or '""' for cell in columns[0]]]
        return ("\n".join(map(",".join, zip(*columns, strict=True))) + "\n").encode()

    def _cells(self, place: int, values: pd.Series) -> list[str]:
        dtype = values.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            known = [*self._cells(place, pd.Series(dtype.categories)), ""]  # -1, the last, is a missing one
            return [known[code] for code in values.cat.codes.tolist()]
        kind = dtype.kind if isinstance(dtype, np.dtype) else ""
        if kind in ("i", "u", "b"):
            return list(map(str, values.tolist()))
        if kind == "f":
            return _floats(values.to_numpy())
        if kind == "M":
            return self._times(place, values.to_numpy())
        return _others(values)

    def _times(self, place: int, times: NDArray[np.datetime64]) -> list[str]:
        """As exact as the column's times have been up to here."""
        missing = np.isnat(times)
        known = times[~missing]
        unit = self._units.get(place, 0)
        while _UNITS[unit] != "ns" and (known.astype(f"M8[{_UNITS[unit]}]") != known).any():
            unit += 1
        self._units[place] = unit
        texts = np.datetime_as_string(times, unit=_UNITS[unit]).tolist()
        return _with_gaps([text.replace("T", " ") for text in texts], missing)


def _floats(numbers: np.ndarray) -> list[str]:
    exact = numbers.dtype == np.float64
    texts = list(map(str, numbers.tolist())) if exact else numbers.astype(str).tolist()
    return _with_gaps(texts, np.isnan(numbers))


def _others(values: pd.Series) -> list[str]:
    """Texts, nullable types, time zones and whatever else: by `str`."""
    cells = values.tolist()
    if set(map(type, cells)) <= {str}:
        return quoted(cells)
    return quoted(_with_gaps([str(cell) for cell in cells], values.isna().to_numpy()))


def _with_gaps(texts: list[str], missing: np.ndarray) -> list[str]:
    for place in np.flatnonzero(missing).tolist():
        texts[place] = ""
    return texts


def table_usage(file: str, info: DatasetInfo) -> str:
    """Python that reads the table with the types it had; a text such as NA is none of pandas' missing values."""
    types = {
        str(name): dtype for name, dtype in info.columns if _NAMED.match(dtype) and dtype not in _INFERRED
    }
    times = [str(name) for name, dtype in info.columns if _is_time(dtype) and not _zone(dtype)]
    arguments = [f"dtype={types!r}"] if types else []
    arguments += [f"parse_dates={times!r}", 'date_format="ISO8601"'] if times else []
    call = ", ".join(["pd.read_csv(FILE", *arguments, 'keep_default_na=False, na_values=[""])'])
    categories: list[str | int] = [str(name) for name, dtype in info.columns if dtype == "category"]
    return "\n".join(
        [
            *read_frame(call, file, info),
            *categories_again(categories if info.shards > 1 else []),
            *(_read_zone(column) for column in info.columns if _zone(column.dtype)),
            *without_originals(info),
            *_numbered(info),
        ]
    )


def _is_time(dtype: str) -> bool:
    return dtype.startswith("datetime64") or (dtype.startswith("timestamp") and "tz=" not in dtype)


def _zone(dtype: str) -> str:
    """`Europe/Berlin` of `datetime64[ns, Europe/Berlin]`; nothing of other types."""
    return dtype[:-1].partition(", ")[2] if dtype.startswith("datetime64") else ""


def _read_zone(column: TableColumn) -> str:
    times = f'pd.to_datetime(data[{str(column.name)!r}], utc=True, format="ISO8601")'
    return f"data[{str(column.name)!r}] = {times}.dt.tz_convert({_zone(column.dtype)!r})"


def _numbered(info: DatasetInfo) -> list[str]:
    """Names that are numbers have become texts in the file."""
    if info.real or not all(isinstance(column.name, int) for column in info.columns):
        return []
    return ["data.columns = data.columns.astype(int)"]
