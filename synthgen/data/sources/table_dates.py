"""Columns of dates in a table that was read from text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_object_dtype, is_string_dtype

from synthgen import DataError

Dates = Literal["auto", "none"] | list[str] | dict[str, str]
"""auto, none, the columns, or their formats by column."""

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


def parse_dates(frame: pd.DataFrame, dates: Dates, where: str) -> tuple[str, ...]:
    """Turn columns of text into dates, in place; returns what to note.

    `auto` takes columns whose every value is a date of ISO 8601, such as 2020-12-31 or 2020-12-31T08:00Z;
    where time zones differ the column stays text. Columns that are named become UTC then. Raises DataError
    for a value of a named column that is no date.
    """
    if isinstance(dates, str):
        found = [name for name in frame.columns if _is_iso(frame[name])] if dates == "auto" else []
        zones = {name: _zones(frame[name]) for name in found}
        for name in found:
            if len(zones[name]) == 1:
                parsed = pd.to_datetime(frame[name], format="ISO8601", errors="coerce")
                if parsed.notna().equals(frame[name].notna()):
                    frame[name] = parsed
        return tuple(
            f"column {name} has dates of {len(zones[name])} time zones and stays text; option dates: [{name}]"
            " brings them to UTC"
            for name in found
            if len(zones[name]) > 1
        )
    formats: Mapping[str, str | None] = dates if isinstance(dates, dict) else dict.fromkeys(dates)
    for name, format_ in formats.items():
        if not is_datetime64_any_dtype(frame[name].dtype):
            frame[name] = _parse(frame[name], format_, where)
    return ()


def _is_iso(values: pd.Series) -> bool:
    if not (is_object_dtype(values.dtype) or is_string_dtype(values.dtype)):
        return False
    known = values.dropna()
    return (
        len(known) > 0
        and isinstance(known.iloc[0], str)
        and _ISO.fullmatch(known.iloc[0]) is not None
        and all(isinstance(value, str) and _ISO.fullmatch(value) for value in known)
    )


def _zones(values: pd.Series) -> set[str | None]:
    """The time zones of ISO dates, Z as +00:00; None for dates without one."""
    found = {match["zone"] for match in map(_ISO.fullmatch, values.dropna()) if match}
    return {zone and zone.replace(":", "").replace("Z", "+0000") for zone in found}


def _parse(values: pd.Series, format_: str | None, where: str) -> pd.Series:
    text = values.astype(str).where(values.notna())
    parsed = pd.to_datetime(
        text, format=format_ or "ISO8601", errors="coerce", utc=_many_zones(text, format_)
    )
    wrong = parsed.isna() & values.notna()
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        mend = (
            f"which is no date of the form {format_}"
            if format_
            else f"which is no date of ISO 8601 (2020-12-31); give the form: dates: {{{values.name}: '%d.%m.%Y'}}"
        )
        raise DataError(f"{where}: column {values.name} has {values.iloc[row]!r} in row {row + 1}, {mend}")
    return parsed


def _many_zones(text: pd.Series, format_: str | None) -> bool:
    if format_ is not None:
        return "%z" in format_
    return len(_zones(text)) > 1
