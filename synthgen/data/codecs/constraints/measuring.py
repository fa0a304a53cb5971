"""Finding out what a column's values are as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_complex_dtype, is_integer_dtype, is_numeric_dtype

from synthgen import DataError
from synthgen.data.codecs.columns.dtypes import dtype_to_json
from synthgen.data.codecs.columns.numeric_form import NumericForm
from synthgen.data.codecs.columns.ticks import unit_of
from synthgen.data.codecs.columns.time_style import TimeStyle
from synthgen.data.codecs.constraints.measure import ORDERED, PER_SECOND, Measure

MOST_DECIMALS = 10
_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")
"""What pandas calls objects that are numbers."""
_STEPS = (86_400, 3_600, 60, 1)
"""In seconds: what dates and durations may be whole multiples of."""


def measure(values: pd.Series) -> Measure:
    """What these values, of which at least one is not missing, are as numbers.

    Raises DataError for text that is no date, for complex numbers and for infinite ones.
    """
    facts = _facts(values)
    facts |= {"dtype": dtype_to_json(values.dtype) if facts.get("writable", True) else "object"}
    own = Measure(**facts, low=0, high=0)
    numbers, missing = own.numbers(values)
    infinite = np.isinf(numbers) & ~missing
    if infinite.any():
        row = int(np.argmax(infinite))
        raise DataError(f"column {values.name!r} is infinite in row {row}; only finite numbers are possible")
    known = numbers[~missing]
    learnt = {"low": known.min().item(), "high": known.max().item()}
    if own.unit is not None:
        learnt["step"] = largest_step(known, own.unit)
    elif not own.whole:
        learnt["decimals"] = _decimals(known, own)
    return own.model_copy(update=learnt)


def largest_step(numbers: np.ndarray, unit: str) -> int:
    """The longest of a day, an hour, ... that all are whole multiples of, in this unit."""
    second = PER_SECOND[unit]
    steps = [*(step * second for step in _STEPS), *(s for s in (10**6, 10**3, 1) if s < second)]
    return next(step for step in steps if not (numbers % step).any())


def _facts(values: pd.Series) -> dict[str, Any]:
    """Kind and what else follows from the dtype. Raises DataError for what has no order."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _facts_of_categories(values.name, dtype)
    if is_bool_dtype(dtype):
        return {"kind": "numbers", "whole": True, "writable": False}
    if is_complex_dtype(dtype):
        raise DataError(f"column {values.name!r} has complex numbers, not numbers with an order")
    if is_numeric_dtype(dtype):
        whole = is_integer_dtype(dtype) and "uint64" not in str(dtype).lower()
        return {"kind": "numbers", "whole": whole}
    if values.dtype == object and infer_dtype(values) in _NUMBERS:
        form = NumericForm.of(values)
        return {"kind": "numbers", "whole": form.whole, "form": form.to_json()}
    return _facts_of_times(values)


def _facts_of_categories(name: Any, dtype: pd.CategoricalDtype) -> dict[str, Any]:
    if is_numeric_dtype(dtype.categories.dtype):
        return _facts(pd.Series(dtype.categories, name=name)) | {"writable": False}
    if not dtype.ordered:
        raise DataError(f"column {name!r} has categories without an order")
    order = " < ".join(map(str, dtype.categories))
    return {"kind": f"{ORDERED}{order}", "whole": True, "writable": False}


def _facts_of_times(values: pd.Series) -> dict[str, Any]:
    style = TimeStyle.of(values)
    if isinstance(style.plain, pd.PeriodDtype):
        raise DataError(f"column {values.name!r} has periods; make them dates, with .dt.start_time")
    if style.python == "time" or str(style.outer).startswith(("time32", "time64")):
        kind = "times of day"
    elif isinstance(style.plain, pd.DatetimeTZDtype):
        kind = "dates with a time zone"
    else:
        kind = "durations" if style.plain.kind == "m" else "dates"
    return {"kind": kind, "whole": True, "unit": unit_of(style.plain), "form": style.to_json()}


def _decimals(numbers: np.ndarray, measure: Measure) -> int | None:
    """Decimals that all the numbers do with; None if they are no round numbers."""
    for decimals in range(MOST_DECIMALS + 1):
        if np.array_equal(measure.model_copy(update={"decimals": decimals}).snap(numbers), numbers):
            return decimals
    return None
