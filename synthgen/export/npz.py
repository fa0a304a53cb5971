"""`dataset.npz`, or one for each shard, with the arrays `x`, `y`, `classes`, `numbers` and given numbers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard, UnsupportedError
from synthgen.export.kinds import WRITE_TABLES, is_table
from synthgen.export.streams import checked

FILE = "dataset.npz"


class NpzExporter(Exporter):
    """NumPy arrays: `x` as sampled, `y` the source's class numbers, `classes` and `numbers` the classes.

    Numbers that samples are conditioned on have an array of their name. Where originals are included, `real` says
    which they are.
    """

    class Options(Options):
        """How the arrays are written."""

        compress: bool = False
        """Deflate the arrays: smaller by half or more, and several times slower."""

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        wanted = ("x", *(["y"] if info.classes else []), *info.given)
        if info.shards == 1:
            lines = [f'data = np.load("{FILE}")', *(f'{name} = data["{name}"]' for name in wanted)]
            return "\n".join(["import numpy as np", *lines])
        pattern = f"{Path(FILE).stem}-*.npz"
        lines = [f'parts = [np.load(file) for file in sorted(glob("{pattern}"))]']
        lines += [f'{name} = np.concatenate([part["{name}"] for part in parts])' for name in wanted]
        return "\n".join(["from glob import glob", "import numpy as np", *lines])

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for tables, and for arrays of anything but numbers."""
        if is_table(x):
            raise UnsupportedError(f"exporter 'npz' writes arrays, not rows of a table; {WRITE_TABLES}")
        if x.dtype.hasobject:
            raise UnsupportedError("exporter 'npz' writes arrays of numbers, not of Python objects")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write the archive; only class numbers and given numbers, 8 bytes each, are held in memory."""
        numbers = np.array([label.number for label in info.classes], np.int64)
        with folder.open(shard.file(FILE)) as file, ZipFile(file, "w") as archive:
            given = {name: np.empty(shard.count, np.float64) for name in info.given}
            labels, real = self._write_x(archive, batches, shard.count, given)
            if info.classes:
                self._write_array(archive, "y", numbers[labels])
                self._write_array(archive, "classes", np.array([label.name for label in info.classes]))
                self._write_array(archive, "numbers", numbers)
            for name, values in given.items():
                self._write_array(archive, name, values)
            if info.real:
                self._write_array(archive, "real", real)

    def _write_x(
        self, archive: ZipFile, batches: Iterable[SampleBatch], count: int, given: dict[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Stream the samples into `x.npy`, its header first; return the labels, and which are real.

        The `given` arrays are filled.
        """
        labels, real = np.empty(count, np.int64), np.zeros(count, np.bool_)
        written = 0
        with self._member(archive, "x") as file:
            for batch in checked(batches, self.check):
                if written == 0:
                    _write_header(file, batch.x.dtype, (count, *batch.x.shape[1:]))
                here = slice(written, written + len(batch.x))
                labels[here], real[here] = batch.y, batch.real
                for name, values in given.items():
                    values[here] = batch.given[name]
                written = here.stop
                file.write(np.ascontiguousarray(batch.x).data)
        if written != count:
            raise ValueError(f"{written} samples came where {count} were announced")
        return labels, real

    def _write_array(self, archive: ZipFile, name: str, array: np.ndarray) -> None:
        with self._member(archive, name) as file:
            np.lib.format.write_array(file, array, allow_pickle=False)

    def _member(self, archive: ZipFile, name: str) -> IO[bytes]:
        """An open member without the time of day: the same arrays are the same bytes."""
        member = ZipInfo(f"{name}.npy")
        member.create_system = 3
        member.external_attr = 0o644 << 16
        member.compress_type = ZIP_DEFLATED if self.options.compress else ZIP_STORED
        return archive.open(member, "w", force_zip64=True)


def _write_header(file: IO[bytes], dtype: np.dtype, shape: tuple[int, ...]) -> None:
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
