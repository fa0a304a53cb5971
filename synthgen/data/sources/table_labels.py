"""The label of a table: which values of a column are which class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from synthgen import ClassLabel, DataError

Task = Literal["auto", "classification", "regression"]

MOST_CLASSES = 20
"""Whole numbers of at most so many different values are classes where nobody says what they are."""


class Labels(NamedTuple):
    """A column as a label."""

    y: np.ndarray
    """int64 `(N,)`, an index into the classes."""
    classes: tuple[ClassLabel, ...]
    notes: tuple[str, ...]
    """What is odd about them."""


def find_labels(values: pd.Series, task: Task, where: str) -> Labels | None:
    """The classes of a column; None if it is a number like others, which has none.

    With `auto`, text, booleans, categories, and whole numbers of few different values are classes. They come
    in the order of their values, categories in their own order; whole numbers keep their number, others are
    counted. Raises DataError for missing values in a label, and for a column that is no label.
    """
    name = values.name
    number = is_numeric_dtype(values.dtype) and not is_bool_dtype(values.dtype)
    if task == "regression" and not number:
        raise DataError(f"{where}: target '{name}' is {_kind(values)}; task: regression needs numbers")
    if task == "regression" or (task == "auto" and _is_quantity(values, number=number)):
        return None
    missing = values.isna().to_numpy()
    if missing.any():
        raise DataError(
            f"{where}: target '{name}' is missing in {missing.sum():,} of {len(values):,} rows, first in row"
            f" {missing.argmax() + 1:,}; drop these rows or fill them"
        )
    y, found = _in_order(values)
    if task == "auto" and len(found) > max(MOST_CLASSES, len(values) // 2):
        raise DataError(
            f"{where}: target '{name}' has {len(found):,} different values in {len(values):,} rows; a label has"
            " few: name another column, or leave target out (task: classification takes it all the same)"
        )
    return Labels(y, _name(found, f"{where}: target '{name}'"), _notes(y, found, f"target {name}"))


def keep_present(y: np.ndarray, classes: Sequence[ClassLabel]) -> tuple[np.ndarray, tuple[ClassLabel, ...]]:
    """Labels and classes without the classes that have no sample; the others keep their numbers."""
    present, y = np.unique(y, return_inverse=True)
    return y.astype(np.int64), tuple(classes[index] for index in present)


def _is_quantity(values: pd.Series, *, number: bool) -> bool:
    if is_datetime64_any_dtype(values.dtype):
        return True
    if not number:
        return False
    known = values.dropna().unique()
    return len(known) > MOST_CLASSES or not all(float(value).is_integer() for value in known)


def _in_order(values: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Each value's place among the different ones, and these in order."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        used = values.cat.remove_unused_categories()
        return used.cat.codes.to_numpy(np.int64), used.cat.categories.tolist()
    codes, found = pd.factorize(values)
    different = list(found.tolist())
    try:
        order = sorted(range(len(different)), key=different.__getitem__)
    except TypeError:  # values of several types
        order = sorted(range(len(different)), key=lambda i: (type(different[i]).__name__, str(different[i])))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place[codes], [different[index] for index in order]


def _name(found: Sequence[Any], where: str) -> tuple[ClassLabel, ...]:
    names = [str(value) for value in found]
    twice = (
        next((name for name in names if names.count(name) > 1), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        kinds = " and ".join(type(value).__name__ for value in found if str(value) == twice)
        raise DataError(f"{where} has {twice!r} as {kinds}; its values must be of one type")
    whole = all(isinstance(value, int | float) and float(value).is_integer() for value in found)
    numbers = [int(value) for value in found] if whole else range(len(found))
    return tuple(ClassLabel(*pair) for pair in zip(numbers, names, strict=True))


def _notes(y: np.ndarray, found: Sequence[Any], what: str) -> tuple[str, ...]:
    if len(found) == 1:
        return (f"{what} has one class only, {found[0]}",)
    single = [str(value) for value, count in zip(found, np.bincount(y), strict=True) if count == 1]
    if not single:
        return ()
    shown = ", ".join(single[:10]) + (f" and {len(single) - 10} more" if len(single) > 10 else "")
    return (f"{what}: one row only of {shown}",)


def _kind(values: pd.Series) -> str:
    return "text" if values.dtype == object else f"of type {values.dtype}"
