"""What the metrics of tables share: the columns of real, other real and synthetic rows, in one coding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.errors import DataError
from synthgen.evaluation.columns import ComparedColumn, read_columns
from synthgen.metric import Comparison


@dataclass(frozen=True, eq=False)
class TableSides:
    """Equally many real, synthetic and other real rows, by column; ids and free text are left out."""

    columns: tuple[ComparedColumn, ...]
    """`parts` are real, synthetic and, if there are any, other real rows; the reference is all real rows."""
    rows: int
    """Of each side."""
    again: bool
    """Whether there are other real rows."""
    left_out: tuple[str, ...]
    """Names of columns of ids and free text."""
    labels: tuple[np.ndarray, ...]
    """The classes of the rows of each part; empty arrays without labels."""
    target: str | None

    def say(self) -> str:
        """How much was compared, for notes."""
        text = f"{self.rows:,} rows of each side, {len(self.columns)} columns"
        if self.left_out:
            text += f"; without ids and free text: {', '.join(self.left_out)}"
        return text


def table_sides(comparison: Comparison) -> TableSides:
    """The sides of a comparison of tables, for `comparison.once`.

    Raises DataError if there are no rows, or nothing but ids and free text.
    """
    sides = comparison.sides
    parts = [sides.real, sides.synthetic, *([sides.again] if sides.again is not None else [])]
    if not len(sides.real):
        empty = "synthetic" if not len(comparison.synthetic) else "real"
        raise DataError(f"there are no {empty} rows to compare")
    target = sides.real.target
    columns = read_columns(
        [part.x for part in parts],
        comparison.real.x,
        categories=[target] if target is not None and sides.real.classes else [],
    )
    kept = tuple(column for column in columns if not column.unlike)
    if not kept:
        raise DataError("all columns are ids or free text; there is nothing to compare in them")
    labels = [part.y if part.classes else part.y[:0] for part in parts]
    return TableSides(
        columns=kept,
        rows=len(sides.real),
        again=sides.again is not None,
        left_out=tuple(str(column.name) for column in columns if column.unlike),
        labels=tuple(labels),
        target=target if sides.real.classes else None,
    )


def mean_of(values: Sequence[float]) -> float:
    """The mean as a plain float."""
    return float(np.mean(values))
