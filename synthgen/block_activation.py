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
    gates: Tensor
    is_category: Tensor

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
        segment = [index for index, (_, size) in enumerate(categories) for _ in range(size)]
        gated = [(start, gate) for start, gate in zip(starts, gates, strict=False) if gate is not None]
        self.width = starts[-1]
        self.count = len(categories)
        self._register("columns", columns)
        self._register("segment", segment)
        self._register("numbers", [start for start, _ in gated])
        self._register("gates", [gate for _, gate in gated])
        is_category = torch.zeros(self.width, dtype=torch.bool)
        is_category[columns] = True
        self.register_buffer("is_category", is_category, persistent=False)
        all_numbers = [start for start, size in zip(starts, sizes, strict=False) if not size]
        self.calibration = Calibration(self.width, all_numbers, classes)

    def _register(self, name: str, values: list[int]) -> None:
        self.register_buffer(name, torch.tensor(values, dtype=torch.int64), persistent=False)

    def forward(self, raw: Tensor, condition: Tensor | None = None) -> Tensor:
        """Rows `(B, width)`, as wide as the raw outputs; `condition` is what they are generated under."""
        calibrated = condition if not self.training else None
        if calibrated is not None:
            raw = self.calibration.shift(raw, calibrated)
        if self.count:
            drawn = self._draw(raw.index_select(1, self.columns).float())
            whole = len(self.columns) == self.width
            raw = drawn if whole else raw.float().index_copy(1, self.columns, drawn)
        if calibrated is not None:
            raw = self.calibration.map_numbers(raw, calibrated)
        if len(self.numbers):
            values = raw.index_select(1, self.numbers) * raw.index_select(1, self.gates)
            raw = raw.index_copy(1, self.numbers, values)
        return raw

    def _draw(self, logits: Tensor) -> Tensor:
        """One-hot draws, segment by segment."""
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
