"""The training data itself, where a dataset begins with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from synthgen.components import Dataset, SampleBatch
from synthgen.sampling import CHUNK


@dataclass(frozen=True)
class Originals:
    """Real samples, in the order of the training data."""

    dataset: Dataset
    fingerprint: str
    """Of the whole dataset."""
    index: np.ndarray
    """Which of its samples are meant, int64."""

    @classmethod
    def of(cls, dataset: Dataset, fingerprint: str, classes: Sequence[int] | None = None) -> Self:
        """All samples, or those of the classes with these indices."""
        wanted = np.ones(len(dataset), bool) if classes is None else np.isin(dataset.y, classes)
        return cls(dataset, fingerprint, np.flatnonzero(wanted))

    def __len__(self) -> int:
        return len(self.index)

    def stream(self, start: int = 0) -> Iterator[SampleBatch]:
        """The samples from number `start` on, a few at a time."""
        for first in range(start, len(self), CHUNK):
            part = self.index[first : first + CHUNK]
            yield SampleBatch(self.dataset.x[part], self.dataset.y[part], first, real=True)
