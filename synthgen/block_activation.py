"""From a generator's last layer to the row of a table: categories drawn, numbers left as they are."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from synthgen.calibration import Calibration


class BlockActivation(nn.Module):
    """Draws every category of a row at once, and passes gradients through the draws.

    A category's logits become a one-hot drawn from their softmax (the Gumbel-max trick); its gradient is that
    of the softmax of the same draw (straight-through Gumbel-softmax: Jang et al. 2017, section 2.2). Numbers stay
    as they are, times their gate where they have one. All categories go through the same few operations,
    however many there are: their softmaxes are taken by segments of the row, not one by one.

    Draws come from torch's global random numbers, in training and in evaluation. In evaluation the rows are
    calibrated, once that is fitted (`synthgen.calibrating`).
    """

    segment: Tensor
    columns: Tensor
    numbers: Tensor
    gated: Tensor
    gates: Tensor
    places: Tensor

    def __init__(
        self,
        sizes: Sequence[int],
        gates: Sequence[int | None],
        temperature: float = 1.0,
        classes: int = 0,
    ) -> None:
        """`sizes` has for each block the number of its values if it is a category, and 0 if it is a number;
        `gates` has for each block the position that gates it, or None. `classes` are the classes that come first in
        the condition, if they do."""
        super().__init__()
        self.temperature = temperature
        starts = torch.tensor([0, *(size or 1 for size in sizes)]).cumsum(0).tolist()
        categories = [(start, size) for start, size in zip(starts, sizes, strict=False) if size]
        columns = [position for start, size in categories for position in range(start, start + size)]
        numbers = [start for start, size in zip(starts, sizes, strict=False) if not size]
        gate_of = {start: gate for start, gate in zip(starts, gates, strict=False) if gate is not None}
        self.count = len(categories)
        self.in_order = columns == list(range(len(columns)))  # all categories, then all numbers
        self._register("columns", columns)
        self._register("segment", [index for index, (_, size) in enumerate(categories) for _ in range(size)])
        self._register("numbers", numbers)
        self._register("gated", [i for i, start in enumerate(numbers) if start in gate_of])
        self._register("gates", [columns.index(gate_of[start]) for start in numbers if start in gate_of])
        order = torch.tensor(columns + numbers, dtype=torch.int64)
        self.register_buffer("places", order.argsort(), persistent=False)
        self.calibration = Calibration(len(columns), len(numbers), classes)

    def _register(self, name: str, values: list[int]) -> None:
        self.register_buffer(name, torch.tensor(values, dtype=torch.int64), persistent=False)

    def forward(self, raw: Tensor, condition: Tensor | None = None) -> Tensor:
        """Rows `(B, width)`, as wide as the raw outputs; `condition` is what they are generated under."""
        if not self.count and (condition is None or self.training):
            return raw  # what follows would be nothing, and takes longer than a small layer
        logits, numbers = self.split(raw)
        if condition is not None and not self.training:
            group = self.calibration.group(condition)
            drawn = self._draw(self.calibration.shift(logits.float(), group))
            numbers = self.calibration.map_numbers(numbers, group)
        else:
            drawn = self._draw(logits.float())
        if len(self.gated) == numbers.shape[1]:
            numbers = numbers * drawn.index_select(1, self.gates)
        elif len(self.gated):
            open_ = numbers.index_select(1, self.gated) * drawn.index_select(1, self.gates)
            numbers = numbers.index_copy(1, self.gated, open_)
        rows = torch.cat([drawn, numbers], 1)
        return rows if self.in_order else rows.index_select(1, self.places)

    def split(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Categories and numbers of rows `(B, width)`."""
        if self.in_order:
            return rows[:, : len(self.columns)], rows[:, len(self.columns) :]
        return rows.index_select(1, self.columns), rows.index_select(1, self.numbers)

    def codes(self, rows: Tensor) -> Tensor:
        """Rows `(B, width)` with a code in place of each one-hot: `(B, categories + numbers)`."""
        categories, numbers = self.split(rows)
        first = torch.searchsorted(self.segment, torch.arange(self.count, device=rows.device))
        within = torch.arange(len(self.segment), device=rows.device) - first[self.segment]
        codes = rows.new_zeros(len(rows), self.count).index_add(1, self.segment, categories * within)
        return torch.cat([codes, numbers], 1)

    @property
    def values(self) -> list[int]:
        """For each column of `codes`: how many values it has, 0 for a number."""
        return [*torch.bincount(self.segment, minlength=self.count).tolist(), *[0] * len(self.numbers)]

    def _draw(self, logits: Tensor) -> Tensor:
        """One-hot draws, segment by segment."""
        if not self.count:
            return logits
        # a Gumbel draw is -log(-log(u)); torch's own exponential draws are four times as slow
        noisy = logits - torch.rand_like(logits).clamp_(min=1e-30).log_().neg_().log_()
        segment = self.segment.expand_as(noisy)
        with torch.no_grad():
            largest = noisy.new_full((len(noisy), self.count), -torch.inf)
            largest = largest.scatter_reduce(1, segment, noisy, "amax").gather(1, segment)
            hard = (noisy - largest).clamp_(-1).floor_().add_(1)  # 1 for the largest; NaN stays NaN
        if not torch.is_grad_enabled():
            return hard
        powers = ((noisy - largest) / self.temperature).exp()
        sums = powers.new_zeros(len(noisy), self.count).scatter_add(1, segment, powers)
        soft = powers / sums.gather(1, segment)
        return hard + (soft - soft.detach())
