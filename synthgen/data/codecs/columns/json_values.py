"""Values of cells and names of columns as JSON, and back: exactly the same value of the same type.

Texts, booleans, whole numbers, finite floats and None stand as they are; all else is a mapping of one key, which
names the type.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd


def value_to_json(value: Any) -> Any:
    """A single value. Raises TypeError for types that are not known here, lists and mappings among them."""
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, str):
        return _text(value)
    for kind, name, write in _WRITERS:
        if isinstance(value, kind):
            return {name: write(value)}
    raise TypeError(f"values of type {type(value).__name__} cannot be saved")


def value_from_json(saved: Any) -> Any:
    """The value that `value_to_json` was given."""
    if not isinstance(saved, dict):
        return saved
    ((name, content),) = saved.items()
    return _READERS[name](content)


def zone_to_json(zone: tzinfo | None) -> str | None:
    """The name of a time zone. Raises TypeError if it has none by which it could be found again."""
    if zone is None:
        return None
    name = str(zone)
    try:
        pd.Timestamp(0, tz="UTC").tz_convert(name)
    except (ValueError, KeyError, TypeError):
        raise TypeError(f"time zone {name} has no name that could be saved; use one such as UTC") from None
    return name


def zone_from_json(name: str | None) -> tzinfo | None:
    """The time zone of this name."""
    if name is None:
        return None
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # an offset such as UTC+01:00
        return pd.Timestamp(0, tz=name).tzinfo


def _text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: JSON files are UTF-8, which has none
        return {"text": base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
    return str(value)


def _write_timestamp(value: pd.Timestamp) -> list[Any]:
    return [int(value.asm8.view("i8")), value.unit, zone_to_json(value.tzinfo)]


def _read_timestamp(saved: list[Any]) -> Any:
    ticks, unit, zone = saved
    stamp = pd.Timestamp(np.datetime64(ticks, unit))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(zone)


def _write_datetime(value: datetime) -> list[Any]:
    return [value.replace(tzinfo=None).isoformat(), zone_to_json(value.tzinfo), value.fold]


def _read_datetime(saved: list[Any]) -> datetime:
    text, zone, fold = saved
    return datetime.fromisoformat(text).replace(tzinfo=zone_from_json(zone), fold=fold)


# pandas' own types derive from those of the standard library and stand before them
_WRITERS: list[tuple[type | tuple[type, ...], str, Callable[[Any], Any]]] = [
    (type(pd.NaT), "missing", lambda _: "NaT"),
    (type(pd.NA), "missing", lambda _: "NA"),
    (pd.Timestamp, "timestamp", _write_timestamp),
    (np.datetime64, "datetime64", lambda v: [int(v.view("i8")), np.datetime_data(v.dtype)[0]]),
    (np.timedelta64, "timedelta64", lambda v: [int(v.view("i8")), np.datetime_data(v.dtype)[0]]),
    (datetime, "datetime", _write_datetime),
    (date, "date", date.isoformat),
    (time, "time", lambda v: [v.replace(tzinfo=None).isoformat(), zone_to_json(v.tzinfo)]),
    (pd.Timedelta, "pandas_timedelta", lambda v: [int(v.asm8.view("i8")), v.unit]),
    (timedelta, "timedelta", lambda v: [v.days, v.seconds, v.microseconds]),
    (pd.Period, "period", lambda v: [v.ordinal, v.freqstr]),
    (pd.Interval, "interval", lambda v: [value_to_json(v.left), value_to_json(v.right), v.closed]),
    (Decimal, "decimal", str),
    (bytes, "bytes", lambda v: base64.b64encode(v).decode()),
    (UUID, "uuid", str),
    (complex, "complex", lambda v: [value_to_json(v.real), value_to_json(v.imag)]),
    (tuple, "tuple", lambda v: [value_to_json(part) for part in v]),
]

_READERS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "text": lambda v: base64.b64decode(v).decode("utf-8", "surrogatepass"),
    "missing": lambda v: pd.NaT if v == "NaT" else pd.NA,
    "timestamp": _read_timestamp,
    "datetime64": lambda v: np.datetime64(*v),
    "timedelta64": lambda v: np.timedelta64(*v),
    "datetime": _read_datetime,
    "date": date.fromisoformat,
    "time": lambda v: time.fromisoformat(v[0]).replace(tzinfo=zone_from_json(v[1])),
    "pandas_timedelta": lambda v: pd.Timedelta(np.timedelta64(*v)),
    "timedelta": lambda v: timedelta(*v),
    "period": lambda v: pd.Period(ordinal=v[0], freq=v[1]),
    "interval": lambda v: pd.Interval(value_from_json(v[0]), value_from_json(v[1]), v[2]),
    "decimal": Decimal,
    "bytes": base64.b64decode,
    "uuid": UUID,
    "complex": lambda v: complex(*map(value_from_json, v)),
    "tuple": lambda v: tuple(map(value_from_json, v)),
}
