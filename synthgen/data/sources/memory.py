"""Whether a set of images fits into memory, asked before it is read."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from math import prod
from pathlib import Path

from synthgen import DataError

_CGROUP = Path("/sys/fs/cgroup")


def require_memory(where: str, count: int, shape: Sequence[int], mend: str) -> None:
    """Raise DataError if `count` uint8 images of `shape` `(H, W)` or `(H, W, 3)` do not fit into memory.

    RGB counts twice, since the channels come first in tensors: that copy is made while the images are held.
    Where the system does not say what it has, nothing is refused. `mend` says what would be right.
    """
    free = available_memory()
    pixels = count * prod(shape)
    colour = len(shape) == 3
    needed = 2 * pixels if colour else pixels
    if free is None or needed <= free:
        return
    kind = "RGB" if colour else "grey"
    twice = f" (twice {gigabytes(pixels)}, for the copy that becomes tensors)" if colour else ""
    raise DataError(
        f"{where}: {count:,} images of {shape[0]}×{shape[1]} {kind} need {gigabytes(needed)} of memory{twice};"
        f" {gigabytes(free)} are free: {mend}"
    )


def require_memory_of_signals(where: str, shape: Sequence[int], itemsize: int, mend: str) -> None:
    """Raise DataError if windows `(N, length[, channels])` do not fit into memory, and with them their float32
    copy that becomes tensors. `itemsize` is the bytes of one value."""
    free, needed = available_memory(), prod(shape) * (itemsize + 4)
    if free is not None and needed > free:
        raise DataError(
            f"{where}: {shape[0]:,} windows of {'×'.join(map(str, shape[1:]))} values need {gigabytes(needed)} of"
            f" memory, with their copy that becomes tensors; {gigabytes(free)} are free: {mend}"
        )


def require_room_for_part(where: str, part: int, count: int, image_bytes: int) -> None:
    """Raise DataError if `part` of `count` images of so many bytes do not fit into memory beside all of them."""
    free, needed = available_memory(), part * image_bytes
    if free is not None and needed > free:
        raise DataError(
            f"{where}: {part:,} of its {count:,} images are copied and need {gigabytes(needed)} of memory beside"
            f" the others; {gigabytes(free)} are free: choose fewer by limit, per_class or classes, or use a"
            " smaller size"
        )


def available_memory() -> int | None:
    """Bytes that a program can have now; on macOS, which has no such figure, all there are; None if unknown."""
    if sys.platform == "win32":
        return _windows()
    system = _linux() if sys.platform == "linux" else None
    if system is None:
        with suppress(AttributeError, ValueError, OSError):
            system = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    container = _container()
    known = [n for n in (system, container) if n is not None and n > 0]
    return min(known) if known else None


def gigabytes(count: int) -> str:
    """`15.7 GB`."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e8 else f"{count / 1e6:,.1f} MB"


def _linux() -> int | None:
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _container() -> int | None:
    """What a container (cgroup version 2) may still take; files that are only cached can go."""
    with suppress(OSError, ValueError):  # no container, or no limit: "max"
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
        cached = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        return limit - used + int(cached.get("inactive_file", 0))
    return None


class _MemoryStatus(ctypes.Structure):
    """Windows' MEMORYSTATUSEX."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "available", "total_page", "available_page")),
        *((name, ctypes.c_uint64) for name in ("total_virtual", "available_virtual", "extended")),
    )


def _windows() -> int | None:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - known to mypy on Windows alone
    return int(status.available) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
