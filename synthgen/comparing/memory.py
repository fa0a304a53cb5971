"""Frames and arrays in memory as datasets."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from synthgen.comparing.anything import LABEL
from synthgen.comparing.paths import Kind
from synthgen.components import ClassLabel, Dataset
from synthgen.data.sources.float_images import advice, bytes_of, bytes_of_whole
from synthgen.data.sources.sizes import refuse_size
from synthgen.data.sources.table_labels import find_labels
from synthgen.errors import DataError

_LEAST_SIDE = 8
"""Of whole numbers of three axes that are images."""


def from_memory(data: Any, side: str, kind: Kind = "auto", target: str | None = None) -> Dataset:
    """A DataFrame, an array or a pair `(x, y)` of samples and labels as a dataset; a dataset as it is.

    Arrays of four axes are images `(N, H, W, 1 or 3)`, as are whole numbers from 0 to 255 of three, `(N, H, W)`;
    other arrays of three are signals `(N, length, channels)`, all else is a table. `kind` says so where that is not
    what is meant, such as signals `(N, length)` or float images `(N, H, W)`. Float images are from 0 to 1, -1 to 1
    or 0 to 255, which a note tells. Labels of a table become its column `target`. Raises DataError that begins with
    `side`.
    """
    if isinstance(data, Dataset):
        return data
    x, y = data if isinstance(data, tuple) and len(data) == 2 else (data, None)
    if isinstance(x, pd.DataFrame) and kind in ("auto", "table"):
        return _table(_plain_frame(x, side), y, side, target)
    x = np.asarray(x)
    if kind == "auto":
        kind = "images" if _are_images(x) else "signals" if x.ndim == 3 else "table"
    if kind == "table":
        return _table(_frame(x, side), y, side, target)
    x, notes = _images(x, side) if kind == "images" else (_signals(x, side), ())
    labels = np.zeros(len(x), np.int64)
    classes: tuple[ClassLabel, ...] = ()
    if y is not None:
        found = find_labels(_column(y, LABEL, len(x), side), _task(y), side)
        if found is None:
            raise DataError(f"{side}: y must be labels where x is {kind}, not numbers of any size")
        labels, classes = found.y, found.classes
    return Dataset(f"{kind} in memory", x, labels, classes, notes=notes, kind=kind)


def _are_images(x: np.ndarray) -> bool:
    if x.ndim != 3 or x.dtype == np.uint8:
        return x.ndim >= 3 and (x.ndim == 4 or x.dtype == np.uint8)
    return min(x.shape[1:]) >= _LEAST_SIDE and bytes_of_whole(x) is not None


def _task(y: Any) -> Literal["auto", "classification"]:
    return "auto" if np.asarray(y).dtype.kind == "f" else "classification"


def _column(y: Any, name: str, count: int, side: str) -> pd.Series:
    values = y.iloc[:, 0] if isinstance(y, pd.DataFrame) and y.shape[1] == 1 else y
    if not isinstance(values, pd.Series):
        array = np.asarray(values)
        array = array.astype(object) if array.dtype.kind in "US" else array
        if array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        if array.ndim != 1:
            raise DataError(f"{side}: y must have a label for each sample, ({count:,},), not {array.shape}")
        values = pd.Series(array)
    if len(values) != count:
        raise DataError(f"{side}: {len(values):,} labels in y for {count:,} samples in x")
    return values.reset_index(drop=True).rename(name)


def _plain_frame(frame: pd.DataFrame, side: str) -> pd.DataFrame:
    """Columns named by texts, none of them sparse, rows counted from 0."""
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{side}: more than one column is called {', '.join(twice)}; rename them")
    frame = frame.set_axis(names, axis=1).reset_index(drop=True)
    sparse = {
        name: dtype.subtype for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.SparseDtype)
    }
    return frame.astype(sparse) if sparse else frame


def _frame(x: np.ndarray, side: str) -> pd.DataFrame:
    if x.ndim != 2:
        raise DataError(
            f"{side}: an array {x.dtype} {x.shape} is no table (N, columns); say kind='images' or 'signals' if"
            " it is such"
        )
    columns = {str(i): pd.Series(x[:, i]).infer_objects() for i in range(x.shape[1])}
    return pd.DataFrame(columns)


def _table(frame: pd.DataFrame, y: Any, side: str, target: str | None) -> Dataset:
    if y is not None:
        name = target if target is not None else LABEL
        if name in frame:
            raise DataError(f"{side}: x has a column {name} as well as y; leave one of them out")
        frame = pd.concat([frame, _column(y, name, len(frame), side)], axis=1)
    if frame.shape[1] == 0:
        raise DataError(f"{side}: the table has no columns")
    return Dataset("table in memory", frame, np.zeros(len(frame), np.int64), (), kind="table")


def _images(x: np.ndarray, side: str) -> tuple[np.ndarray, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    fits = x.ndim == 3 or (x.ndim == 4 and x.shape[3] == 3)
    if fits and x.dtype.kind == "f" and (made := bytes_of(x)) is not None:
        x, notes = made[0], (made[1],)
    elif fits and (whole := bytes_of_whole(x)) is not None:
        x = whole
    if x.dtype != np.uint8 or not fits:
        raise DataError(
            f"{side}: images must be uint8 (N, H, W) or (N, H, W, 1 or 3), not {x.dtype} {x.shape}{_extent(x)};"
            f" {advice(x)}"
        )
    if len(x):
        refuse_size(side, x.shape[1], x.shape[2], "scale them beforehand")
    return np.ascontiguousarray(x), notes


def _extent(x: np.ndarray) -> str:
    return f" from {x.min():.4g} to {x.max():.4g}" if x.dtype.kind in "fiu" and x.size else ""


def _signals(x: np.ndarray, side: str) -> np.ndarray:
    if x.ndim not in (2, 3) or x.dtype.kind not in "fiu":
        raise DataError(
            f"{side}: signals must be numbers (N, length) or (N, length, channels), not {x.dtype} {x.shape}"
        )
    x = x if x.dtype in (np.float32, np.float64) else x.astype(np.float32)
    faulty = np.flatnonzero(~np.isfinite(x).all(axis=tuple(range(1, x.ndim))))
    if len(faulty):
        raise DataError(f"{side}: signal {faulty[0]} has NaN or infinity; leave such out, or fill the gaps")
    return np.ascontiguousarray(x)
