"""Dates and times of pandas as whole numbers of their own unit, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

MISSING = np.iinfo(np.int64).min
"""What NaT is among ticks."""


def ticks_of(values: pd.Series, local: bool = False) -> np.ndarray:
    """int64 `(N,)`: units since 1970 of datetimes, units of timedeltas, ordinals of periods; `MISSING` for NaT.

    Datetimes with a time zone are counted in UTC, or by the clock on the wall if `local`.
    """
    dtype: Any = values.dtype
    if isinstance(dtype, pd.PeriodDtype):
        return np.asarray(pd.PeriodIndex(values).asi8)
    if isinstance(dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None) if local else values.dt.tz_convert(None)
    return values.to_numpy().view(np.int64)


def from_ticks(ticks: np.ndarray, dtype: Any, local: bool = False) -> pd.Series:
    """The datetimes, timedeltas or periods of these ticks."""
    if isinstance(dtype, pd.PeriodDtype):
        index: Any = pd.PeriodIndex  # its type hints lack the next
        return pd.Series(index.from_ordinals(ticks, freq=dtype.freq))
    if not isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(ticks.view(dtype), copy=False)
    plain = pd.Series(ticks.view(f"M8[{dtype.unit}]"), copy=False)
    if not local:
        return plain.dt.tz_localize("UTC").dt.tz_convert(dtype.tz)
    # midnights that clocks have twice, or skip, where they are changed at midnight
    return plain.dt.tz_localize(dtype.tz, ambiguous=np.ones(len(plain), bool), nonexistent="shift_forward")


def unit_of(dtype: Any) -> str:
    """`s`, `ms`, `us` or `ns`; a period's frequency."""
    if isinstance(dtype, pd.PeriodDtype):
        return str(dtype.freq.freqstr)
    return str(dtype.unit if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(dtype)[0])
