"""A column's values as plain numbers that can be compared and added to, and back to the column's own values."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from pydantic import BaseModel, ConfigDict

from synthgen.data.codecs.columns.dtypes import dtype_from_json
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json
from synthgen.data.codecs.columns.numeric_form import NumericForm
from synthgen.data.codecs.columns.ticks import MISSING, from_ticks, ticks_of, unit_of
from synthgen.data.codecs.columns.time_style import TimeStyle

Unit = Literal["s", "ms", "us", "ns"]
ORDERED = "categories in the order "
"""How the kind of an ordered category's values begins."""
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Measure(BaseModel):
    """What a column's values are as numbers: int64 for whole numbers, dates and durations, else float64.

    Dates are counted from 1970, with a time zone in UTC. Rounding ("snapping") goes to the numbers that the column
    can have: as many decimals as its real values have, whole days where all of them are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    """Only values of one kind can be compared: numbers, dates, dates with a time zone, times of day, durations,
    categories in the same order."""
    dtype: Any
    """As JSON; see `dtype_to_json`."""
    low: int | float
    """The smallest of the real values."""
    high: int | float
    writable: bool = True
    """Whether any number between `low` and `high` can be turned into a value: not so for categories."""
    whole: bool
    """Whether the numbers are int64."""
    unit: Unit | None = None
    """Of dates and durations: what one is."""
    step: int = 1
    """Of whole numbers: all are multiples of it."""
    decimals: int | None = None
    """Of others: to how many they are rounded; None if they are not."""
    form: dict[str, Any] | None = None
    """As JSON: of dates and durations their `TimeStyle`, of numbers that are objects their `NumericForm`."""

    # ------------------------------------------------------------------------------------------------- values

    def numbers(self, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """The values as numbers `(N,)`, anything where they are missing, and where that is, bool `(N,)`."""
        missing = values.isna().to_numpy(bool)
        if self._style is not None:
            return np.where(missing, 0, ticks_of(self._style.read(values)) * self._factor), missing
        return self._plain_numbers(values, missing), missing

    def _plain_numbers(self, values: pd.Series, missing: np.ndarray) -> np.ndarray:
        kind, dtype = np.int64 if self.whole else np.float64, values.dtype
        if isinstance(dtype, pd.CategoricalDtype):
            codes = values.cat.codes.to_numpy(np.int64)
            if not _is_number(dtype.categories.dtype):
                return codes
            return np.append(dtype.categories.to_numpy(kind), kind(0))[codes]
        if values.dtype == object:
            numbers = np.zeros(len(values), kind)
            numbers[~missing] = values.to_numpy(object)[~missing].astype(kind)
            return numbers
        return values.to_numpy(kind, na_value=0 if self.whole else np.nan)

    def series(self, numbers: np.ndarray, missing: np.ndarray) -> pd.Series:
        """Numbers as values of the column's dtype; snapped numbers come out exactly."""
        if self._style is not None:
            ticks = np.where(missing, MISSING, numbers.astype(np.int64) // self._factor)
            return self._style.write(from_ticks(ticks, self._style.plain), None)
        if self.form is not None:
            form = replace(NumericForm.from_json(self.form), origin=0, low=-np.inf, high=np.inf)
            return form.write(np.where(missing, np.nan, numbers), None)
        if self.whole:
            counted = self._within_dtype(numbers).astype(np.int64)
            if missing.any():
                return pd.Series(pd.arrays.IntegerArray(counted, missing)).astype(self._dtype)
            return pd.Series(counted).astype(self._dtype)
        if isinstance(self._dtype, pd.ArrowDtype | np.dtype):
            return pd.Series(np.where(missing, np.nan, numbers)).astype(self._dtype)
        return pd.Series(pd.arrays.FloatingArray(numbers.astype(np.float64), missing)).astype(self._dtype)

    # ----------------------------------------------------------------------------------------------- rounding

    def in_unit(self, unit: Unit | None) -> Self:
        """The same in a finer unit."""
        if unit is None or self.unit is None:
            return self
        factor = PER_SECOND[unit] // PER_SECOND[self.unit]
        scaled = {"low": self.low * factor, "high": self.high * factor, "step": self.step * factor}
        return self.model_copy(update={"unit": unit, **scaled})

    def snap(self, numbers: np.ndarray) -> np.ndarray:
        """The nearest numbers that the column can have, whether or not between `low` and `high`."""
        if self.whole:
            counted = np.rint(numbers).astype(np.int64) if numbers.dtype.kind == "f" else numbers
            return counted if self.step == 1 else (counted + self.step // 2) // self.step * self.step
        if self.decimals is not None:
            numbers = np.round(numbers, self.decimals)
        return numbers.astype(self._float).astype(np.float64)

    def above(self, floor: np.ndarray, strict: bool = False) -> np.ndarray:
        """The smallest that are no less than `floor`, or more if `strict`."""
        return self._beyond(floor, strict, 1)

    def below(self, ceiling: np.ndarray, strict: bool = False) -> np.ndarray:
        """The largest that are no more than `ceiling`, or less if `strict`."""
        return self._beyond(ceiling, strict, -1)

    def _beyond(self, bound: np.ndarray, strict: bool, sign: int) -> np.ndarray:
        numbers = self.snap(bound)
        short = sign * numbers <= sign * bound if strict else sign * numbers < sign * bound
        return np.where(short, self._next(numbers, sign), numbers)

    def _next(self, numbers: np.ndarray, sign: int) -> np.ndarray:
        if self.whole:
            return numbers + sign * self.step
        neighbours = np.nextafter(numbers.astype(self._float), self._float.type(sign * np.inf)).astype(
            np.float64
        )
        if self.decimals is None:
            return neighbours
        following = self.snap(numbers + sign * 10.0**-self.decimals)
        return np.where(following == numbers, neighbours, following)  # single precision has fewer decimals

    @cached_property
    def _dtype(self) -> Any:
        return dtype_from_json(self.dtype)

    @cached_property
    def _style(self) -> TimeStyle | None:
        """Of dates and durations."""
        return None if self.unit is None or self.form is None else TimeStyle.from_json(self.form)

    @property
    def _factor(self) -> int:
        """Of dates and durations: units in one of the column's own."""
        assert self._style is not None and self.unit is not None
        return PER_SECOND[self.unit] // PER_SECOND[unit_of(self._style.plain)]

    @property
    def dtype_name(self) -> str:
        """The dtype as NumPy would call it: `int64` for Int64 and Arrow's."""
        return str(self._dtype).lower().removesuffix("[pyarrow]")

    @property
    def time_zone(self) -> Any:
        """Of dates, or None."""
        return None if self._style is None else getattr(self._style.plain, "tz", None)

    @cached_property
    def _float(self) -> np.dtype[Any]:
        """The precision that the column's values have."""
        narrow = {"float32": np.float32, "float": np.float32, "float16": np.float16, "halffloat": np.float16}
        return np.dtype(narrow.get(self.dtype_name, np.float64))

    @property
    def precision(self) -> float:
        """Relative error that a calculation with such values may have."""
        return float(np.finfo(self._float).eps) * 2**8

    def _within_dtype(self, numbers: np.ndarray) -> np.ndarray:
        name = self.dtype_name
        limits = np.iinfo(name if name.startswith(("int", "uint")) else "int64")
        return np.clip(numbers, limits.min, min(limits.max, 2**63 - 1))


def _is_number(dtype: Any) -> bool:
    return is_numeric_dtype(dtype) and not is_bool_dtype(dtype)


def name_from_json(saved: Any) -> Any:
    """A column's name; of a NaN always the same object, so that it is found in mappings."""
    name = value_from_json(saved)
    return np.nan if isinstance(name, float) and np.isnan(name) else name


def measures_to_json(measures: dict[Any, Measure]) -> list[Any]:
    """Measures by the column's name, which may be of any type."""
    return [[value_to_json(name), measure.model_dump(mode="json")] for name, measure in measures.items()]


def measures_from_json(saved: list[Any]) -> dict[Any, Measure]:
    """What `measures_to_json` was given."""
    return {name_from_json(name): Measure.model_validate(measure) for name, measure in saved}
