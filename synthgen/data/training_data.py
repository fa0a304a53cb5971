"""The real data on the device that trains on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from synthgen.components import Codec, Dataset, Samples
from synthgen.errors import PluginError
from synthgen.spec import DataSpec


class _ByClass(NamedTuple):
    """The samples' positions sorted by class, where each class begins there, and how many it has."""

    order: Tensor
    starts: Tensor
    counts: Tensor


class TrainingData:
    """All samples and their conditions, on one device; a batch is a gather.

    `stored (N, ...)` is what the codec encoded, and `expand` makes of a part of it what networks take. `codes`
    is `(N, conditions)`: for each condition of `spec` the index of a category, or a number.
    """

    channels_last: bool = False
    """Whether batches of images come in the memory format `channels_last`."""

    def __init__(
        self,
        stored: Tensor,
        codes: Tensor,
        spec: DataSpec,
        expand: Callable[[Tensor], Tensor],
        class_counts: list[int],
    ) -> None:
        self.stored = stored
        self.codes = codes
        self.spec = spec
        self.expand = expand
        self.class_counts = class_counts
        """Samples of each class, in the classes' order; empty without labels."""

    @classmethod
    def from_dataset(
        cls, dataset: Dataset, codec: Codec, noise_dim: int, device: torch.device | str = "cpu"
    ) -> Self:
        """Encode a dataset with a fitted codec and put it on the device.

        Raises PluginError if the codec gives tensors of other shapes than it says.
        """
        stored, codes, conditions = (
            codec.encode(dataset),
            codec.encode_conditions(dataset),
            codec.conditions(dataset),
        )
        spec = DataSpec(
            shape=codec.shape,
            conditions=conditions,
            noise_dim=noise_dim,
            blocks=codec.blocks,
            value_range=codec.value_range,
        )
        name = f"codec {type(codec).__name__}"
        if len(stored) != len(dataset) or codes.shape != (len(dataset), len(conditions)):
            raise PluginError(
                f"{name} encoded {len(dataset)} samples as a tensor {tuple(stored.shape)}, and their"
                f" {len(conditions)} conditions as {tuple(codes.shape)}"
            )
        first = codec.expand(stored[:1]).shape
        if first != (1, *spec.shape):
            raise PluginError(
                f"{name} says that samples are {spec.shape}, but expands one to {tuple(first[1:])}"
            )
        counts = np.bincount(dataset.y, minlength=len(dataset.classes)).tolist() if dataset.classes else []
        return cls(stored.to(device), codes.to(device), spec, codec.expand, counts)

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def device(self) -> torch.device:
        """Where the data is."""
        return self.stored.device

    def draw(self, n: int, generator: torch.Generator, balance: float = 0.0) -> Tensor:
        """Positions `(n,)` of samples drawn at random, with replacement.

        `balance` 0 draws classes as often as the data has them, 1 all equally often; between the two, their
        odds are the power `1 - balance` of their shares. Never waits for the device.
        """
        if not balance or len(self.class_counts) < 2:
            return torch.randint(len(self), (n,), generator=generator, device=self.device)
        by_class = self._by_class
        odds = by_class.counts ** (1.0 - balance) * (by_class.counts > 0)
        drawn = torch.multinomial(odds, n, replacement=True, generator=generator)
        counts = by_class.counts[drawn]
        place = torch.rand(n, generator=generator, device=self.device) * counts
        within = place.long().minimum(counts.long() - 1)  # a float may round up to the count
        return by_class.order[by_class.starts[drawn] + within]

    @cached_property
    def _by_class(self) -> _ByClass:
        counts = torch.tensor(self.class_counts, dtype=torch.float32, device=self.device)
        order = self.codes[:, 0].long().argsort(stable=True)  # the label is the first condition
        return _ByClass(order, counts.long().cumsum(0) - counts.long(), counts)

    def batch(self, index: Tensor) -> Samples:
        """The samples `index (B,)`, int64 on the data's device, as networks take them. Never waits for it."""
        stored = self.stored.index_select(0, index)
        if self.channels_last and stored.ndim == 4:
            stored = stored.contiguous(memory_format=torch.channels_last)
        return Samples(self.expand(stored), self.spec.encode_conditions(self.codes.index_select(0, index)))
