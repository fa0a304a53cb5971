"""Generated rows brought to the real frequencies of each column, after training."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

KNOTS = 257
"""Quantiles that a number's map is kept as."""
MOST_GROUPS = 50
"""With more classes than this all are calibrated as one."""
_REACH = 5.0  # standard normal scores lie between -5 and 5


class Calibration(nn.Module):
    """What is added to a generator's logits, and how its numbers are mapped, class by class.

    A network that was trained for a while has a column's frequencies only nearly right; but they are known. An
    offset for each category, and for each number the monotone map between its quantiles and the real ones, set them
    right and leave to the network what columns have to do with each other. As it is built, it changes nothing.
    """

    offsets: Tensor
    made: Tensor
    real: Tensor

    def __init__(self, width: int, numbers: Sequence[int], classes: int) -> None:
        """For rows of `width` numbers, of which those at the positions `numbers` are no categories.

        `classes` is the width of the first block of the condition, if that is the class; 0 if it is not.
        """
        super().__init__()
        self.groups = classes if 1 < classes <= MOST_GROUPS else 1
        self.numbers = list(numbers)
        knots = (self.groups, len(self.numbers), KNOTS)
        self.register_buffer("offsets", torch.empty(self.groups, width))
        self.register_buffer("made", torch.empty(knots))
        self.register_buffer("real", torch.empty(knots))
        self.reset()

    def reset(self) -> None:
        """Change nothing."""
        self.offsets.zero_()
        identity = torch.linspace(-_REACH, _REACH, KNOTS)
        self.made.copy_(identity)
        self.real.copy_(identity)

    def group(self, condition: Tensor) -> Tensor:
        """The group `(B,)` of each row."""
        if self.groups == 1:
            return torch.zeros(len(condition), dtype=torch.int64, device=condition.device)
        return condition[:, : self.groups].argmax(1)

    def shift(self, raw: Tensor, condition: Tensor) -> Tensor:
        """Raw outputs `(B, width)`, the logits among them shifted."""
        return raw + self.offsets[self.group(condition)]

    def map_numbers(self, rows: Tensor, condition: Tensor) -> Tensor:
        """Rows `(B, width)`, the numbers in them mapped."""
        if not self.numbers:
            return rows
        group = self.group(condition)
        mapped = rows.clone()
        for g in range(self.groups):
            mine = group == g
            for i, position in enumerate(self.numbers):
                mapped[mine, position] = interpolate(rows[mine, position], self.made[g, i], self.real[g, i])
        return mapped


def interpolate(x: Tensor, knots: Tensor, values: Tensor) -> Tensor:
    """The piecewise linear function through `(knots, values)`, both ascending, at `x`; constant beyond them."""
    upper = torch.searchsorted(knots, x.contiguous()).clamp(1, len(knots) - 1)
    low, high = knots[upper - 1], knots[upper]
    share = ((x - low) / (high - low).clamp_min(1e-12)).clamp(0, 1)
    return torch.lerp(values[upper - 1], values[upper], share)
