"""The training data itself, where a dataset begins with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch

from synthgen.components import Codec, Dataset, SampleBatch
from synthgen.errors import DataError
from synthgen.metric import take_samples
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
        if not where or not len(self):
            return self
        names = [condition.name for condition in codec.conditions(self.dataset)]
        index, codes = _encode_known(codec, self.dataset, self.index)
        asked = codec.draw_conditions(self.dataset.y[:1], np.zeros(1), dict(where))
        wanted = {str(name) for name, _ in where}
        places = [place for place, name in enumerate(names) if name in wanted]
        same = (codes[:, places] == asked[:, places]).all(1)
        return replace(self, index=index[same.numpy()])

    def __len__(self) -> int:
        return len(self.index)

    def stream(self, start: int = 0) -> Iterator[SampleBatch]:
        """The samples from number `start` on, a few at a time."""
        for first in range(start, len(self), _BATCH):
            part = self.index[first : first + _BATCH]
            given = {name: values[part] for name, values in self.dataset.given.items()}
            yield SampleBatch(take(self.dataset.x, part), self.dataset.y[part], first, True, given)


def _encode_known(codec: Codec, dataset: Dataset, index: np.ndarray) -> tuple[np.ndarray, torch.Tensor]:
    """Of the samples with these indices those whose conditions the codec knows, and their codes.

    A sample that was held out may have a category that no sample of the training has.
    """
    try:
        return index, codec.encode_conditions(take_samples(dataset, index))
    except DataError:
        if len(index) == 1:
            return index[:0], torch.empty(0, len(codec.conditions(dataset)))
    parts = [_encode_known(codec, dataset, half) for half in np.array_split(index, 2)]
    return np.concatenate([some for some, _ in parts]), torch.cat([codes for _, codes in parts])
