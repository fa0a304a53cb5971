"""`dataset.parquet`, or one for each shard: rows of a table, values of a signal, pixels, or paths of PNG files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import prod
from typing import Any, BinaryIO, Literal

import numpy as np
from pydantic import Field

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard, UnsupportedError
from synthgen.export.array_table import (
    array_usage,
    check_samples,
    label_columns,
    list_column,
    value_columns,
    write_pictures,
)
from synthgen.export.kinds import is_table
from synthgen.export.streams import checked, groups, peek

FILE = "dataset.parquet"
ROW_GROUP_BYTES = 2**23
"""Of a row group, where samples are arrays; a group is what is held in memory."""


class ParquetExporter(Exporter):
    """Parquet: a table's own rows and columns, nothing else; or a row for each signal or image; needs pyarrow.

    The columns are those of `csv`; a table's keep their types, categories, time zones and nullable numbers
    among them. Signals and images can have all their values in one column, `values` or `pixels`, images a
    `path` instead; the schema's metadata has the `shape` of one.
    """

    class Options(Options):
        """How columns are packed, and how images are written."""

        pixels: Literal["flat", "list", "png"] = "flat"
        """flat: a column for each value of an image or a signal, pixel_0 or value_0 and so on; list: one column
        of lists, better beyond some thousand values; png: a column with the path of a PNG file."""
        compress_level: int = Field(1, ge=0, le=9)
        """zlib's effort on PNG files, from 0 (none) to 9 (smallest and slowest)."""
        compression: Literal["zstd", "snappy", "none"] = "zstd"
        """How columns are packed: zstd makes smaller files, snappy is faster to write."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        try:
            import pyarrow.parquet  # noqa: F401, PLC0415 - told now, not after the training
        except ImportError as error:
            raise UnsupportedError(
                f"exporter 'parquet' needs pyarrow, which is not installed: pip install pyarrow ({error})"
            ) from error

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        if info.columns:
            from synthgen.export.parquet_table import table_usage  # noqa: PLC0415

            return table_usage(FILE, info)
        return array_usage(self.options.pixels, info, FILE, "pd.read_parquet(FILE)")

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for what is no table, no signals and no grey or RGB images."""
        check_samples(x, "parquet", self.options.pixels)
        if is_table(x):
            from synthgen.export.parquet_table import check_rows  # noqa: PLC0415 - pandas is slow to import

            check_rows(x)

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write a row group at a time. Raises UnsupportedError as `check` does."""
        first, batches = peek(batches)
        self.check(first)
        with folder.open(shard.file(FILE)) as file:
            if is_table(first):
                from synthgen.export.parquet_table import write_table  # noqa: PLC0415

                write_table(file, batches, info, self.options.compression)
            else:
                self._write_arrays(file, first, checked(batches, self.check), info, folder)

    def _write_arrays(
        self,
        file: BinaryIO,
        first: np.ndarray,
        batches: Iterable[SampleBatch],
        info: DatasetInfo,
        folder: OutputFolder,
    ) -> None:
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

        schema = self._schema(info, first)
        rows = max(1, ROW_GROUP_BYTES // (prod(first.shape[1:]) * first.itemsize))
        with ParquetWriter(file, schema, compression=self.options.compression) as writer:
            for group in groups(batches, rows):
                columns = _label_columns(group, info) + self._value_columns(group, info, folder)
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))

    def _schema(self, info: DatasetInfo, x: np.ndarray) -> Any:
        """A `pyarrow.Schema`: the columns, and the shape of one of these samples."""
        import pyarrow as pa  # noqa: PLC0415

        shape, dtype = x.shape[1:], pa.from_numpy_dtype(x.dtype)
        types = {
            "sample": pa.int64(),
            "label": pa.int64(),
            "class": pa.string(),
            **dict.fromkeys(info.given, pa.float64()),
            "real": pa.bool_(),
            list_column(x): pa.list_(dtype, prod(shape)),
            "path": pa.string(),
        }
        values = {"flat": value_columns(x), "list": [list_column(x)], "png": ["path"]}[self.options.pixels]
        names = [*label_columns(info), *values]
        return pa.schema(
            [(name, types.get(name, dtype)) for name in names], metadata={"shape": json.dumps(shape)}
        )

    def _value_columns(self, group: list[SampleBatch], info: DatasetInfo, folder: OutputFolder) -> list[Any]:
        """The columns that stand for the samples: arrays, or a list of paths."""
        if self.options.pixels == "png":
            level = self.options.compress_level
            return [[path for batch in group for path in write_pictures(batch, info, folder, level)]]
        values = np.concatenate([batch.x.reshape(len(batch.x), -1) for batch in group])
        if self.options.pixels == "list":
            import pyarrow as pa  # noqa: PLC0415

            return [pa.FixedSizeListArray.from_arrays(values.reshape(-1), values.shape[1])]
        return list(np.ascontiguousarray(values.T))


def _label_columns(group: list[SampleBatch], info: DatasetInfo) -> list[Any]:
    """The values of `label_columns`."""
    columns: list[Any] = [
        np.concatenate([np.arange(batch.start, batch.start + len(batch.x)) for batch in group])
    ]
    if info.classes:
        y = np.concatenate([batch.y for batch in group])
        columns.append(np.array([label.number for label in info.classes], np.int64)[y])
        columns.append(np.array([label.name for label in info.classes], object)[y])
    columns += [np.concatenate([batch.given[name] for batch in group]) for name in info.given]
    if info.real:
        columns.append(np.repeat([batch.real for batch in group], [len(batch.x) for batch in group]))
    return columns
