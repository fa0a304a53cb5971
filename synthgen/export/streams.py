"""Looking at the first batch of a stream, by which an exporter chooses how to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from synthgen import SampleBatch


def peek(batches: Iterable[SampleBatch]) -> tuple[Any, Iterator[SampleBatch]]:
    """The first batch's `x`, and all the batches, the first among them."""
    stream = iter(batches)
    first = next(stream)
    return first.x, chain([first], stream)


def checked(batches: Iterable[SampleBatch], check: Callable[[Any], object]) -> Iterator[SampleBatch]:
    """The batches, `check` called with the `x` of each when its turn comes."""
    for batch in batches:
        check(batch.x)
        yield batch


def groups(batches: Iterable[SampleBatch], rows: int) -> Iterator[list[SampleBatch]]:
    """The batches in lists of so many samples or slightly more."""
    held: list[SampleBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(len(b.x) for b in held) >= rows:
            yield held
            held = []
    if held:
        yield held
