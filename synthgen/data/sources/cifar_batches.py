"""The batch files of CIFAR-10's archive for Python, read without letting them run anything.

Each is a pickle of a dictionary: `data`, a uint8 array (N, 3072) with the red, green and blue plane of an
image one after the other, and `labels`, a list of N class numbers (Krizhevsky 2009).
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from synthgen import DataError

SIDE = 32
_ROW = 3 * SIDE * SIDE


def read_batch(content: bytes, where: str, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels uint8 `(N, 32, 32, 3)`, a view, and class numbers int64 `(N,)`; DataError names `where`."""
    try:
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except _Refused as error:
        raise DataError(f"{where}: asks for {error}; only the official batch files are read") from error
    except Exception as error:  # whatever corrupt bytes make of the unpickler
        raise DataError(f"{where}: cut short or corrupt ({type(error).__name__}: {error})") from error
    data = batch.get(b"data") if isinstance(batch, dict) else None
    labels = batch.get(b"labels") if isinstance(batch, dict) else None
    if not isinstance(data, _Array) or not isinstance(labels, list):
        raise DataError(
            f"{where}: not a batch of CIFAR-10: it must hold 'data', an array, and 'labels', a list"
        )
    if not data.shape[0] or data.shape[1:] != (_ROW,):
        raise DataError(f"{where}: 'data' is uint8 {data.shape}; it must be (N, {_ROW})")
    if len(labels) != data.shape[0]:
        raise DataError(f"{where}: {len(labels):,} labels for {data.shape[0]:,} images")
    wrong = [label for label in labels if type(label) is not int or not 0 <= label < n_classes]
    if wrong:
        raise DataError(f"{where}: label {wrong[0]!r:.40} is out of range, 0 to {n_classes - 1}: corrupt")
    pixels = np.frombuffer(data.content, np.uint8).reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return pixels, np.array(labels, np.int64)


class _Refused(pickle.UnpicklingError):
    """Something that a batch file has no business to ask for."""


class _Array:
    """What the pickle of a NumPy array says of it; stands in for the array, so that NumPy runs nothing either."""

    shape: tuple[int, ...]
    content: bytes

    def __init__(self, *_: object) -> None:
        self.shape, self.content = (0,), b""

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, content = state
        rows, columns = shape
        if not isinstance(dtype, _Dtype) or dtype.code != b"u1" or fortran or type(content) is not bytes:
            raise ValueError("an array that is not of bytes in rows")
        if len(content) != rows * columns:
            raise ValueError(f"{len(content):,} bytes for an array of {rows} × {columns}")
        self.shape, self.content = (rows, columns), content


class _Dtype:
    """Stands in for a NumPy type."""

    def __init__(self, code: object, *_: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        pass


class _Unpickler(pickle.Unpickler):
    """Knows nothing but what a NumPy array of bytes is made of, by the names that NumPy 1 and 2 write."""

    _KNOWN: ClassVar[dict[tuple[str, str], Callable[..., object]]] = {
        ("numpy.core.multiarray", "_reconstruct"): _Array,
        ("numpy._core.multiarray", "_reconstruct"): _Array,
        ("numpy", "ndarray"): _Array,
        ("numpy", "dtype"): _Dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._KNOWN:
            raise _Refused(f"{module}.{name}")
        return self._KNOWN[module, name]
