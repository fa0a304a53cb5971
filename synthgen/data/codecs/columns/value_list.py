"""A list of a column's values, from which rows take theirs by position."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd

from synthgen.data.codecs.columns.dtypes import dtype_from_json, dtype_to_json, is_numpy, objects
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json


class ValueList:
    """Different values of one dtype, and what stands for a missing one; `take` is as fast as the dtype allows."""

    def __init__(self, values: list[Any], dtype: Any, missing: Any = None) -> None:
        self.values = values
        """As Python has them."""
        self.dtype = dtype
        self.missing = missing
        """What a missing value is where the dtype leaves the choice: None, NaN, NaT or NA in an object column."""
        self._pool = self._prepare()

    @classmethod
    def of(cls, distinct: pd.Series | pd.Index, dtype: Any, missing: Any = None) -> Self:
        """These values. Raises TypeError for values that cannot be saved."""
        values = distinct.tolist()
        for value in values:
            value_to_json(value)
        return cls(values, dtype, missing)

    def _prepare(self) -> Any:
        """The values as an array of their dtype; where it is an array of NumPy's, with a missing one at its end."""
        if isinstance(self.dtype, pd.CategoricalDtype):
            return np.append(
                self.dtype.categories.get_indexer(pd.Index(self.values, dtype=self.dtype.categories.dtype)),
                -1,
            ).astype(np.int64)
        if not is_numpy(self.dtype):
            return pd.array(self.values, dtype=self.dtype)
        if self.dtype == object:
            return objects([*self.values, self.missing])
        end = [np.nan] if self.dtype.kind == "f" else self.values[:1]
        return np.array([*self.values, *end], self.dtype)

    def take(self, index: np.ndarray, name: Any) -> pd.Series:
        """The values at these positions `(N,)`; -1 is a missing one."""
        taken: Any
        if isinstance(self.dtype, pd.CategoricalDtype):
            taken = pd.Categorical.from_codes(self._pool[index], dtype=self.dtype)
        elif isinstance(self._pool, np.ndarray):
            taken = self._pool[index]
        else:
            taken = self._pool.take(index, allow_fill=True)
        return pd.Series(taken, name=name, dtype=self.dtype, copy=False)

    def positions(self, values: pd.Series) -> np.ndarray:
        """Where each value stands in the list, int64 `(N,)`; -1 if missing, -2 if it is not in the list."""
        codes, distinct = pd.factorize(values)
        places = {value: place for place, value in enumerate(self.values)}
        found = np.array([places.get(value, -2) for value in distinct.tolist()] + [-1], np.int64)
        return found[codes]

    def to_json(self) -> dict[str, Any]:
        """Values, dtype, what is missing."""
        return {
            "dtype": dtype_to_json(self.dtype),
            "values": [value_to_json(value) for value in self.values],
            "absent": value_to_json(self.missing),
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The list that gave this."""
        values = [value_from_json(value) for value in saved["values"]]
        return cls(values, dtype_from_json(saved["dtype"]), value_from_json(saved["absent"]))


def missing_mark(values: pd.Series) -> Any:
    """What most missing values of an object column are: None, NaN, NaT or NA; None if there are none."""
    if values.dtype != object:
        return None
    missing = values[values.isna()].tolist()
    marks = [None, float("nan"), pd.NaT, pd.NA]
    counts = [sum(type(value) is type(mark) for value in missing) for mark in marks]
    return marks[int(np.argmax(counts))]
