"""Synthetic samples beside the training samples that they are nearest to."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from synthgen.evaluation.columns import ComparedColumn
from synthgen.evaluation.privacy.neighbours import Neighbours
from synthgen.evaluation.privacy.points import points
from synthgen.evaluation.tables.wording import show_value
from synthgen.metric import Comparison, DetailTable, Picture

PAIRS = 12
SIGNALS = 6
_TITLE = "Nearest training samples"
_CAPTION = (
    "The synthetic samples that are nearest to a training sample, measured by how crowded it is there. Real samples"
    " are shown: keep the report where the data may be."
)


def show_pairs(
    comparison: Comparison, neighbours: Neighbours, nearness: np.ndarray
) -> tuple[tuple[DetailTable, ...], tuple[Picture, ...]]:
    """The pairs of the least `nearness (n,)`: rows as a table, images and signals side by side."""
    chosen = np.argsort(nearness, kind="stable")[:PAIRS]
    made, real = neighbours.samples[chosen], neighbours.nearest.places[chosen, 0]
    if comparison.kind == "table":
        columns = comparison.once(points).columns
        return (_rows(columns, made, real, nearness[chosen]),), ()
    if comparison.kind == "images":
        return (), (_images(comparison.synthetic.x[made], comparison.real.x[real]),)
    return (), (_signals(comparison.synthetic.x[made], comparison.real.x[real]),)


def _images(made: np.ndarray, real: np.ndarray) -> Picture:
    from synthgen.pictures import sample_grid  # noqa: PLC0415 - Pillow, which a table does not need

    buffer = BytesIO()
    sample_grid([("synthetic", made), ("nearest training", real)]).save(buffer, "PNG")
    alt = f"{len(made)} synthetic images in a row, and below each the training image that is nearest to it."
    return Picture(_TITLE, buffer.getvalue(), alt, _CAPTION)


def _signals(made: np.ndarray, real: np.ndarray) -> Picture:
    from synthgen.charts import as_png, draw_signals  # noqa: PLC0415

    count = min(SIGNALS, len(made))
    groups = [(str(i + 1), real[i : i + 1], made[i : i + 1]) for i in range(count)]
    png = as_png(draw_signals(groups))
    alt = (
        f"{count} synthetic signals on the right, and on the left of each the training signal nearest to it."
    )
    return Picture(_TITLE, png, alt, _CAPTION)


def _rows(
    columns: tuple[ComparedColumn, ...], made: np.ndarray, real: np.ndarray, nearness: np.ndarray
) -> DetailTable:
    rows = []
    for row, known, near in zip(made.tolist(), real.tolist(), nearness.tolist(), strict=True):
        differing = [
            f"{column.name}: {show_value(column, column.parts[0][row])}"
            f" for {show_value(column, column.reference[known])}"
            for column in columns
            if not _equal(column.parts[0][row], column.reference[known])
        ]
        what = "; ".join(differing) or "nothing: an exact copy"
        rows.append((row, known, round(near, 4), len(columns) - len(differing), what))
    return DetailTable(
        _TITLE,
        ("synthetic row", "training row", "nearness", f"equal values of {len(columns)}", "what differs"),
        rows,
        f"{_CAPTION} Nearness: distance over that to the fifth nearest training row; rows count from 0.",
    )


def _equal(one: float, other: float) -> bool:
    return one == other or (one != one and other != other)  # noqa: PLR0124 - NaN is missing in both
