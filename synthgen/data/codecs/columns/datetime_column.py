"""A column of dates, times, durations or periods: numbers of steps since the earliest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from synthgen.data.codecs.columns.date_texts import from_texts
from synthgen.data.codecs.columns.number import NumberColumn
from synthgen.data.codecs.columns.ticks import MISSING, from_ticks, ticks_of, unit_of
from synthgen.data.codecs.columns.time_style import TimeStyle

_EXACT = 2**53
_DAY = {"s": 86_400, "ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}


@dataclass(frozen=True)
class TimeForm:
    """Dates as numbers of steps since the earliest; a step is what divides all distances, such as a day.

    So dates stay at midnight, times at whole minutes, and a number is exact where a count of nanoseconds since
    1970 would not be.
    """

    style: TimeStyle
    origin: int
    """The earliest, in ticks of the style's dtype."""
    step: int
    span: int
    """Steps to the latest."""
    local: bool
    """Whether steps are counted by the clock on the wall: all are at midnight in their time zone."""

    @classmethod
    def of(cls, values: pd.Series) -> Self:
        """Of these dates, not all missing. Raises DataError if they are none."""
        style = TimeStyle.of(values)
        plain = style.read(values)
        ticks, local = ticks_of(plain), False
        if isinstance(style.plain, pd.DatetimeTZDtype):
            wall = ticks_of(plain, local=True)
            local = bool((wall[wall != MISSING] % _DAY[style.plain.unit] == 0).all())
            ticks = wall if local else ticks
        ticks = ticks[ticks != MISSING]
        origin = int(ticks.min())
        distance = _less(ticks, origin)
        longest = int(distance.max())
        step = int(np.gcd.reduce(distance)) or 1
        while longest // step >= _EXACT:
            step *= 10
        return cls(style, origin, step, longest // step, local)

    @property
    def low(self) -> float:
        """The earliest."""
        return 0.0

    @property
    def high(self) -> float:
        """The latest."""
        return float(self.span)

    def read(self, values: pd.Series) -> np.ndarray:
        """Steps since the earliest, float64 `(N,)`, NaN where missing."""
        ticks = ticks_of(self.style.read(values), self.local)
        early = np.maximum(ticks, self.origin)  # the missing among them
        return np.where(
            ticks == MISSING, np.nan, (_less(early, self.origin) // np.uint64(self.step)).astype(float)
        )

    def write(self, numbers: np.ndarray, name: Any) -> pd.Series:
        """Dates from the earliest to the latest."""
        missing = np.isnan(numbers)
        steps = np.clip(np.rint(np.where(missing, 0, numbers)), 0, self.span).astype(np.uint64)
        ticks = (steps * np.uint64(self.step) + np.uint64(self.origin % 2**64)).view(np.int64)
        ticks = np.where(missing, MISSING, ticks)
        return self.style.write(from_ticks(ticks, self.style.plain, self.local), name)

    def parse(self, value: Any) -> float:
        """The steps of a date, given as one or as text. Raises ValueError if the column cannot have it."""
        try:
            tick = self._tick(value)
        except (TypeError, ValueError, OverflowError):
            tick = MISSING
        steps, rest = divmod(tick - self.origin, self.step)
        if not 0 <= steps <= self.span:
            raise ValueError(f"must be from {self.show(0)} to {self.show(self.span)}")
        if rest:
            raise ValueError(f"must be {self.show(0)} or {self._step_name()} times a whole number later")
        return float(steps)

    def _tick(self, value: Any) -> int:
        plain: Any = self.style.plain
        if self.style.python == "time" or str(self.style.outer).startswith(("time32", "time64")):
            value = pd.Timedelta(time.fromisoformat(str(value).strip()).isoformat())
        if isinstance(plain, pd.PeriodDtype):
            freq: Any = plain.freq  # its name is another in a Period of months, quarters or years
            one: Any = pd.Series(pd.PeriodIndex([pd.Period(value, freq=freq)]))
        elif unit_of(plain) and getattr(plain, "kind", "") == "m":
            one = pd.Series([pd.Timedelta(value)])
        elif self.style.text is not None and isinstance(value, str):
            one = from_texts(pd.Series([value.strip()], dtype=object), self.style.text, plain)
        else:
            stamp = pd.Timestamp(value)
            zone = getattr(plain, "tz", None)
            one = pd.Series([stamp.tz_localize(zone) if zone is not None and stamp.tzinfo is None else stamp])
        cast = one.astype(plain)
        if not isinstance(plain, pd.PeriodDtype) and cast.iloc[0] != one.iloc[0]:
            raise ValueError(f"finer than {unit_of(plain)}")
        return int(ticks_of(cast, self.local)[0])

    def _step_name(self) -> str:
        plain: Any = self.style.plain
        unit: Any = unit_of(plain)
        return (
            f"{self.step} {unit}"
            if isinstance(plain, pd.PeriodDtype)
            else str(pd.Timedelta(self.step, unit=unit))
        )

    def show(self, number: float) -> str:
        """The date as text."""
        return str(self.write(np.array([float(number)]), None).iloc[0])

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "style": self.style.to_json(),
            "origin": self.origin,
            "step": self.step,
            "span": self.span,
            "local": self.local,
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The form that gave this."""
        return cls(**{**saved, "style": TimeStyle.from_json(saved["style"])})


def _less(ticks: np.ndarray, origin: int) -> np.ndarray:
    """Ticks from the origin on, uint64: distances of centuries in nanoseconds do not fit an int64."""
    return ticks.astype(np.int64).view(np.uint64) - np.uint64(origin % 2**64)


class DatetimeColumn(NumberColumn):
    """Dates, times of day, durations and periods, in whatever form a column has them, text included.

    They are learnt as numbers are: see `NumberColumn`.
    """

    kind = "datetime"
    form_type: ClassVar[Any] = TimeForm
