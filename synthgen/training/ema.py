"""A moving average of the generator's weights, which samples better than the last weights do."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn


class ExponentialMovingAverage:
    """Keeps `module`, a copy of the trained network whose weights follow it slowly.

    The decay starts low and rises to its setting, so that the random first weights are soon forgotten.
    Buffers (batch norm's statistics) are averages already and are copied.
    """

    def __init__(self, trained: nn.Module, decay: float) -> None:
        self.decay = decay
        self.age = 0
        """Steps that the average had behind it when the training began, in the run that it began from."""
        self.module = deepcopy(trained).requires_grad_(False).eval()
        self._from: list[torch.Tensor] = [p.detach() for p in trained.parameters()]
        self._to: list[torch.Tensor] = list(self.module.parameters())
        self._buffers = list(zip(self.module.buffers(), trained.buffers(), strict=True))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move towards the trained weights after step number `step` (from 0)."""
        behind = self.age + step
        decay = min(self.decay, (1 + behind) / (10 + behind))
        if self._to:  # torch refuses an empty list, which a generator without weights has
            torch._foreach_lerp_(self._to, self._from, 1 - decay)
        for mine, theirs in self._buffers:
            mine.copy_(theirs)
