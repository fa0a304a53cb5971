"""`dataset.csv`, or one for each shard: rows of a table, values of a signal, pixels, or paths of PNG files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, repeat
from typing import Any, BinaryIO, Literal

import numpy as np
from pydantic import Field

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard
from synthgen.export.array_table import (
    array_usage,
    check_samples,
    label_columns,
    value_columns,
    write_pictures,
)
from synthgen.export.csv_text import row
from synthgen.export.kinds import is_signals, is_table
from synthgen.export.streams import checked, peek

FILE = "dataset.csv"

_CELLS = np.frombuffer(b"".join(f"{value},".encode().ljust(4, b"\0") for value in range(256)), np.uint32)
"""Each value of a byte as four characters, zeros at the end: a row of pixels is one look-up and one translate,
forty times as fast as pandas."""


class CsvExporter(Exporter):
    """CSV: a table's own rows and columns, nothing else; or a row for each signal or image.

    Where originals are included, tables have a last column `real`, which is True for them. Rows of signals and
    images begin with `sample`, `label` (the source's class number), `class`, the numbers that samples are
    conditioned on by their names and, with originals, `real`. Then come `value_0` and on (`value_0_0` and on, by
    time and channel) or `pixel_0` and on: row by row, in RGB images a pixel's R, G and B together. With
    `pixels: png` images end with `path` instead. UTF-8, lines end with a line feed, what is missing is empty, times
    are ISO 8601.
    """

    class Options(Options):
        """How images are written."""

        pixels: Literal["flat", "png"] = "flat"
        """flat: a column for each value, pixel_0 and so on; png: a column with the path of a PNG file."""
        compress_level: int = Field(1, ge=0, le=9)
        """zlib's effort on PNG files, from 0 (none) to 9 (smallest and slowest)."""

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        if info.columns:
            from synthgen.export.csv_table import table_usage  # noqa: PLC0415

            return table_usage(FILE, info)
        # a class may be called 07, or NA
        read = 'pd.read_csv(FILE, dtype={"class": str}, keep_default_na=False)'
        return array_usage(self.options.pixels, info, FILE, read if info.classes else "pd.read_csv(FILE)")

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for what is no table, no signals and no grey or RGB images."""
        check_samples(x, "csv", self.options.pixels)

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write row by row. Raises UnsupportedError as `check` does."""
        first, batches = peek(checked(batches, self.check))
        with folder.open(shard.file(FILE)) as file:
            if is_table(first):
                from synthgen.export.csv_table import write_table  # noqa: PLC0415 - pandas is slow to import

                write_table(file, batches, info)
            else:
                self._write_arrays(file, first, batches, info, folder)

    def _write_arrays(
        self,
        file: BinaryIO,
        first: np.ndarray,
        batches: Iterable[SampleBatch],
        info: DatasetInfo,
        folder: OutputFolder,
    ) -> None:
        flat = self.options.pixels == "flat"
        labels = [row([label.number, label.name]) + b"," for label in info.classes] or [b""]
        file.write(row([*label_columns(info), *(value_columns(first) if flat else ["path"])]) + b"\n")
        for batch in batches:
            real = (b"true," if batch.real else b"false,") if info.real else b""
            values = _values(batch.x) if flat else self._paths(batch, info, folder)
            rows = zip(count(batch.start), batch.y.tolist(), _given(batch, info), values, strict=False)
            file.writelines(
                b"%d,%b%b%b%b\n" % (n, labels[y], given, real, cells) for n, y, given, cells in rows
            )

    def _paths(self, batch: SampleBatch, info: DatasetInfo, folder: OutputFolder) -> Iterator[bytes]:
        return map(str.encode, write_pictures(batch, info, folder, self.options.compress_level))


def _given(batch: SampleBatch, info: DatasetInfo) -> Iterator[bytes]:
    """Each sample's given numbers with a comma after each."""
    if not info.given:
        return repeat(b"")
    columns = (batch.given[name].tolist() for name in info.given)
    return ("".join(f"{number}," for number in numbers).encode() for numbers in zip(*columns, strict=True))


def _values(x: np.ndarray) -> Iterator[bytes]:
    """Each sample's values with commas between."""
    flat = x.reshape(len(x), -1)
    if not is_signals(x):
        return (_CELLS[pixels].tobytes().translate(None, b"\0")[:-1] for pixels in flat)
    exact = x.dtype == np.float64  # of other types, as many digits as they have
    return (",".join(map(str, signal)).encode() for signal in (flat if exact else flat.astype(str)).tolist())
