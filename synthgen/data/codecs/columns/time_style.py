"""How a column holds its dates and times: as pandas does, as Arrow does, as Python objects, or as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

import numpy as np
import pandas as pd

from synthgen import DataError
from synthgen.data.codecs.columns.date_texts import find_format, from_texts, to_texts
from synthgen.data.codecs.columns.dtypes import dtype_from_json, dtype_to_json
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json
from synthgen.data.codecs.columns.value_list import missing_mark

_TIMES = ("time32", "time64")
"""How names of Arrow dtypes for times of day begin."""


@dataclass(frozen=True)
class TimeStyle:
    """From the column's own values to a Series of dtype `plain` (datetimes, timedeltas or periods), and back."""

    outer: Any
    """The column's dtype."""
    plain: Any
    """The dtype of pandas that the values are counted in."""
    python: str | None = None
    """In a column of objects, the name of their type."""
    absent: Any = None
    """What a missing one is in a column of objects."""
    text: str | None = None
    """In a column of texts, their format, as strftime has it."""

    @classmethod
    def of(cls, values: pd.Series) -> Self:
        """The style of these values, not all missing. Raises DataError if they are no dates or times."""
        dtype: Any = values.dtype
        mark = missing_mark(values)
        zoned_or_period = isinstance(dtype, pd.DatetimeTZDtype | pd.PeriodDtype)
        if zoned_or_period or (isinstance(dtype, np.dtype) and dtype.kind in "mM"):
            return cls(dtype, dtype)
        known = values.dropna()
        first = known.iloc[0]
        if isinstance(first, str):
            pattern, plain = find_format(known)
            return cls(dtype, plain, None, mark, pattern)
        if isinstance(dtype, pd.ArrowDtype):
            return cls(dtype, _plain_of_arrow(dtype, values))
        if not isinstance(first, date | time | timedelta | pd.Period):
            raise DataError(f"column {values.name!r} has {type(first).__name__}, not dates or times")
        return cls(dtype, _from_objects(known).dtype, type(first).__name__, mark)

    def read(self, values: pd.Series) -> pd.Series:
        """The values as `plain`."""
        if self.text is not None:
            return from_texts(values, self.text, self.plain)
        if self.python is not None:
            plain = pd.Series(pd.NaT, index=values.index, dtype=self.plain)
            known = values.notna().to_numpy()
            plain[known] = _from_objects(values[known]).astype(self.plain).array
            return plain
        if isinstance(self.outer, pd.ArrowDtype) and str(self.outer).startswith(_TIMES):
            return _from_arrow_times(values).astype(self.plain)
        return values if self.outer == self.plain else values.astype(self.plain)

    def write(self, plain: pd.Series, name: Any) -> pd.Series:
        """Values as the column has them."""
        if self.text is not None:
            texts = to_texts(plain, self.text, self.absent)
            return pd.Series(texts, name=name, dtype=object).astype(self.outer)
        if self.python is not None:
            return pd.Series(self._objects(plain), name=name, dtype=object)
        if isinstance(self.outer, pd.ArrowDtype) and str(self.outer).startswith(_TIMES):
            return _to_arrow_times(plain, self.outer).rename(name)
        return (plain if self.outer == self.plain else plain.astype(self.outer)).rename(name)

    def _objects(self, plain: pd.Series) -> np.ndarray:
        missing = plain.isna().to_numpy()
        if self.python == "date":
            objects = plain.to_numpy().astype("M8[D]").astype(object)
        elif self.python == "timedelta":
            objects = plain.to_numpy().astype("m8[us]").astype(object)
        elif self.python == "time":
            moments = (np.datetime64(0, "us") + plain.to_numpy().astype("m8[us]")).astype(object)
            objects = np.array(
                [None if gone else m.time() for m, gone in zip(moments, missing, strict=True)], object
            )
        elif self.python == "datetime":
            objects = plain.astype(object).to_numpy(copy=True)
            objects[~missing] = [moment.to_pydatetime() for moment in objects[~missing]]
        else:
            objects = plain.astype(object).to_numpy(copy=True)
        objects[missing] = self.absent
        return objects

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "outer": dtype_to_json(self.outer),
            "plain": dtype_to_json(self.plain),
            "python": self.python,
            "absent": value_to_json(self.absent),
            "text": self.text,
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The style that gave this."""
        outer, plain = dtype_from_json(saved["outer"]), dtype_from_json(saved["plain"])
        return cls(outer, plain, saved["python"], value_from_json(saved["absent"]), saved["text"])


def _from_objects(known: pd.Series) -> pd.Series:
    """Python objects, none missing, as what pandas has for them. Raises DataError for more than one time zone."""
    first = known.iloc[0]
    name = known.name
    if isinstance(first, pd.Period):
        return pd.Series(pd.PeriodIndex(known.tolist()), dtype=f"period[{first.freqstr}]")
    if isinstance(first, time):
        if any(value.tzinfo is not None for value in known):
            raise DataError(f"column {name!r} has times of day with a time zone; take it off them")
        parts = [(v.hour * 3600 + v.minute * 60 + v.second) * 10**6 + v.microsecond for v in known]
        return pd.Series(np.array(parts, np.int64).view("m8[us]"))
    if isinstance(first, timedelta):
        return pd.Series(
            pd.to_timedelta(known).to_numpy() if isinstance(first, pd.Timedelta) else _us(known, "m8")
        )
    if not isinstance(first, datetime):
        return pd.Series(known.to_numpy(object).astype("M8[D]").astype("M8[s]"))
    zones = {str(value.tzinfo) for value in known}
    if len(zones) > 1:
        raise DataError(f"column {name!r} mixes time zones: {', '.join(sorted(zones))}; bring them to one")
    if isinstance(first, pd.Timestamp) or first.tzinfo is not None:
        return pd.Series(pd.DatetimeIndex(pd.to_datetime(known)))
    return pd.Series(_us(known, "M8"))


def _us(known: pd.Series, kind: str) -> np.ndarray:
    return known.to_numpy(object).astype(f"{kind}[us]")


def _plain_of_arrow(dtype: pd.ArrowDtype, values: pd.Series) -> Any:
    import pyarrow.types as kinds  # noqa: PLC0415 - not all have it

    arrow = dtype.pyarrow_dtype
    if kinds.is_date(arrow):
        return np.dtype("M8[s]")
    if kinds.is_time(arrow):
        return np.dtype("m8[ns]" if arrow.unit == "ns" else "m8[us]")
    if kinds.is_duration(arrow):
        return np.dtype(f"m8[{arrow.unit}]")
    if not kinds.is_timestamp(arrow):
        raise DataError(f"column {values.name!r} has dtype {dtype}, not dates or times")
    return np.dtype(f"M8[{arrow.unit}]") if arrow.tz is None else pd.DatetimeTZDtype(arrow.unit, arrow.tz)


def _from_arrow_times(values: pd.Series) -> pd.Series:
    import pyarrow as pa  # noqa: PLC0415

    array = pa.chunked_array(values.array.__arrow_array__())
    whole = array.cast(pa.int32() if array.type.bit_width == 32 else pa.int64()).cast(pa.int64())
    ticks = whole.fill_null(np.iinfo(np.int64).min).to_numpy()
    return pd.Series(ticks.view(f"m8[{array.type.unit}]"))


def _to_arrow_times(plain: pd.Series, dtype: pd.ArrowDtype) -> pd.Series:
    import pyarrow as pa  # noqa: PLC0415

    kind = dtype.pyarrow_dtype
    missing = plain.isna().to_numpy()
    ticks = plain.to_numpy().astype(f"m8[{kind.unit}]").view(np.int64)
    whole = pa.array(ticks.astype(np.int32 if kind.bit_width == 32 else np.int64), mask=missing)
    return pd.Series(pd.array(whole.cast(kind), dtype=dtype))
