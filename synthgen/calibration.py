"""Generated rows brought to the real frequencies of each column, after training."""

from __future__ import annotations

import torch
from torch import Tensor, nn

KNOTS = 257
"""Quantiles that a number's map is kept as."""
MOST_GROUPS = 50
"""With more classes than this all are calibrated as one."""
_REACH = 5.0  # standard normal scores lie between -5 and 5
_BOUND = 64.0  # and what a network makes of them, between these


class Calibration(nn.Module):
    """What is added to a generator's logits, and how its numbers are mapped, class by class.

    A network that was trained for a while has a column's frequencies only nearly right; but they are known. An
    offset for each category, and for each number the monotone map between its quantiles and the real ones, set them
    right and leave to the network what columns have to do with each other. As it is built, it changes nothing.
    """

    offsets: Tensor
    made: Tensor
    real: Tensor

    def __init__(self, categories: int, numbers: int, classes: int) -> None:
        """For rows of so many logits, of all categories together, and so many numbers.

        `classes` is the width of the first block of the condition, if that is the class; 0 if it is not.
        """
        super().__init__()
        self.groups = classes if 1 < classes <= MOST_GROUPS else 1
        knots = (self.groups, numbers, KNOTS)
        self.register_buffer("offsets", torch.empty(self.groups, categories))
        self.register_buffer("made", torch.empty(knots))
        self.register_buffer("real", torch.empty(knots))
        self.reset()

    def reset(self) -> None:
        """Change nothing."""
        self.offsets.zero_()
        identity = torch.linspace(-_REACH, _REACH, KNOTS)
        self.made.copy_(identity)
        self.real.copy_(identity)

    def copy(self) -> dict[str, Tensor]:
        """The state as it is now, for `load_state_dict`."""
        return {name: value.clone() for name, value in self.state_dict().items()}

    def group(self, condition: Tensor) -> Tensor:
        """The group `(B,)` of each row."""
        if self.groups == 1:
            return torch.zeros(len(condition), dtype=torch.int64, device=condition.device)
        return condition[:, : self.groups].argmax(1)

    def shift(self, logits: Tensor, group: Tensor) -> Tensor:
        """Logits `(B, categories)`, shifted."""
        return logits + self.offsets.index_select(0, group)

    def map_numbers(self, numbers: Tensor, group: Tensor) -> Tensor:
        """Numbers `(B, numbers)`, each by the piecewise linear function through its knots, constant beyond them;
        as they are where none is calibrated.

        All knots are searched at once: those of each number and group lie in a stretch of their own of one
        ascending list.
        """
        count = numbers.shape[1]
        if not count or torch.equal(self.made, self.real):
            return numbers
        tables = torch.arange(self.groups * count, device=numbers.device)
        knots = (_bounded(self.made).view(-1, KNOTS) + tables[:, None] * 4 * _BOUND).view(-1)
        table = group[:, None] * count + tables[:count]
        wanted = _bounded(numbers) + table * 4 * _BOUND
        first = table * KNOTS
        upper = torch.searchsorted(knots, wanted).clamp(first + 1, first + KNOTS - 1)
        low, high = knots[upper - 1], knots[upper]
        share = ((wanted - low) / (high - low).clamp_min(1e-12)).clamp_(0, 1).to(numbers.dtype)
        real = self.real.view(-1)
        return torch.lerp(real[upper - 1], real[upper], share)


def _bounded(values: Tensor) -> Tensor:
    return values.double().clamp(-_BOUND, _BOUND)
