"""How alike the relations between columns of two tables are, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import ClassVar

import numpy as np

from synthgen.errors import DataError
from synthgen.evaluation.columns import ComparedColumn
from synthgen.evaluation.tables.pictures import draw_trends
from synthgen.evaluation.tables.sides import TableSides, table_sides
from synthgen.evaluation.tables.wording import percent, show_label, show_number
from synthgen.evaluation.wording import MINUS
from synthgen.metric import Comparison, DetailTable, Figure, Measurement, Metric, Section

BINS = 10
"""Of a number in a contingency table: quantiles of the real rows, and one more for missing."""
CATEGORIES = 50
"""In a contingency table; rarer ones, and those that no real row has, count as one."""
MOST_COLUMNS = 40
"""Of more, so many are drawn at random: the pairs grow with the square."""
SHOWN = 100
"""Pairs in the table."""


class Trends(Metric):
    """How alike the relations between columns are: the mean over pairs of 1 - half the difference of Pearson's
    correlations of two numbers, and 1 - the total variation distance of the contingency tables of others, with
    numbers in ten bins. 1 is perfect; rows are few and cells many, so real rows do not reach it either."""

    kinds = frozenset({"table"})
    section: ClassVar[Section] = "tables"
    seconds = 1.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The figure, the pairs, worst first, and a map of them."""
        sides = comparison.once(table_sides)
        columns = choose_columns(sides, comparison.seed)
        if len(columns) < 2:
            raise DataError("the table has a single column; trends are of pairs")
        tables = [PairTables(columns, part) for part in range(3 if sides.again else 2)]
        trends = [tables[0].compare(other) for other in tables[1:]]
        pairs = list(combinations(range(len(columns)), 2))
        values = [np.array([trend[pair] for pair in pairs]) for trend in trends]
        note = f"{len(pairs):,} pairs; {sides.say()}"
        if len(columns) < len(sides.columns):
            note += f"; pairs of {len(columns)} columns drawn at random"
        figure = Figure(
            "trends",
            "Pair trends",
            float(values[0].mean()),
            real=float(values[1].mean()) if sides.again else None,
            better="higher",
            note=note,
        )
        rows = []
        for place in np.argsort(values[0], kind="stable")[:SHOWN].tolist():
            a, b = pairs[place]
            again = round(float(values[1][place]), 4) if sides.again else None
            names = (str(columns[a].name), str(columns[b].name))
            rows.append((*names, round(float(values[0][place]), 4), again, tables[0].say(tables[1], a, b)))
        table = DetailTable(
            "Pairs of columns",
            ("column", "and column", "trend", "of other real rows", "differs most"),
            rows,
            f"The {SHOWN} worst of {len(pairs):,} pairs." if len(pairs) > SHOWN else "",
        )
        maps = list(zip(["synthetic", "other real rows"], trends, strict=False))
        lowest = min(0.9, float(np.quantile(values[0], 0.02)))
        picture = draw_trends([str(column.name) for column in columns], maps, lowest)
        return Measurement((figure,), (table,), (picture,))


def choose_columns(sides: TableSides, seed: int) -> Sequence[ComparedColumn]:
    """At most `MOST_COLUMNS`, the target always."""
    columns = sides.columns
    if len(columns) <= MOST_COLUMNS:
        return columns
    order = np.random.default_rng(seed).permutation(len(columns)).tolist()
    order.sort(key=lambda i: columns[i].name != sides.target)
    return [columns[i] for i in sorted(order[:MOST_COLUMNS])]


