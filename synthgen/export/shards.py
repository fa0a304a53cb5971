"""Cutting a stream of samples into shards, and counting what goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from synthgen.components import SampleBatch, Shard

Progress = Callable[[int], object]
"""Called with the number of samples that were just handed to the exporter."""


def plan_shards(count: int, size: int) -> list[Shard]:
    """Shards of `size` samples each, the last with what is left."""
    starts = range(0, count, size)
    return [Shard(i, len(starts), start, min(size, count - start)) for i, start in enumerate(starts)]


@dataclass
class Tally:
    """What has been written so far; plain values, so that it can be noted with every shard."""

    per_class: list[int]
    """Samples of each class, real ones included."""
    real_per_class: list[int]
    count: int = 0
    shape: list[int] | None = None
    """Shape of a sample as its codec decodes it."""
    shards: int = 0
    """Complete shards."""

    @classmethod
    def begin(cls, classes: int, note: dict[str, Any] | None) -> Self:
        """Nothing yet, or what was noted."""
        return cls(**note) if note else cls([0] * classes, [0] * classes)

    def note(self) -> dict[str, Any]:
        """The values to be noted."""
        return asdict(self)

    def add(self, batch: SampleBatch) -> None:
        """Count a batch."""
        self.count += len(batch.x)
        self.shape = list(batch.x.shape[1:])
        if self.per_class:
            counts = np.bincount(batch.y, minlength=len(self.per_class)).tolist()
            self.per_class = [a + b for a, b in zip(self.per_class, counts, strict=True)]
            if batch.real:
                self.real_per_class = [a + b for a, b in zip(self.real_per_class, counts, strict=True)]


class ShardCutter:
    """Hands out a stream of samples shard by shard, each as batches of its own."""

    def __init__(self, batches: Iterator[SampleBatch], tally: Tally, progress: Progress | None) -> None:
        self._batches = batches
        self._tally = tally
        self._progress = progress
        self._rest: SampleBatch | None = None

    def take(self, count: int) -> Iterator[SampleBatch]:
        """The next `count` samples; what a batch holds beyond them is for the next shard."""
        while count:
            batch = self._rest or next(self._batches)
            self._rest = _cut(batch, count, len(batch.x)) if len(batch.x) > count else None
            batch = _cut(batch, 0, count)
            count -= len(batch.x)
            self._tally.add(batch)
            yield batch
            if self._progress:  # only now has the exporter asked for more, and is done with this
                self._progress(len(batch.x))


def _cut(batch: SampleBatch, start: int, stop: int) -> SampleBatch:
    return SampleBatch(batch.x[start:stop], batch.y[start:stop], batch.start + start, batch.real)
