"""Cutting a stream of samples into shards, and counting what goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np

from synthgen.components import DatasetInfo, SampleBatch, Shard, TableColumn
from synthgen.export.kinds import is_table
from synthgen.export.table_columns import table_columns

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
    dtype: str | None = None
    """Of samples that are arrays."""
    columns: list[list[Any]] | None = None
    """Name and type of each column, of samples that are rows of a table."""
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
        if self.shape is None:
            self._look_at(batch.x)
        if self.per_class:
            counts = np.bincount(batch.y, minlength=len(self.per_class)).tolist()
            self.per_class = [a + b for a, b in zip(self.per_class, counts, strict=True)]
            if batch.real:
                self.real_per_class = [a + b for a, b in zip(self.real_per_class, counts, strict=True)]

    def _look_at(self, x: Any) -> None:
        """Note what samples are like, by the first of them."""
        self.shape = list(x.shape[1:])
        if is_table(x):
            self.columns = [list(column) for column in table_columns(x)]
        else:
            self.dtype = str(x.dtype)

    def describe(self, info: DatasetInfo) -> DatasetInfo:
        """With what is known of the samples by now."""
        columns = tuple(TableColumn(*column) for column in self.columns or ())
        return replace(info, shape=tuple(self.shape or ()), dtype=self.dtype, columns=columns)


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
    part = slice(start, stop)
    given = {name: values[part] for name, values in batch.given.items()}
    return SampleBatch(batch.x[part], batch.y[part], batch.start + start, batch.real, given)
