"""Means of what happens in training, kept on the device and read once per log interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

_MOST_PENDING = 256
"""Values of one name that are kept as they come, before they are added up: a bound for memory."""

Derived = Mapping[str, Callable[[Tensor], Tensor]]
"""Names of further means, and the function of the values that each is the mean of."""


class Statistics:
    """Keeps values by name without ever waiting for the device; `read` does, once for all means.

    Values are only noted when they come, and added up many at a time: in a step of small networks, a few small
    sums would take as long as a layer.
    """

    def __init__(self) -> None:
        self._pending: dict[str, list[Tensor]] = {}
        self._derived: dict[str, Derived] = {}
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def derive(self, name: str, derived: Derived) -> None:
        """Of this name's values, give the means of functions as well, under their own names."""
        self._derived[name] = derived

    def add(self, name: str, values: Tensor) -> None:
        """Count more values, of any shape."""
        pending = self._pending.setdefault(name, [])
        pending.append(values.detach())
        if len(pending) >= _MOST_PENDING:
            self._add_up(name)

    def read(self) -> dict[str, float]:
        """The means since the last reading, and start anew."""
        for name in list(self._pending):
            self._add_up(name)
        totals = torch.stack(list(self._sums.values())).tolist() if self._sums else []
        means = {name: total / self._counts[name] for name, total in zip(self._sums, totals, strict=True)}
        self._sums, self._counts = {}, {}
        return means

    def _add_up(self, name: str) -> None:
        values = torch.cat([value.flatten() for value in self._pending.pop(name)]).float()
        self._count(name, values)
        for other, function in self._derived.get(name, {}).items():
            self._count(other, function(values).float())

    def _count(self, name: str, values: Tensor) -> None:
        total = values.sum()
        self._sums[name] = self._sums[name] + total if name in self._sums else total
        self._counts[name] = self._counts.get(name, 0) + values.numel()

    def state(self) -> dict[str, Any]:
        """All of it, for a checkpoint; not added up, so that a resumed training adds up in the same order."""
        pending = {name: list(values) for name, values in self._pending.items()}
        return {"sums": dict(self._sums), "counts": dict(self._counts), "pending": pending}

    def load_state(self, state: dict[str, Any], device: torch.device) -> None:
        """Take back what `state` gave."""
        self._pending = {name: [v.to(device) for v in values] for name, values in state["pending"].items()}
        self._sums = {name: value.to(device) for name, value in state["sums"].items()}
        self._counts = dict(state["counts"])
