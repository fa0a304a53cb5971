"""What no column can be: values of several types in one, lists, complex numbers, sparse arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from synthgen import DataError

_PLAIN: tuple[tuple[type, type], ...] = (
    (np.bool_, bool),
    (np.integer, int),
    (np.floating, float),
    (str, str),
    (bytes, bytes),
    (np.complexfloating, complex),
)
"""Types that count as another one, NumPy's as Python's."""


def check_values(values: pd.Series) -> type | None:
    """The type of a column of objects; None for other dtypes, and where all are missing.

    Raises DataError for what no kind of column takes; it says which column, what is in it, and what would do.
    """
    dtype: Any = values.dtype
    where = f"column {values.name!r}"
    if isinstance(dtype, pd.SparseDtype):
        raise DataError(f"{where} is sparse; make it dense, with .sparse.to_dense()")
    if getattr(dtype, "kind", None) == "c":
        raise DataError(f"{where} has complex numbers; give their parts columns of their own")
    if isinstance(dtype, pd.ArrowDtype) and _nested(dtype):
        raise DataError(
            f"{where} has dtype {dtype}: several values in a cell; give them columns of their own"
        )
    if not is_object_dtype(dtype):
        return None
    return _type_of_objects(values)


def _type_of_objects(values: pd.Series) -> type | None:
    """The one type of a column's objects that are not missing."""
    where = f"column {values.name!r}"
    missing = values.isna().to_numpy()
    objects = values.to_numpy(object)
    kinds = list(map(type, objects[~missing]))
    found = {kind: _plain(kind) for kind in set(kinds)}
    if len(set(found.values())) > 1:
        rows = np.flatnonzero(~missing)
        first = {
            plain.__name__: rows[next(i for i, k in enumerate(kinds) if found[k] is plain)]
            for plain in dict.fromkeys(found.values())
        }
        listed = ", ".join(
            f"{name} (first in row {row}: {objects[row]!r:.40})"
            for name, row in sorted(first.items(), key=lambda f: f[1])
        )
        raise DataError(f"{where} mixes types: {listed}; make them one")
    kind = next(iter(found.values()), None)
    if kind is complex:
        raise DataError(f"{where} has complex numbers; give their parts columns of their own")
    if kind is not None and (kind.__hash__ is None or kind in (tuple, frozenset)):
        raise DataError(
            f"{where} has a {kind.__name__} in row {int(np.argmin(missing))}: several values in a cell; give them"
            " columns of their own"
        )
    return kind


def _plain(kind: type) -> type:
    return next((plain for base, plain in _PLAIN if issubclass(kind, base)), kind)


def _nested(dtype: pd.ArrowDtype) -> bool:
    import pyarrow.types as kinds  # noqa: PLC0415 - who has the dtype has it

    return bool(kinds.is_nested(dtype.pyarrow_dtype))
