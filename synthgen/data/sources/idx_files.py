"""Reading IDX files, gzipped or not: the format of MNIST and of the sets made in its likeness.

The format is described with MNIST (LeCun, Cortes, Burges): two zero bytes, a type, the number of axes, the
length of each axis as a big-endian 32-bit number, the values.
"""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from synthgen import DataError
from synthgen.data.sources.memory import require_memory

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"
_DENSEST = 1100  # times as long may what is gzipped be
_CHUNK = 1 << 20


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, gzipped or not, whatever its name.

    Raises DataError, naming the file, if it is cut short, no IDX file, or images that memory cannot hold.
    """
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == _GZIP
            file.seek(0)
            most = path.stat().st_size * (_DENSEST if zipped else 1)
            with gzip.open(file) if zipped else file as content:
                return _array(cast(BinaryIO, content), path, most)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read, cut short or corrupt ({error})") from error


def read_labelled_images(images: Path, labels: Path, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """`x` uint8 `(N, H, W)` and `y` int64 `(N,)` from an image file and its label file.

    Raises DataError, naming the file, if either is not what it should be or they do not belong together.
    """
    x, y = read_idx(images), read_idx(labels)
    if x.dtype != np.uint8 or x.ndim != 3 or not x.size:
        raise DataError(f"{images}: holds {x.dtype} {x.shape}; images must be uint8 (N, height, width)")
    if y.dtype != np.uint8 or y.ndim != 1:
        raise DataError(f"{labels}: holds {y.dtype} {y.shape}; labels must be uint8 (N,)")
    refuse_other_count(images, x, labels, y)
    if y.max() >= n_classes:
        raise DataError(f"{labels}: label {y.max()} is out of range, 0 to {n_classes - 1}: corrupt")
    return x, y.astype(np.int64)


def refuse_other_count(images: Path, x: np.ndarray, labels: Path, y: np.ndarray) -> None:
    """Raise DataError if there are not as many labels as images."""
    if len(x) != len(y):
        raise DataError(f"{labels}: {len(y):,} labels for the {len(x):,} images of {images.name}")


def _array(file: BinaryIO, path: Path, most: int) -> np.ndarray:
    """The array, made once its header is known to be true; `most` is what the file can hold, in bytes."""
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES or not head[3]:
        raise DataError(f"{path}: not an IDX file, or corrupt: it does not begin as one")
    dtype = np.dtype(_TYPES[head[2]])
    axes = file.read(4 * head[3])
    if len(axes) < 4 * head[3]:
        raise DataError(f"{path}: cut short within its header")
    shape = tuple(int.from_bytes(axes[i : i + 4], "big") for i in range(0, len(axes), 4))
    start, size = len(head) + len(axes), prod(shape) * dtype.itemsize
    if start + size > most:
        raise _wrong_length(path, f"at most {most:,} bytes", start + size)
    if len(shape) > 2:
        image = shape[1:3] if shape[3:] in ((), (1,)) else shape[1:4]
        require_memory(str(path), shape[0], image, "use a file of fewer images")
    content = bytearray(size)  # so that the array over it can be written to
    read = _fill(file, content)
    read += sum(len(chunk) for chunk in iter(lambda: file.read(_CHUNK), b""))
    if read != size:
        raise _wrong_length(path, f"{start + read:,} bytes", start + size)
    try:
        return np.frombuffer(content, dtype).reshape(shape)
    except ValueError as error:  # more axes than NumPy knows
        raise DataError(f"{path}: not an IDX file, or corrupt ({error})") from error


def _fill(file: BinaryIO, content: bytearray) -> int:
    """Read into `content` until it is full or the file ends; the number of bytes read."""
    view, read = memoryview(content), 0
    while read < len(content) and (n := file.readinto(view[read : read + _CHUNK])):  # type: ignore[attr-defined]
        read += n
    return read


def _wrong_length(path: Path, found: str, announced: int) -> DataError:
    return DataError(f"{path}: cut short or corrupt: {found} where its header announces {announced:,}")
