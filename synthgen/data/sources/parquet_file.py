"""A table from Parquet files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from synthgen import DataError, Dataset, UnsupportedError
from synthgen.data.sources.table_files import describe, find_files, title
from synthgen.data.sources.tables import TableFileOptions, TableSource, choose_columns, refuse_other_columns


class ParquetFile(TableSource):
    """A table from a Parquet file, or several with the same columns; needs pyarrow."""

    class Options(TableFileOptions):
        """Which file, which column is the label, and what is kept."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        try:
            import pyarrow.parquet  # noqa: F401, PLC0415 - told now, not when the data is loaded
        except ImportError as error:
            raise UnsupportedError(
                f"source 'parquet' needs pyarrow, which is not installed: pip install pyarrow ({error})"
            ) from error

    def load(self) -> Dataset:
        """The rows of all files, one file after the other, with the types that pandas gave them.

        An index that pandas kept in the file is a column if it has a name, and left out if it has none. Whole
        numbers and booleans some of which are missing are of pandas' types Int64, ..., boolean; days are
        dates, and decimal numbers floats.
        """
        options = self.options
        files = find_files(options.path)
        first = _columns(files[0])
        for path in files[1:]:
            refuse_other_columns(path, _columns(path), files[0], first)
        kept = choose_columns(first, options, options.target, options.path)
        table = _read(files, kept)
        if not table.num_rows:
            raise DataError(f"{options.path}: has no rows; a table must have one")
        _refuse_nested(table, options.path)
        return self.dataset(title(files), _frame(table, kept), options.target, options.task, describe(files))


def _columns(path: Path) -> list[str]:
    """The columns' names, without those in which pandas keeps an index that has none."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    with _told(path):
        names = pq.read_schema(path).names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path}: has more than one column called {', '.join(map(repr, twice))}; rename them")
    return [name for name in names if not re.fullmatch(r"__index_level_\d+__", name)]


def _read(files: list[Path], kept: list[str]) -> Any:
    """All rows as a `pyarrow.Table`; types that differ from file to file become one that holds both."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    tables = []
    for path in files:
        with _told(path), pq.ParquetFile(path) as file:
            tables.append(file.read(columns=kept))
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        raise DataError(f"{files[0]} and {len(files) - 1} more: types do not agree ({error})") from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    import pyarrow as pa  # noqa: PLC0415

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read as Parquet, cut short or corrupt ({error})") from error


def _refuse_nested(table: Any, where: str) -> None:
    from pyarrow import types  # noqa: PLC0415

    odd = [
        f"{field.name} ({field.type})"
        for field in table.schema
        if types.is_nested(field.type) or types.is_binary(field.type) or types.is_large_binary(field.type)
    ]
    if odd:
        raise DataError(
            f"{where}: no single values are in column {', '.join(odd)}; leave it out by option drop"
        )


def _frame(table: Any, kept: list[str]) -> pd.DataFrame:
    import pyarrow as pa  # noqa: PLC0415

    fields = list(table.schema)
    for index, field in enumerate(fields):
        if pa.types.is_decimal(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.float64()))
    frame = table.to_pandas(date_as_object=False)
    if any(frame.index.names):
        frame = frame.reset_index()
    frame.columns = frame.columns.map(str)
    for field in fields:
        nullable = _nullable(field.type)
        if nullable is not None and table[field.name].null_count and _lost(frame[field.name]):
            frame[field.name] = table[field.name].to_pandas(types_mapper=lambda _, to=nullable: to)
    return frame[kept]


def _nullable(kind: Any) -> Any:
    """The type of pandas that holds whole numbers or booleans of this Arrow type, and what is missing."""
    from pyarrow import types  # noqa: PLC0415

    if types.is_boolean(kind):
        return pd.BooleanDtype()
    if not types.is_integer(kind):
        return None
    return pd.api.types.pandas_dtype(str(kind).replace("uint", "UInt").replace("int", "Int"))


def _lost(values: pd.Series) -> bool:
    """Whether pandas has made these floats or objects."""
    return is_object_dtype(values.dtype) or values.dtype == np.float64
