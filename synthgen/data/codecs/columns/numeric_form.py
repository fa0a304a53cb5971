"""Numbers of any dtype as float64, and back: whole where they were, with their decimals, in their range."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Self

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

from synthgen import DataError
from synthgen.data.codecs.columns.dtypes import dtype_from_json, dtype_to_json
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json
from synthgen.data.codecs.columns.value_list import missing_mark

MOST_DECIMALS = 10
MOST_ZEROS = 6
EXACT = 2**53
"""Whole numbers up to this are exact as float64."""
_LARGEST = np.nextafter(2.0**64, 0)
"""The largest float64 that is a uint64."""
_TRIED = 10_000
"""Numbers that are looked at first for their decimals."""


@dataclass(frozen=True)
class NumericForm:
    """How the numbers of a column are written; `read` and `write` are inverse to each other."""

    dtype: Any
    python: str | None = None
    """In a column of objects: int, float or Decimal."""
    absent: Any = None
    """What a missing one is in a column of objects."""
    whole: bool = False
    """Whether the dtype, or the objects, are integers."""
    decimals: int | None = None
    """Decimals that all numbers do with, -2 if all are hundreds; None if they are no round numbers."""
    origin: int = 0
    """What is taken off whole numbers too large for float64."""
    span: int = 0
    """Of such, the largest less the origin."""
    low: float = 0.0
    high: float = 0.0
    """The range of the numbers, the origin taken off."""

    @classmethod
    def of(cls, values: pd.Series) -> Self:
        """Of these numbers, all finite or missing. Raises DataError for integers that are too large."""
        python = _python_type(values)
        whole = python == "int" or (python is None and is_integer_dtype(values.dtype))
        form = cls(values.dtype, python, missing_mark(values), whole, decimals=0 if whole else None)
        known = values.dropna()
        if whole and len(known):
            low, high = int(known.min()), int(known.max())
            if low < -(2**63) or high >= 2 ** (63 if low < 0 else 64):
                raise DataError(
                    f"column {values.name!r} has whole numbers of more than 64 bits; make them texts"
                )
            if max(abs(low), abs(high)) > EXACT:
                form = replace(form, origin=low, span=high - low)
        return form._with_range(form.read(values))

    def _with_range(self, numbers: np.ndarray) -> Self:
        known = numbers[~np.isnan(numbers)]
        if not len(known):
            return self
        decimals = _decimals(known, self._float)
        if self.whole and decimals is None:
            decimals = 0
        return replace(self, low=float(known.min()), high=float(known.max()), decimals=decimals)

    @property
    def _float(self) -> np.dtype[Any]:
        """The precision that the numbers have."""
        own = getattr(self.dtype, "numpy_dtype", self.dtype)
        return own if own.kind == "f" else np.dtype(np.float64)

    def read(self, values: pd.Series) -> np.ndarray:
        """float64 `(N,)`, NaN where missing."""
        if values.dtype == object:
            missing = values.isna().to_numpy()
            objects = values.to_numpy(object)[~missing]
            numbers = np.full(len(values), np.nan)
            numbers[~missing] = (objects - self.origin if self.origin else objects).astype(np.float64)
            return numbers
        if not self.origin:
            return values.to_numpy(np.float64, na_value=np.nan)
        missing = values.isna().to_numpy()
        kind = np.uint64 if "uint" in str(values.dtype).lower() else np.int64
        large = values.fillna(self.origin).to_numpy(kind).view(np.uint64)
        numbers = (large - np.uint64(self.origin % 2**64)).astype(
            np.float64
        )  # modulo 2^64, so the sign does not matter
        return np.where(missing, np.nan, numbers)

    def write(self, numbers: np.ndarray, name: Any) -> pd.Series:
        """Numbers, NaN where missing, rounded and kept in the range of the real ones."""
        missing = np.isnan(numbers)
        if self.decimals is not None:
            numbers = np.round(numbers, self.decimals)
        numbers = np.clip(numbers, self.low, self.high)
        dtype = self.dtype
        if self.whole:
            whole = self._whole(np.where(missing, 0, numbers))
            if self.python:
                return self._objects(whole, missing, name)
            if missing.any():
                masked = pd.arrays.IntegerArray(whole, missing)
                return pd.Series(masked, name=name).astype(dtype)
            return pd.Series(whole, name=name, copy=False).astype(dtype)
        if self.python:
            return self._objects(numbers, missing, name)
        if isinstance(dtype, pd.ArrowDtype | np.dtype):
            return pd.Series(numbers, name=name, copy=False).astype(dtype)
        return pd.Series(pd.arrays.FloatingArray(numbers, missing), name=name).astype(dtype)

    def _whole(self, numbers: np.ndarray) -> np.ndarray:
        """With the origin added again: int64, or uint64 where it takes that."""
        whole = np.rint(numbers)
        if not self.origin:
            return whole.astype(np.int64)
        beyond = np.minimum(whole, _LARGEST).astype(np.uint64)
        large = np.minimum(beyond, np.uint64(self.span)) + np.uint64(self.origin % 2**64)
        return large if self.origin + self.span >= 2**63 else large.view(np.int64)

    def _objects(self, numbers: np.ndarray, missing: np.ndarray, name: Any) -> pd.Series:
        objects = numbers.astype(object)
        if self.python == "Decimal":
            places = max(self.decimals or 0, 0) if self.decimals is not None else MOST_DECIMALS
            objects[~missing] = [Decimal(f"{number:.{places}f}") for number in numbers[~missing]]
        objects[missing] = self.absent
        return pd.Series(objects, name=name, dtype=object)

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "dtype": dtype_to_json(self.dtype), "absent": value_to_json(self.absent)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The form that gave this."""
        dtype, absent = dtype_from_json(saved["dtype"]), value_from_json(saved["absent"])
        return cls(**{**saved, "dtype": dtype, "absent": absent})

    def parse(self, value: Any) -> float:
        """The number that a person means. Raises ValueError if it is none, or not written as the column's are."""
        try:
            if isinstance(value, bool | np.bool_):
                raise TypeError
            number = float(int(value) - self.origin if self.origin else value)
        except (TypeError, ValueError, OverflowError):
            number = np.nan
        with np.errstate(over="ignore"):
            number = self._rounded(number)
        if not self.low <= number <= self.high:
            raise ValueError(f"must be a number from {self.show(self.low)} to {self.show(self.high)}")
        if self.decimals is not None and self._rounded(round(number, self.decimals)) != number:
            steps = (
                "a whole number"
                if self.decimals == 0
                else f"in steps of {Decimal(1).scaleb(-self.decimals):f}"
            )
            raise ValueError(f"must be {steps}")
        return number

    def _rounded(self, number: float) -> float:
        return float(self._float.type(number))

    def show(self, number: float) -> str:
        """A number as people write it."""
        return (
            str(round(number) + self.origin)
            if self.whole
            else str(self._float.type(number)).removesuffix(".0")
        )


def _python_type(values: pd.Series) -> str | None:
    """Of a column of objects, the type of its numbers."""
    if values.dtype != object:
        return None
    first = values[values.notna()].iloc[0]
    if isinstance(first, Decimal):
        return "Decimal"
    return "int" if isinstance(first, int | np.integer) else "float"


def _decimals(numbers: np.ndarray, dtype: np.dtype[Any]) -> int | None:
    """Decimals that all numbers do with when they are written in this dtype; None if they are not round."""
    numbers = numbers.astype(dtype)
    some = numbers[:: max(1, len(numbers) // _TRIED)]
    return next(
        (
            decimals
            for decimals in range(-MOST_ZEROS, MOST_DECIMALS + 1)
            if _has_decimals(some, decimals) and _has_decimals(numbers, decimals)
        ),
        None,
    )


def _has_decimals(numbers: np.ndarray, decimals: int) -> bool:
    with np.errstate(over="ignore"):  # no number as large as that has decimals
        rounded = np.round(numbers.astype(np.float64), decimals).astype(numbers.dtype)
    return np.array_equal(rounded, numbers)
