"""What the metrics of tables share: the columns of real, other real and synthetic rows, in one coding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from synthgen.components import Dataset
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

    def some(self, rows: slice) -> TableSides:
        """These rows of each side."""
        columns = [replace(one, parts=tuple(part[rows] for part in one.parts)) for one in self.columns]
        labels = tuple(part[rows] for part in self.labels)
        return replace(self, columns=tuple(columns), rows=len(columns[0].parts[0]), labels=labels)

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
    return read_sides(parts, comparison.real)


def read_sides(parts: Sequence[Dataset], reference: Dataset) -> TableSides:
    """Equally many real, synthetic and perhaps other real rows, in the coding that the reference gives.

    Raises DataError if there is nothing but ids and free text.
    """
    real = parts[0]
    labelled = real.target is not None and bool(real.classes)
    columns = read_columns(
        [part.x for part in parts], reference.x, categories=[real.target] if labelled else []
    )
    kept = tuple(column for column in columns if not column.unlike)
    if not kept:
        raise DataError("all columns are ids or free text; there is nothing to compare in them")
    return TableSides(
        columns=kept,
        rows=len(real),
        again=len(parts) > 2,
        left_out=tuple(str(column.name) for column in columns if column.unlike),
        labels=tuple(part.y if part.classes else part.y[:0] for part in parts),
        target=real.target if real.classes else None,
    )


def mean_of(values: Sequence[float]) -> float:
    """The mean as a plain float."""
    return float(np.mean(values))
