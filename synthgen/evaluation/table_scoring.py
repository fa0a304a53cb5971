"""One number for a snapshot that makes tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.scoring import Score
from synthgen.evaluation.tables.c2st import FEWEST, BoostingTest
from synthgen.evaluation.tables.shapes import column_shape
from synthgen.evaluation.tables.sides import TableSides, mean_of, read_sides
from synthgen.evaluation.tables.trends import PairTables, choose_columns
from synthgen.metric import take_samples

BLOCKS = 5
"""Parts of the rows, to tell the errors of shapes and trends by."""
_FEWEST_IN_BLOCK = 20


class TableScorer:
    """Tables: the mean of how far columns (shapes), pairs of columns (trends) and rows are from real ones.

    Each is between 0 and 1: 1 less the figures `shapes` and `trends`, and twice what the area under the curve of
    `c2st_boosting` is above a half.
    """

    def __init__(self, reference: Dataset, which: str, *, seed: int) -> None:
        """`which` says in words what the reference is."""
        self.reference, self.seed = reference, seed
        self.about = (
            "mean distance of columns, pairs of columns and rows (shapes, trends, c2st_boosting) from"
            f" {len(reference):,} {which}"
        )

    def score(self, synthetic: Dataset) -> Score:
        """The mean of those distances that the table allows. Its error is the mean of theirs, as if all erred
        together: they are of the same rows."""
        sides = read_sides(self._equally_many(synthetic), self.reference)
        blocks = [sides.some(slice(start, None, BLOCKS)) for start in range(BLOCKS)]
        blocks = blocks if sides.rows >= BLOCKS * _FEWEST_IN_BLOCK else []
        found: dict[str, float] = {"shapes": _shapes(sides)}
        errors = [_error(_shapes, blocks)]
        if len(sides.columns) > 1:
            found["trends"] = self._trends(sides)
            errors.append(_error(self._trends, blocks))
        if sides.rows >= FEWEST:
            found["c2st_boosting"] = (
                BoostingTest(BoostingTest.Options()).compare(sides, 1, self.seed % 2**32).mean
            )
            errors.append(2 * area_error(found["c2st_boosting"], sides.rows))
        value = mean_of([_distance(name, one) for name, one in found.items()])
        text = ", ".join(f"{name} {one:.3f}" for name, one in found.items())
        return Score(value, text, parts=found, error=mean_of(errors))

    def _equally_many(self, synthetic: Dataset) -> list[Dataset]:
        """Real and synthetic rows, always the same places, in random order."""
        count = min(len(self.reference), len(synthetic))
        if not count:
            raise DataError("there are no rows to compare")
        rng = np.random.default_rng(self.seed)
        return [
            take_samples(side, rng.permutation(len(side))[:count]) for side in (self.reference, synthetic)
        ]

    def _trends(self, sides: TableSides) -> float:
        columns = choose_columns(sides, self.seed)
        alike = PairTables(columns, 0).compare(PairTables(columns, 1))
        return mean_of([alike[pair] for pair in combinations(range(len(columns)), 2)])


def _shapes(sides: TableSides) -> float:
    return mean_of([column_shape(column, column.parts[0], column.parts[1]).value for column in sides.columns])


def _distance(name: str, value: float) -> float:
    return 2 * max(0.0, value - 0.5) if name == "c2st_boosting" else 1 - value


def _error(measure: Callable[[TableSides], float], blocks: list[TableSides]) -> float:
    """The standard error of what is measured of all rows, from what it is of parts of them; 0 without any."""
    return float(np.std([measure(block) for block in blocks], ddof=1) / math.sqrt(BLOCKS)) if blocks else 0.0


def area_error(area: float, rows: int) -> float:
    """The standard error of an area under the curve over so many rows of each side (Hanley and McNeil 1982)."""
    area = min(max(area, 0.5), 1.0)
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (rows - 1) * (one + two - 2 * area**2)
    return math.sqrt(max(0.0, spread)) / rows
