"""Reading IDX files, gzipped or not: the format of MNIST and of the sets made in its likeness.

The format is described with MNIST (LeCun, Cortes, Burges): two zero bytes, a type, the number of axes, the
length of each axis as a big-endian 32-bit number, the values.
"""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

from synthgen import DataError

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file. Raises DataError, naming the file, if it is cut short or no IDX file."""
    content = _content(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES or not content[3]:
        raise DataError(f"{path}: not an IDX file, or corrupt: it does not begin as one")
    dtype = np.dtype(_TYPES[content[2]])
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise DataError(f"{path}: cut short within its header")
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4))
    announced = start + prod(shape) * dtype.itemsize
    if len(content) != announced:
        raise DataError(
            f"{path}: cut short or corrupt: {len(content):,} bytes where its header announces {announced:,}"
        )
    return np.frombuffer(content, dtype, offset=start).reshape(shape)


def read_labelled_images(images: Path, labels: Path, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """`x` uint8 `(N, H, W)` and `y` int64 `(N,)` from an image file and its label file.

    Raises DataError, naming the file, if either is not what it should be or they do not belong together.
    """
    x, y = read_idx(images), read_idx(labels)
    if x.dtype != np.uint8 or x.ndim != 3 or not x.size:
        raise DataError(f"{images}: holds {x.dtype} {x.shape}; images must be uint8 (N, height, width)")
    if y.dtype != np.uint8 or y.ndim != 1:
        raise DataError(f"{labels}: holds {y.dtype} {y.shape}; labels must be uint8 (N,)")
    if len(x) != len(y):
        raise DataError(f"{labels}: {len(y):,} labels for the {len(x):,} images of {images.name}")
    if y.max() >= n_classes:
        raise DataError(f"{labels}: label {y.max()} is out of range, 0 to {n_classes - 1}: corrupt")
    return x, y.astype(np.int64)


def _content(path: Path) -> bytearray:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                return bytearray(file.read())
        return bytearray(path.read_bytes())  # a bytearray, so that the array over it can be written to
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read, cut short or corrupt ({error})") from error
