"""The training data itself, where a dataset begins with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch

from synthgen.components import Codec, Dataset, SampleBatch
from synthgen.values import take

_BATCH = 256


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

    def having(self, where: Sequence[tuple[str, Any]], codec: Codec) -> Self:
        """Those that have these values of conditions, which the codec's `check_where` has passed."""
        if not where:
            return self
        names = [condition.name for condition in codec.conditions(self.dataset)]
        codes = codec.encode_conditions(self.dataset)[torch.from_numpy(self.index)]
        asked = codec.draw_conditions(self.dataset.y[:1], np.zeros(1), dict(where))
        wanted = {str(name) for name, _ in where}
        places = [place for place, name in enumerate(names) if name in wanted]
        same = (codes[:, places] == asked[:, places]).all(1)
        return replace(self, index=self.index[same.numpy()])

    def __len__(self) -> int:
        return len(self.index)

    def stream(self, start: int = 0) -> Iterator[SampleBatch]:
        """The samples from number `start` on, a few at a time."""
        for first in range(start, len(self), _BATCH):
            part = self.index[first : first + _BATCH]
            given = {name: values[part] for name, values in self.dataset.given.items()}
            yield SampleBatch(take(self.dataset.x, part), self.dataset.y[part], first, True, given)
