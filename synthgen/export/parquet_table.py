"""Rows of a table as Parquet: the frame's own columns, their types kept in pandas' own metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from synthgen import DatasetInfo, SampleBatch, UnsupportedError
from synthgen.export.reading import categories_again, read_frame, without_originals
from synthgen.export.streams import groups, peek
from synthgen.export.table_columns import real_column
from synthgen.values import join

ROW_GROUP_CELLS = 2**20
"""Cells of a row group; a group is what is held in memory."""


def check_rows(frame: pd.DataFrame) -> None:
    """Raise UnsupportedError where such rows cannot be written, by writing them to nowhere."""
    batch = SampleBatch(frame, np.zeros(len(frame), np.int64), 0)
    write_table(BytesIO(), [batch], DatasetInfo("", (), len(frame), 1), "none")


def _check_names(frame: pd.DataFrame) -> None:
    """Raise UnsupportedError where two columns would have one name, which in Parquet is a text."""
    names = [str(name) for name in frame.columns]
    for name, text in zip(frame.columns, names, strict=True):
        if names.count(text) > 1 and not isinstance(name, str):
            raise UnsupportedError(
                f"exporter 'parquet': the names of columns are texts, so {name!r} and {text!r} would be one;"
                " rename one, or take csv"
            )


def write_table(file: BinaryIO, batches: Iterable[SampleBatch], info: DatasetInfo, compression: str) -> None:
    """Write a row group at a time; `info.real` adds the column that marks originals.

    Raises UnsupportedError for a column that Parquet has no one type for, and for two with one name.
    """
    import pyarrow as pa  # noqa: PLC0415 - needed here alone
    from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

    frames = _frames(batches, info)
    first = next(frames)
    _check_names(first)
    try:
        schema = _schema(first)
        with ParquetWriter(file, schema, compression=compression) as writer:
            for frame in chain([first], frames):
                texts = frame.set_axis(schema.names, axis=1)
                writer.write_table(pa.Table.from_pandas(texts, schema, preserve_index=False))
    except pa.ArrowException as error:
        raise UnsupportedError(
            f"exporter 'parquet' cannot write this table: {', '.join(map(str, error.args))}; take csv"
        ) from error


def _frames(batches: Iterable[SampleBatch], info: DatasetInfo) -> Iterator[pd.DataFrame]:
    """A frame for each row group, with the mark of originals if there are any."""
    first, batches = peek(batches)
    mark = real_column(first.columns)
    rows = max(1, ROW_GROUP_CELLS // max(1, first.shape[1]))
    for group in groups(batches, rows):
        if info.real:
            frame = join([batch.x.assign(**{mark: batch.real}) for batch in group])
            yield frame.set_axis([str(name) for name in frame.columns], axis=1)  # names of one kind
        else:
            yield join([batch.x for batch in group])


def _schema(frame: pd.DataFrame) -> Any:
    """A `pyarrow.Schema` with pandas' metadata. A column without any value may have texts later on."""
    import pyarrow as pa  # noqa: PLC0415

    schema = pa.Table.from_pandas(frame.reset_index(drop=True)).schema
    for place, column in enumerate(schema):
        if pa.types.is_null(column.type):
            schema = schema.set(place, column.with_type(pa.string()))
    # what the columns' names are is noted only with an index, which other row groups would go beyond
    notes = json.loads(schema.metadata[b"pandas"]) | {"index_columns": []}
    return schema.with_metadata({"pandas": json.dumps(notes)})


def table_usage(file: str, info: DatasetInfo) -> str:
    """Python that reads the table with the types it had; of categories, Parquet keeps those of texts alone."""
    lines = read_frame("pd.read_parquet(FILE)", file, info)
    names = [column.name for column in info.columns if column.dtype == "category"]
    again = categories_again([str(name) for name in names] if info.real else names)
    return "\n".join([*lines, *again, *without_originals(info)])