class PairTables:
    """The contingency tables and correlations of all pairs of a table's columns."""

    def __init__(self, columns: Sequence[ComparedColumn], part: int) -> None:
        self._columns = columns
        self._edges = [_edges(column) if column.number else None for column in columns]
        parts = [column.parts[part] for column in columns]
        self._codes = [
            _codes(column, values, edges)
            for column, values, edges in zip(columns, parts, self._edges, strict=True)
        ]
        self._sizes = [
            len(edges) + 2 if edges is not None else min(len(column.labels), CATEGORIES + 1) + 1
            for column, edges in zip(columns, self._edges, strict=True)
        ]
        self._rows = len(parts[0])
        self._correlations = _correlations(columns, part)

    def compare(self, other: PairTables) -> np.ndarray:
        """1 where pairs are alike, 0 where nothing is, `(columns, columns)`, symmetric; NaN on the diagonal."""
        size = len(self._columns)
        trends = np.full((size, size), np.nan)
        for a, b in combinations(range(size), 2):
            if self._columns[a].number and self._columns[b].number:
                distance = abs(self._correlations[a, b] - other._correlations[a, b]) / 2
            else:
                distance = float(np.abs(self._shares(a, b) - other._shares(a, b)).sum() / 2)
            trends[a, b] = trends[b, a] = 1 - distance
        return trends

    def say(self, other: PairTables, a: int, b: int) -> str:
        """Where the pair differs most, this table being the real one."""
        if self._columns[a].number and self._columns[b].number:
            return (
                f"correlation: {self._correlations[a, b]:.2f} in real,"
                f" {other._correlations[a, b]:.2f} in synthetic rows"
            ).replace("-", MINUS)
        here, there = self._shares(a, b), other._shares(a, b)
        gap = np.abs(here - there)
        worst = int(gap.argmax())
        if not gap[worst]:
            return ""
        row, column = divmod(worst, self._sizes[b])
        where = f"{self._cell(a, row)} and {self._cell(b, column)}"
        return f"{where}: {percent(here[worst])} of real, {percent(there[worst])} of synthetic"

    def _shares(self, a: int, b: int) -> np.ndarray:
        """The contingency table, row by row, as shares of all rows."""
        joint = self._codes[a] * self._sizes[b] + self._codes[b]
        return np.bincount(joint, minlength=self._sizes[a] * self._sizes[b]) / self._rows

    def _cell(self, place: int, code: int) -> str:
        column, edges = self._columns[place], self._edges[place]
        if code == 0:
            return "missing"
        if edges is None:
            return "others" if code > CATEGORIES else show_label(column.labels[code - 1])
        texts = [show_number(column, edge) for edge in edges.tolist()]
        if not texts:
            return "any"
        if code > len(texts):
            return f"more than {texts[-1]}"
        return f"up to {texts[0]}" if code == 1 else f"{texts[code - 2]} to {texts[code - 1]}"


def _edges(column: ComparedColumn) -> np.ndarray:
    """Between the bins of a number: each but the last has its upper edge in it."""
    known = column.reference[np.isfinite(column.reference)]
    return np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else known


def _codes(column: ComparedColumn, values: np.ndarray, edges: np.ndarray | None) -> np.ndarray:
    """Small whole numbers, 0 where missing."""
    if edges is None:
        return np.minimum(values + 1, CATEGORIES + 1)
    return np.where(np.isnan(values), 0, 1 + np.searchsorted(edges, values))


def _correlations(columns: Sequence[ComparedColumn], part: int) -> np.ndarray:
    """Pearson's of each pair of numbers over the rows that have both, `(columns, columns)`; 0 with a constant."""
    size = len(columns)
    x = np.zeros((len(columns[0].parts[part]), size))
    known = np.zeros(x.shape)
    for place, column in enumerate(columns):
        if not column.number:
            continue
        values = column.parts[part]
        there = np.isfinite(values)
        known[:, place] = there
        if there.any():
            unit = float(np.abs(values[there]).max()) or 1.0
            scaled = values[there] / unit  # squares of the largest numbers would be infinite
            x[there, place] = (scaled - scaled.mean()) / (scaled.std() or 1.0)
    rows = np.maximum(known.T @ known, 1)
    sums, squares = x.T @ known, (x * x).T @ known
    covariance = x.T @ x - sums * sums.T / rows
    variance = np.maximum(squares - sums**2 / rows, 0)
    scale = np.sqrt(variance * variance.T)
    constant = scale <= 1e-9 * rows
    return np.where(constant, 0.0, np.clip(covariance / np.where(constant, 1.0, scale), -1, 1))
