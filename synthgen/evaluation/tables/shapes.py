"""How alike the columns of two tables are, each by itself."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from synthgen.evaluation.columns import ComparedColumn
from synthgen.evaluation.tables.pictures import draw_columns
from synthgen.evaluation.tables.sides import TableSides, mean_of, table_sides
from synthgen.evaluation.tables.wording import percent, show_label, show_number
from synthgen.metric import Comparison, DetailTable, Figure, Measurement, Metric, Section

FEWEST = 20
"""With fewer rows of a class on either side, its columns are not compared."""


class Shape(NamedTuple):
    """How alike a column of two tables is, and where they differ most."""

    value: float
    """0 to 1."""
    differs: str
    """In words."""


def column_shape(column: ComparedColumn, real: np.ndarray, other: np.ndarray) -> Shape:
    """Numbers: 1 - Kolmogorov-Smirnov statistic of the known ones or, if less, 1 - the difference between the
    shares of missing ones. Categories: 1 - total variation distance, with what is missing as one of them.

    `KSComplement` and `TVComplement` of SDMetrics, but for missing numbers, which these pass over.
    """
    return _number_shape(column, real, other) if column.number else _category_shape(column, real, other)


def _number_shape(column: ComparedColumn, real: np.ndarray, other: np.ndarray) -> Shape:
    gone = [float(np.isnan(part).mean()) for part in (real, other)]
    missing = abs(gone[0] - gone[1])
    known = [np.sort(part[~np.isnan(part)]) for part in (real, other)]
    distance, differs = 0.0, ""
    if len(known[0]) and len(known[1]):
        at = np.concatenate(known)
        below = [np.searchsorted(part, at, side="right") / len(part) for part in known]
        gap = np.abs(below[0] - below[1])
        worst = int(gap.argmax())
        distance = float(gap[worst])
        shares = [percent(float(part[worst])) for part in below]
        differs = f"up to {show_number(column, at[worst])}: {shares[0]} of real, {shares[1]} of synthetic"
    if missing > distance:
        distance = missing
        differs = f"missing: {percent(gone[0])} of real, {percent(gone[1])} of synthetic"
    return Shape(1 - distance, differs if distance else "")


def _category_shape(column: ComparedColumn, real: np.ndarray, other: np.ndarray) -> Shape:
    size = len(column.labels) + 1
    shares = [np.bincount(part + 1, minlength=size) / len(part) for part in (real, other)]
    gap = np.abs(shares[0] - shares[1])
    worst = int(gap.argmax())
    name = "missing" if worst == 0 else show_label(column.labels[worst - 1])
    differs = f"{name}: {percent(shares[0][worst])} of real, {percent(shares[1][worst])} of synthetic"
    return Shape(1 - float(gap.sum() / 2), differs if gap[worst] else "")


class Shapes(Metric):
    """How alike the columns are, each by itself: the mean over columns of 1 - the Kolmogorov-Smirnov statistic of
    numbers and dates, and 1 - the total variation distance of categories. 1 is perfect."""

    kinds = frozenset({"table"})
    section: ClassVar[Section] = "tables"
    seconds = 1.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The figure, by class where there are classes, and the columns, worst first."""
        sides = comparison.once(table_sides)
        found = [column_shape(c, c.parts[0], c.parts[1]) for c in sides.columns]
        again = (
            [column_shape(c, c.parts[0], c.parts[2]).value for c in sides.columns] if sides.again else None
        )
        figure = Figure(
            "shapes",
            "Column shapes",
            mean_of([shape.value for shape in found]),
            real=mean_of(again) if again else None,
            better="higher",
            per_class=_by_class(sides, comparison.names, 1),
            per_class_real=_by_class(sides, comparison.names, 2) if sides.again else {},
            note=sides.say(),
        )
        order = sorted(range(len(found)), key=lambda i: found[i].value)
        rows = [
            (
                str(sides.columns[i].name),
                round(found[i].value, 4),
                round(again[i], 4) if again else None,
                found[i].differs,
            )
            for i in order
        ]
        table = DetailTable(
            "Columns",
            ("column", "shape", "of other real rows", "differs most"),
            rows,
            "1: the column has the same values, equally often.",
        )
        picture = draw_columns(comparison, [sides.columns[i].place for i in order])
        return Measurement((figure,), (table,), (picture,))


def _by_class(sides: TableSides, names: tuple[str, ...], part: int) -> dict[str, float | None]:
    """The mean over columns but the target, of the rows of each class; None for classes with few rows."""
    columns = [column for column in sides.columns if column.name != sides.target]
    shapes: dict[str, float | None] = {}
    for code, name in enumerate(names):
        here, there = sides.labels[0] == code, sides.labels[part] == code
        enough = min(np.count_nonzero(here), np.count_nonzero(there)) >= FEWEST
        shapes[name] = (
            mean_of([column_shape(c, c.parts[0][here], c.parts[part][there]).value for c in columns])
            if enough and columns
            else None
        )
    return shapes
