"""`dataset.parquet`, or one for each shard: pixels as columns, or the paths of PNG files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any, Literal

import numpy as np
from pydantic import Field

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard, UnsupportedError
from synthgen.export.image_table import (
    label_columns,
    pixel_columns,
    table_usage,
    write_pictures,
)
from synthgen.export.images import image_stream

FILE = "dataset.parquet"
ROW_GROUP_BYTES = 2**23
"""Pixels of a row group; a group is what is held in memory."""


class ParquetExporter(Exporter):
    """Parquet: a row a sample, with its class's number and name and its pixels, or PNG paths; needs pyarrow.

    The columns are those of `csv`: `sample`, `label` (the source's class number), `class`, `real` where
    originals are included, and `pixel_0`, `pixel_1`, ... (row by row, in RGB images a pixel's R, G and B
    together), or all of them in `pixels`, or a `path`. The schema's metadata has an image's `shape`.
    """

    class Options(Options):
        """How the table is written."""

        pixels: Literal["flat", "list", "png"] = "flat"
        """flat: a column for each value, pixel_0 and so on; list: one column of lists, better beyond some
        thousand values; png: a column with the path of a PNG file."""
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
        return table_usage(self.options.pixels, info, FILE, "pd.read_parquet(FILE)")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write a row group at a time. Raises UnsupportedError for what is no grey or RGB image."""
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415

        shape, batches = image_stream(batches, "parquet")
        schema = self._schema(info, shape)
        rows = max(1, ROW_GROUP_BYTES // prod(shape))
        with (
            folder.open(shard.file(FILE)) as file,
            ParquetWriter(file, schema, compression=self.options.compression) as writer,
        ):
            for group in _groups(batches, rows):
                columns = _label_columns(group, info) + self._image_columns(group, info, folder)
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))

    def _schema(self, info: DatasetInfo, shape: tuple[int, ...]) -> Any:
        """A `pyarrow.Schema`: the columns, and the shape of an image."""
        import pyarrow as pa  # noqa: PLC0415

        types = {
            "sample": pa.int64(),
            "label": pa.int64(),
            "class": pa.string(),
            "real": pa.bool_(),
            "pixels": pa.list_(pa.uint8(), prod(shape)),
            "path": pa.string(),
        }
        images = {"flat": pixel_columns(shape), "list": ["pixels"], "png": ["path"]}[self.options.pixels]
        names = [*label_columns(info), *images]
        return pa.schema(
            [(name, types.get(name, pa.uint8())) for name in names], metadata={"shape": json.dumps(shape)}
        )

    def _image_columns(self, group: list[SampleBatch], info: DatasetInfo, folder: OutputFolder) -> list[Any]:
        """The columns that stand for the images: arrays, or a list of paths."""
        if self.options.pixels == "png":
            level = self.options.compress_level
            return [[path for batch in group for path in write_pictures(batch, info, folder, level)]]
        pixels = np.concatenate([batch.x.reshape(len(batch.x), -1) for batch in group])
        if self.options.pixels == "list":
            import pyarrow as pa  # noqa: PLC0415

            return [pa.FixedSizeListArray.from_arrays(pixels.reshape(-1), pixels.shape[1])]
        return list(np.ascontiguousarray(pixels.T))


def _label_columns(group: list[SampleBatch], info: DatasetInfo) -> list[Any]:
    """The values of `label_columns`."""
    columns: list[Any] = [
        np.concatenate([np.arange(batch.start, batch.start + len(batch.x)) for batch in group])
    ]
    if info.classes:
        y = np.concatenate([batch.y for batch in group])
        columns.append(np.array([label.number for label in info.classes], np.int64)[y])
        columns.append(np.array([label.name for label in info.classes], object)[y])
    if info.real:
        columns.append(np.repeat([batch.real for batch in group], [len(batch.x) for batch in group]))
    return columns


def _groups(batches: Iterable[SampleBatch], rows: int) -> Iterator[list[SampleBatch]]:
    """The batches in lists of so many samples or slightly more."""
    held: list[SampleBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(len(b.x) for b in held) >= rows:
            yield held
            held = []
    if held:
        yield held
