"""IDX files, as those of MNIST: images, labels and what else is known, each an array behind a short header."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO, cast

import numpy as np
from pydantic import Field

from synthgen import (
    ClassLabel,
    DatasetInfo,
    Exporter,
    Options,
    OutputFolder,
    SampleBatch,
    Shard,
    UnsupportedError,
)
from synthgen.export.kinds import check_images
from synthgen.export.streams import checked, peek

_CODES = {"u1": 0x08, ">i4": 0x0C, ">f8": 0x0E}
"""The third byte of a file, by NumPy's name of the type."""
_NAMES = {"u1": "ubyte", ">i4": "int", ">f8": "double"}
"""What a file's name ends with."""


class IdxExporter(Exporter):
    """MNIST's own files: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, as torchvision reads them.

    RGB images have four axes, `train-images-idx4-ubyte` (N, H, W, 3). Labels are the source's class numbers;
    where one does not fit a byte, they are 32-bit numbers in `train-labels-idx1-int`. Numbers that samples are
    conditioned on, such as a temperature, are in `train-temperature-idx1-double`. Where originals are included,
    `train-real-idx1-ubyte` is 1 for them and 0 for the others.
    """

    shard_size = 1_000_000  # readers of MNIST know one file alone

    class Options(Options):
        """How the files are named and packed."""

        prefix: str = Field("train", pattern=r"^[A-Za-z0-9_-]+$")
        """What the names begin with: train or t10k make files that readers of MNIST find in MNIST/raw."""
        gzip: bool = False
        """Pack each file with gzip, and add .gz to its name."""

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        types = {code: name for name, code in _CODES.items()}
        prefix, opener = self.options.prefix, "gzip.open" if self.options.gzip else "open"
        lines = [
            *(["import gzip"] if self.options.gzip else []),
            "from glob import glob",
            "import numpy as np",
            "def read(name):",
            "    arrays = []",
            "    for file in sorted(glob(name)):",
            f'        with {opener}(file, "rb") as stream:',
            '            _, kind, axes = np.frombuffer(stream.read(4), ">u2, u1, u1")[0]',
            '            shape = np.frombuffer(stream.read(4 * axes), ">i4")',
            f"            values = np.frombuffer(stream.read(), {types}[kind])",
            "        arrays.append(values.reshape(shape))",
            "    return np.concatenate(arrays)",
            f'x = read("{prefix}-images-idx*")',
            *([f'y = read("{prefix}-labels-idx*")'] if info.classes else []),
            *(f'{name} = read("{prefix}-{name}-idx*")' for name in info.given),
        ]
        return "\n".join(lines)

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for what is no grey or RGB images."""
        check_images(x, "idx")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Stream images and labels side by side. Raises UnsupportedError for what is no grey or RGB image."""
        first, batches = peek(checked(batches, self.check))
        numbers, label_type = _class_numbers(info.classes)
        written = 0
        with ExitStack() as files:

            def new(what: str, dtype: str, *axes: int) -> BinaryIO:
                return files.enter_context(self._array(what, dtype, (shard.count, *axes), shard, folder))

            images = new("images", "u1", *first.shape[1:])
            labels = new("labels", label_type) if info.classes else None
            given = {name: new(name, ">f8") for name in info.given}
            real = new("real", "u1") if info.real else None
            for batch in batches:
                images.write(np.ascontiguousarray(batch.x).data)
                if labels:
                    labels.write(numbers[batch.y].tobytes())
                for name, file in given.items():
                    file.write(batch.given[name].astype(">f8").tobytes())
                if real:
                    real.write(bytes([batch.real]) * len(batch.x))
                written += len(batch.x)
        if written != shard.count:
            raise ValueError(f"{written} samples came where {shard.count} were announced")

    @contextmanager
    def _array(
        self, what: str, dtype: str, shape: tuple[int, ...], shard: Shard, folder: OutputFolder
    ) -> Iterator[BinaryIO]:
        """An open file whose header announces this array."""
        name = f"{self.options.prefix}-{what}-idx{len(shape)}-{_NAMES[dtype]}"
        header = bytes([0, 0, _CODES[dtype], len(shape)]) + np.array(shape, ">u4").tobytes()
        if not self.options.gzip:
            with folder.open(shard.file(name)) as file:
                file.write(header)
                yield file
            return
        # no name and no time in gzip's own header: the same arrays are the same bytes
        with (
            folder.open(shard.file(f"{name}.gz")) as file,
            gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
        ):
            packed.write(header)
            yield cast(BinaryIO, packed)


def _class_numbers(classes: Sequence[ClassLabel]) -> tuple[np.ndarray, str]:
    """The classes' numbers in the smallest of the format's types that holds them, and that type."""
    numbers = np.array([label.number for label in classes], np.int64)
    if all(0 <= number <= 255 for number in numbers.tolist()):
        return numbers.astype("u1"), "u1"
    limits = np.iinfo(np.int32)
    if numbers.min() < limits.min or numbers.max() > limits.max:
        raise UnsupportedError(
            f"exporter 'idx' writes class numbers of at most 32 bits, not {max(numbers.tolist(), key=abs)}"
        )
    return numbers.astype(">i4"), ">i4"
