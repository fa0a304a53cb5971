"""Which conditions a grid of samples shows: a row for each class, and a number from its lowest to its highest."""

from __future__ import annotations

import torch
from torch import Tensor

from synthgen.spec import DataSpec


def grid_rows(spec: DataSpec, codes: Tensor, columns: int, most: int) -> tuple[list[str], Tensor]:
    """The rows' names and the codes `(rows × columns, conditions)` of a grid, row by row.

    `codes (N, conditions)` are the training data's. There is a row for each class, for the first `most` of them.
    Of numbers, which come after the class, the first rises evenly from its lowest to its highest value: from left
    to right where there are classes, else from row to row, which it names; others are at their median. Without
    conditions there are `columns` rows without names.
    """
    classes = [value for condition in spec.conditions[:1] for value in condition.values or ()]
    names = classes[:most] or [""] * columns
    grid = torch.zeros(len(names), columns, len(spec.conditions), dtype=codes.dtype)
    if classes:
        grid[:, :, 0] = torch.arange(len(names))[:, None]
    first = int(bool(classes))
    for place in range(first, len(spec.conditions)):
        values = codes[:, place].cpu()
        grid[:, :, place] = values.median()
        if place == first:
            steps = torch.linspace(0, 1, columns, dtype=torch.float64)
            rising = values.min().lerp(values.max(), steps)
            grid[:, :, place] = rising if classes else rising[:, None]
            names = names if classes else [f"{value:.3g}" for value in rising.tolist()]
    return names, grid.flatten(0, 1)
