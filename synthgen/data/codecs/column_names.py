"""The names of a table's columns: finding one that a person means, and saving them, whatever they are."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthgen import DataError
from synthgen.data.codecs.columns.dtypes import dtype_from_json, dtype_to_json, make_index
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json


def plain_names(names: pd.Index) -> list[Any]:
    """The names; of a NaN always the same object, so that it is found in mappings."""
    return [np.nan if isinstance(name, float) and np.isnan(name) else name for name in names.tolist()]


def get_column(frame: pd.DataFrame, name: Any) -> pd.Series:
    """The column of this name, whatever the name is. Raises KeyError if it is not there."""
    place: Any = frame.columns.get_loc(name)
    return frame.iloc[:, place]


def find_name(names: Sequence[Any], wanted: Any) -> int | None:
    """The place of the name that is equal, or else of the one that reads the same; None if there is none."""
    for place, name in enumerate(names):
        if name is wanted or (type(name) is type(wanted) and name == wanted):
            return place
    texts = [str(name) for name in names]
    return texts.index(str(wanted)) if str(wanted) in texts else None


def require_name(names: Sequence[Any], wanted: Any, option: str) -> int:
    """The place of a name in the table; raises DataError, with near ones, if it is not there."""
    place = find_name(names, wanted)
    if place is not None:
        return place
    texts = [str(name) for name in names]
    near = difflib.get_close_matches(str(wanted), texts, n=2)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Its columns are {', '.join(texts)}."
    raise DataError(f"{option}: there is no column {wanted!r}. {hint}")


def names_to_json(names: pd.Index) -> dict[str, Any]:
    """Names of any hashable type, their dtype or levels. Raises DataError for types that cannot be saved."""
    try:
        saved = [value_to_json(name) for name in names.tolist()]
        levels = [value_to_json(level) for level in names.names]
    except TypeError as error:
        raise DataError(f"names of columns: {error}") from None
    dtype = None if isinstance(names, pd.MultiIndex) else dtype_to_json(names.dtype)
    return {"names": saved, "levels": levels, "dtype": dtype}


def names_from_json(saved: dict[str, Any]) -> pd.Index:
    """The names that gave this."""
    names = [value_from_json(name) for name in saved["names"]]
    levels = [value_from_json(level) for level in saved["levels"]]
    if saved["dtype"] is None:
        return pd.MultiIndex.from_tuples(names, names=levels)
    return make_index(names, dtype_from_json(saved["dtype"])).set_names(levels)
