"""Rows of tables as points: how far apart two rows are, and what a classifier can learn from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from synthgen.evaluation.columns import ComparedColumn, read_columns

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 50
"""Of a column; the reference's most frequent ones have a place of their own, all others share one."""
BEYOND = 10.0
"""Standard deviations beyond the reference's range at which numbers are cut off, infinite ones too."""
_HALF = np.float32(np.sqrt(0.5))


def encode_rows(
    frames: Sequence[pd.DataFrame], reference: pd.DataFrame, categories: Collection[Any] = ()
) -> list[np.ndarray]:
    """Of each table its rows as points, float32 `(n, d)`; `d` goes by the reference alone.

    Squared Euclidean distance of two rows: the squared difference of each number in standard deviations of the
    reference, and 1 for each category that differs and each number that only one of them has. Dates are numbers;
    see `read_columns` for what is a category. Categories that the reference does not have are one, as are all ids
    and free texts.

    Raises DataError if the tables' columns differ in names, or one of them has numbers here and text there.
    """
    columns = read_columns(frames, reference, categories)
    return [encode_columns(columns, part) for part in range(len(frames))]


def encode_columns(columns: Sequence[ComparedColumn], part: int | None) -> np.ndarray:
    """The points of one of the tables that the columns are of; None for the reference."""
    blocks = []
    for column in columns:
        values = column.reference if part is None else column.parts[part]
        blocks.append(_numbers(column, values) if column.number else _one_hot(column, values))
    return np.concatenate(blocks, 1)


def _numbers(column: ComparedColumn, values: np.ndarray) -> np.ndarray:
    """The standardised number, 0 where it is missing, and whether it is."""
    own = column.reference
    known = own[np.isfinite(own)]
    block = np.zeros((len(values), 2), np.float32)
    missing = np.isnan(values)
    block[:, 1] = missing
    if not len(known):
        return block
    middle, scale = _mean_and_deviation(known)
    low, high = (float((bound - middle) / scale) for bound in (known.min(), known.max()))
    with np.errstate(over="ignore"):
        points = (values - middle) / scale
    block[:, 0] = np.where(missing, 0.0, np.clip(points, low - BEYOND, high + BEYOND))
    return block


def _mean_and_deviation(known: np.ndarray) -> tuple[float, float]:
    """Never infinite, however large the numbers are; the deviation is never 0."""
    unit = float(np.abs(known).max()) or 1.0
    scaled = known / unit
    return float(scaled.mean()) * unit, (float(scaled.std()) or 1.0) * unit


def _one_hot(column: ComparedColumn, codes: np.ndarray) -> np.ndarray:
    """A place for each category, for all others together, and for what is missing."""
    assert column.counts is not None
    own = 0 if column.unlike else min(len(column.counts), MOST_CATEGORIES)
    places = np.where(codes < 0, own + 1, np.minimum(codes, own))
    block = np.zeros((len(codes), own + 2), np.float32)
    block[np.arange(len(codes)), places] = _HALF
    return block
