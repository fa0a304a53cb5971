"""What the C library does with freed memory while networks are trained on a CPU."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4
"""Names of glibc's settings, see mallopt(3)."""
_MIB = 2**20
_KEEPING = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1))
_USUAL = ((_MMAP_MAX, 65536), (_MMAP_THRESHOLD, 32 * _MIB), (_TRIM_THRESHOLD, 64 * _MIB))
"""glibc's own default, and the thresholds up to which it raises its defaults by itself."""


@contextmanager
def keep_freed_memory() -> Iterator[None]:
    """Within the block, freed memory stays for the next tensors; at its end it goes back to the system.

    A step of training frees what the next one needs again. Left to itself, glibc gives large pieces back in between
    or keeps them, as chance has it, and the system has to clear each page that it lends again: in the training of
    mnist_dcgan 150,000 pages a step, which takes 2.7 s then, and 1.9 without. Also a decorator.

    Does nothing where the C library is another, or where the environment tunes it.
    """
    glibc = _glibc()
    if glibc is None:
        yield
        return
    _blocks.enter(glibc)
    try:
        yield
    finally:
        _blocks.leave(glibc)


class _Blocks:
    """Counts those at work: the first sets what holds for the process, the last sets it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def enter(self, glibc: ctypes.CDLL) -> None:
        with self._lock:
            self._count += 1
            if self._count == 1:
                _tell(glibc, _KEEPING)

    def leave(self, glibc: ctypes.CDLL) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0:
                _tell(glibc, _USUAL)
                glibc.malloc_trim(0)


_blocks = _Blocks()


def _glibc() -> ctypes.CDLL | None:
    """The C library, if it is one that can be told and the user has not told it anything."""
    if "GLIBC_TUNABLES" in os.environ or any(name.startswith("MALLOC_") for name in os.environ):
        return None
    library = ctypes.CDLL(None) if os.name == "posix" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def _tell(glibc: ctypes.CDLL, settings: tuple[tuple[int, int], ...]) -> None:
    for name, value in settings:
        glibc.mallopt(name, value)
