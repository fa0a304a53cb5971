"""`dataset.csv`, or one for each shard: pixels as columns, or the paths of PNG files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import count
from typing import Literal

import numpy as np
from pydantic import Field

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard
from synthgen.export.image_table import (
    label_columns,
    pixel_columns,
    table_usage,
    write_pictures,
)
from synthgen.export.images import image_stream

FILE = "dataset.csv"

_CELLS = np.frombuffer(b"".join(f"{value},".encode().ljust(4, b"\0") for value in range(256)), np.uint32)
"""Each value of a byte as four characters, zeros at the end: a row of pixels is one look-up and one translate,
forty times as fast as pandas."""


class CsvExporter(Exporter):
    """CSV: a row a sample, with its class's number and name and its pixels, or PNG paths.

    The columns are `sample`, `label` (the source's class number), `class`, `real` (true for an original, where
    originals are included), and `pixel_0`, `pixel_1`, ...: row by row, in RGB images a pixel's R, G and B
    together. With `pixels: png` they end with `path` instead. UTF-8, lines end with a line feed.
    """

    class Options(Options):
        """How the table is written."""

        pixels: Literal["flat", "png"] = "flat"
        """flat: a column for each value, pixel_0 and so on; png: a column with the path of a PNG file."""
        compress_level: int = Field(1, ge=0, le=9)
        """zlib's effort on PNG files, from 0 (none) to 9 (smallest and slowest)."""

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        # a class may be called 07, or NA
        read = 'pd.read_csv(FILE, dtype={"class": str}, keep_default_na=False)'
        return table_usage(self.options.pixels, info, FILE, read if info.classes else "pd.read_csv(FILE)")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write row by row. Raises UnsupportedError for what is no grey or RGB image."""
        shape, batches = image_stream(batches, "csv")
        flat = self.options.pixels == "flat"
        labels = [_row([label.number, label.name]) + b"," for label in info.classes] or [b""]
        with folder.open(shard.file(FILE)) as file:
            columns = pixel_columns(shape) if flat else ["path"]
            file.write(_row([*label_columns(info), *columns]) + b"\n")
            for batch in batches:
                real = (b"true," if batch.real else b"false,") if info.real else b""
                images = _pixels(batch.x) if flat else self._paths(batch, info, folder)
                rows = zip(count(batch.start), batch.y.tolist(), images, strict=False)
                file.writelines(b"%d,%b%b%b\n" % (n, labels[y], real, image) for n, y, image in rows)

    def _paths(self, batch: SampleBatch, info: DatasetInfo, folder: OutputFolder) -> Iterator[bytes]:
        return map(str.encode, write_pictures(batch, info, folder, self.options.compress_level))


def _pixels(x: np.ndarray) -> Iterator[bytes]:
    """Each image's values with commas between."""
    for row in x.reshape(len(x), -1):
        yield _CELLS[row].tobytes().translate(None, b"\0")[:-1]


def _row(values: Iterable[object]) -> bytes:
    """Cells with commas between, quoted where they must be."""
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue().encode()
