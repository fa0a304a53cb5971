"""Means of what happens in training, kept on the device and read once per log interval."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Statistics:
    """Sums scalars by name without ever waiting for the device; `read` does, once for all of them."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, name: str, value: Tensor) -> None:
        """Count one more value, a scalar tensor."""
        value = value.detach().float()
        if name in self._sums:
            self._sums[name] += value
            self._counts[name] += 1
        else:
            self._sums[name] = value.clone()
            self._counts[name] = 1

    def read(self) -> dict[str, float]:
        """The means since the last reading, and start anew."""
        means = dict(zip(self._sums, self._values(), strict=True))
        means = {name: total / self._counts[name] for name, total in means.items()}
        self._sums, self._counts = {}, {}
        return means

    def _values(self) -> list[float]:
        return torch.stack(list(self._sums.values())).tolist() if self._sums else []

    def state(self) -> dict[str, Any]:
        """Sums and counts, for a checkpoint."""
        return {"sums": dict(self._sums), "counts": dict(self._counts)}

    def load_state(self, state: dict[str, Any], device: torch.device) -> None:
        """Take back what `state` gave."""
        self._sums = {name: value.to(device) for name, value in state["sums"].items()}
        self._counts = dict(state["counts"])
