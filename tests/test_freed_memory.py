"""Memory that is freed in training stays for the next tensors, and goes back at the end."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from synthgen.freed_memory import keep_freed_memory

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc"
)

NUMBERS = 2**24  # 64 MiB: more than glibc ever keeps by itself
PAGES = NUMBERS * 4 // 4096


@pytest.fixture(autouse=True)
def untuned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("MALLOC_") or name == "GLIBC_TUNABLES"]:
        monkeypatch.delenv(name)
    yield


def test_a_tensor_takes_the_pages_of_the_one_freed_before_it() -> None:
    with keep_freed_memory():
        assert fewest_pages() < PAGES / 1000


def test_memory_goes_back_at_the_end() -> None:
    with keep_freed_memory():
        fill()
        kept = resident()
    assert resident() < kept - 0.9 * PAGES


def test_blocks_may_lie_in_one_another() -> None:
    with keep_freed_memory():
        with keep_freed_memory():
            fill()
        assert fewest_pages() < PAGES / 1000


def test_memory_goes_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="of the block"), keep_freed_memory():
        fill()
        kept = resident()
        raise ValueError("of the block")
    assert resident() < kept - 0.9 * PAGES


def test_what_the_environment_tunes_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    before = resident()
    with keep_freed_memory():
        fill()
        assert resident() < before + 0.1 * PAGES


def fill() -> None:
    torch.ones(NUMBERS)


def fewest_pages() -> int:
    """Pages that the system clears for one more such tensor, once a place is found that its alignment fits."""
    import resource  # which Windows does not have

    def cleared() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    pages = []
    for _ in range(12):
        before = cleared()
        fill()
        pages.append(cleared() - before)
    return min(pages)


def resident() -> int:
    """Pages that the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1])
