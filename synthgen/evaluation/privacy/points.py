"""Samples as points whose distances privacy is judged by, and what tells exact copies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.columns import ComparedColumn, read_columns
from synthgen.evaluation.rows import encode_columns
from synthgen.metric import Comparison

FEWEST = 3
"""Training samples, and synthetic ones."""
COMPONENTS = 128
"""Principal components that stand for samples of many values."""
EXACT = 8_000_000
"""Values of all training samples up to which distances are of the values themselves."""
_FITTED = 2_000
_TOGETHER = 2**25  # values that are looked at together: floats of large images fill a memory


@dataclass(frozen=True, eq=False)
class Points:
    """All samples as points, float32 `(n, d)`, and as fingerprints, `(n,)`; equal ones are exact copies."""

    real: np.ndarray
    synthetic: np.ndarray
    held_out: np.ndarray | None
    real_keys: np.ndarray
    synthetic_keys: np.ndarray
    held_out_keys: np.ndarray | None
    order: np.ndarray
    """The real samples in the random order that some are taken in."""
    held_out_order: np.ndarray
    synthetic_order: np.ndarray
    about: str
    """What a distance is, for notes."""
    columns: tuple[ComparedColumn, ...] = ()
    """Of tables, without ids and free text; `parts` are the synthetic rows."""


def points(comparison: Comparison) -> Points:
    """The points of a comparison, for `comparison.once`.

    Images are compared by their pixels, signals by their values, rows as `encode_rows` has them. Samples of many
    values are projected on their first principal components, so that every training sample can be looked at; these
    are found from as many held-out as training samples, for neither may be the better represented.

    Raises DataError for fewer than three training or synthetic samples.
    """
    counts = {"training": len(comparison.real), "synthetic": len(comparison.synthetic)}
    for what, count in counts.items():
        if count < FEWEST:
            raise DataError(f"there are {count} {what} samples; distances between samples take {FEWEST}")
    held_out = comparison.held_out if comparison.held_out is not None and len(comparison.held_out) else None
    there = [comparison.real, comparison.synthetic, *([held_out] if held_out is not None else [])]
    rng = np.random.default_rng([comparison.seed, 1])
    orders = [rng.permutation(len(part)) for part in there]
    columns: tuple[ComparedColumn, ...] = ()
    if comparison.kind == "table":
        columns = _columns(there)
        found = [encode_columns(columns, part) for part in (None, 0, 1)[: len(there)]]
        keys = [_row_keys(columns, part) for part in (None, 0, 1)[: len(there)]]
        about = "standardised numbers and categories, 1 for one that differs"
    else:
        flat = [np.ascontiguousarray(part.x).reshape(len(part), -1) for part in there]
        keys = [_array_keys(part) for part in flat]
        scale = _scale(there[0].x)
        found, about = _reduce(flat, scale, orders, "pixels" if comparison.kind == "images" else "values")
    return Points(
        real=found[0],
        synthetic=found[1],
        held_out=found[2] if held_out is not None else None,
        real_keys=keys[0],
        synthetic_keys=keys[1],
        held_out_keys=keys[2] if held_out is not None else None,
        order=orders[0],
        held_out_order=orders[2] if held_out is not None else orders[0][:0],
        synthetic_order=orders[1],
        about=about,
        columns=columns,
    )


# ------------------------------------------------------------------------------------------------------- tables


def _columns(there: list[Dataset]) -> tuple[ComparedColumn, ...]:
    target = there[0].target if there[0].classes else None
    columns = read_columns(
        [part.x for part in there[1:]], there[0].x, categories=[] if target is None else [target]
    )
    kept = tuple(column for column in columns if not column.unlike)
    if not kept:
        raise DataError("all columns are ids or free text; there is nothing to measure distances by")
    return kept


def _row_keys(columns: tuple[ComparedColumn, ...], part: int | None) -> np.ndarray:
    """A number for each row, uint64; equal for equal rows."""
    import pandas as pd  # noqa: PLC0415 - not needed for images

    values = {i: c.reference if part is None else c.parts[part] for i, c in enumerate(columns)}
    values = {i: v + 0.0 if columns[i].number else v for i, v in values.items()}  # there are two zeros
    return pd.util.hash_pandas_object(pd.DataFrame(values), index=False).to_numpy(np.uint64)


# --------------------------------------------------------------------------------------------- images, signals


def _array_keys(flat: np.ndarray) -> np.ndarray:
    """A number for each sample, int64; equal for equal samples."""
    if flat.dtype.kind == "f":
        flat = flat.astype(np.float32) + np.float32(0)  # there are two zeros
    return np.array([hash(row.tobytes()) for row in flat], np.int64)


def _scale(x: np.ndarray) -> np.ndarray:
    """What each value is multiplied by, float32: pixels get a range of 1, channels of signals a deviation of 1."""
    if x.dtype == np.uint8:
        return np.full(x[0].size, 1 / 255, np.float32)
    deviation = x.reshape(*x.shape[:2], -1).std((0, 1), dtype=np.float64)
    return np.tile(1 / np.where(deviation > 0, deviation, 1), x.shape[1]).astype(np.float32)


def _reduce(
    flat: list[np.ndarray], scale: np.ndarray, orders: list[np.ndarray], values: str
) -> tuple[list[np.ndarray], str]:
    """Samples `(n, values)` as points, and what they are. The real ones come first, held-out ones last."""
    if len(flat[0]) * flat[0].shape[1] <= EXACT or flat[0].shape[1] <= COMPONENTS:
        return [part.astype(np.float32) * scale for part in flat], values
    from sklearn.decomposition import PCA  # noqa: PLC0415 - slow to import

    fitted = [0, 2] if len(flat) == 3 else [0]
    width = flat[0].shape[1]
    most = max(COMPONENTS, _TOGETHER // (width * len(fitted)))
    count = min(_FITTED, most, *(len(flat[i]) for i in fitted))
    some = np.concatenate([flat[i][np.sort(orders[i][:count])] for i in fitted])
    components = min(COMPONENTS, len(some))
    pca = PCA(components, random_state=0).fit(some.astype(np.float32) * scale)
    kept = float(pca.explained_variance_ratio_.sum())
    found = []
    size = max(1, _TOGETHER // width)
    for part in flat:
        reduced = np.empty((len(part), components), np.float32)
        for start in range(0, len(part), size):
            some = part[start : start + size].astype(np.float32) * scale
            reduced[start : start + size] = pca.transform(some)
        found.append(reduced)
    return found, f"{components} principal components of the {values} ({100 * kept:.0f} % of their variance)"
