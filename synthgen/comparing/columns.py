"""Bringing the columns of two or three tables to common types: a file forgets some of what a frame knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
import pandas as pd
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_any_dtype,
    is_float_dtype,
    is_integer_dtype,
    is_numeric_dtype,
    is_object_dtype,
    is_string_dtype,
)

from synthgen.comparing.names import plain_name
from synthgen.errors import DataError

_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class Part(NamedTuple):
    """A column of one side."""

    side: str
    """What messages call the side, such as `synthetic`."""
    values: pd.Series


def in_common(parts: Sequence[Part]) -> list[pd.Series]:
    """The same column of every side in one type: the first's, the real one's, wherever that holds them all.

    Whole numbers and others become floats together; texts that are all numbers, dates or booleans become such,
    numbers become texts, and categories take in those of the other sides. Raises DataError, which names the
    column, both types and a value, for what cannot be had without a guess, and for infinite numbers.
    """
    for part in parts:
        _refuse_infinity(part)
    real, *others = parts
    if all(other.values.dtype == real.values.dtype for other in others):
        return [part.values for part in parts]
    if isinstance(real.values.dtype, pd.CategoricalDtype):
        return _as_categories(real, others)
    parts = [part._replace(values=_without_categories(part.values)) for part in parts]
    if all(part.values.isna().all() for part in parts):
        return [part.values.astype(object) for part in parts]
    real, *others = (_typed(part, parts) for part in parts)
    if _is_number(real.values):
        return _as_numbers([real, *(_to_number(other, real) for other in others)])
    if _is_boolean(real.values):
        return _as_booleans([real.values, *(_to_boolean(other, real) for other in others)])
    convert = _to_time if _is_time(real.values) else _to_other
    return [real.values, *(convert(other, real) for other in others)]


def _typed(part: Part, parts: Sequence[Part]) -> Part:
    """The part itself; one without a single value has the type of one that has some."""
    if not part.values.isna().all():
        return part
    model = next(other.values for other in parts if not other.values.isna().all())
    if _is_number(model) or _is_boolean(model):
        nothing = pd.Series(np.full(len(part.values), np.nan))
        return part._replace(values=nothing.astype("boolean") if _is_boolean(model) else nothing)
    nothing = pd.Series([None] * len(part.values), dtype=object)
    return part._replace(values=nothing.astype(model.dtype))


def _as_categories(real: Part, others: Sequence[Part]) -> list[pd.Series]:
    """Categories of the real side first, in their order, and after them those that only others have."""
    dtype = real.values.dtype
    assert isinstance(dtype, pd.CategoricalDtype)
    known: dict[Any, Any] = {plain_name(value): value for value in dtype.categories}
    if len(known) < len(dtype.categories):  # such as 1 and "1": only equal values are the same
        known = {value: value for value in dtype.categories}
    values = []
    for other in others:
        plain = _without_categories(other.values)
        there: list[Any] = plain.dropna().unique().tolist()
        names = {value: plain_name(value) if plain_name(value) in known else value for value in there}
        known |= {name: value for value, name in names.items() if name not in known}
        values.append(plain.map({value: known[name] for value, name in names.items()}))
    new = list(known.values())[len(dtype.categories) :]
    union = pd.CategoricalDtype([*dtype.categories, *new], ordered=bool(dtype.ordered) and not new)
    return [column.astype(object).astype(union) for column in (real.values, *values)]


def _without_categories(values: pd.Series) -> pd.Series:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return values
    plain = values.astype(object)
    return plain.infer_objects() if is_numeric_dtype(values.dtype.categories.dtype) else plain


def _as_numbers(parts: Sequence[Part]) -> list[pd.Series]:
    """In the real side's type if that holds all of them exactly, else as floats."""
    dtype = parts[0].values.dtype
    as_real = [_exactly(part.values, dtype) for part in parts]
    found = [values for values in as_real if values is not None]
    if len(found) == len(parts):
        return found
    return [pd.Series(part.values.to_numpy(float, na_value=np.nan)) for part in parts]


def _exactly(values: pd.Series, dtype: Any) -> pd.Series | None:
    """The numbers in this type; None if it cannot hold one of them as it is."""
    if values.dtype == dtype:
        return values
    before = values.to_numpy(float, na_value=np.nan)
    with np.errstate(all="ignore"):
        try:
            cast = values.astype(dtype)
        except (TypeError, ValueError, OverflowError):
            return None
        after = cast.to_numpy(float, na_value=np.nan)
    wide = is_float_dtype(dtype)  # float32 keeps what it can
    same = (
        np.allclose(before, after, rtol=1e-6, equal_nan=True) if wide else np.array_equal(before, after, True)
    )
    return cast if same else None


def _to_number(part: Part, real: Part) -> Part:
    values = part.values
    if _is_number(values):
        return part
    if _is_boolean(values):
        return part._replace(values=values.astype("Int64") if values.isna().any() else values.astype(int))
    if not _is_text(values):
        _refuse(part, real)
    numbers = pd.to_numeric(values, errors="coerce")
    return part._replace(values=_all_read(numbers, part, real, "number"))


def _to_boolean(part: Part, real: Part) -> pd.Series:
    values = part.values
    if not (_is_boolean(values) or _is_number(values) or _is_text(values)):
        _refuse(part, real)
    read = values.map(lambda value: _BOOLEANS.get(plain_name(value).lower()), na_action="ignore")
    return _all_read(read.astype("boolean"), part, real, "true or false")


def _as_booleans(columns: Sequence[pd.Series]) -> list[pd.Series]:
    gaps = any(values.isna().any() for values in columns)
    return [values.astype("boolean" if gaps else bool) for values in columns]


def _to_time(part: Part, real: Part) -> pd.Series:
    values, zone = part.values, getattr(real.values.dtype, "tz", None)
    if _is_text(values):
        try:
            times = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=zone is not None)
        except (ValueError, TypeError):  # some have a time zone, others have none
            _refuse(part, real)
        values = _all_read(times, part, real, "date or time such as 2020-12-31 08:00")
    if not _is_time(values) or (getattr(values.dtype, "tz", None) is None) != (zone is None):
        _refuse(part, real)
    return values.dt.tz_convert(zone).astype(real.values.dtype) if zone else values.astype(real.values.dtype)


def _to_other(part: Part, real: Part) -> pd.Series:
    """As text where the real side has texts, else as whatever it has."""
    values = part.values
    if _is_text(real.values) and (_is_text(values) or _is_number(values) or _is_boolean(values)):
        if not _is_text(values):
            values = values.astype(object).map(plain_name, na_action="ignore")
        return values.astype(object).astype(real.values.dtype)
    if values.dtype == real.values.dtype:
        return values
    try:
        return values.astype(real.values.dtype) if not _is_text(real.values) else _refuse(part, real)
    except (TypeError, ValueError):
        _refuse(part, real)


def _all_read(read: pd.Series, part: Part, real: Part, what: str) -> pd.Series:
    """What was read; a DataError if a value that is there was not."""
    lost = (read.isna() & part.values.notna()).to_numpy()
    if lost.any():
        row = int(lost.argmax())
        value = part.values.iloc[row]
        value = value.item() if isinstance(value, np.generic) else value
        _refuse(part, real, f"; {value!r} in row {row + 1:,} is no {what}")
    return read


def _refuse(part: Part, real: Part, more: str = "") -> NoReturn:
    raise DataError(
        f"column {part.values.name}: {describe(real.values)} in the {real.side} data,"
        f" {describe(part.values)} in the {part.side} data{more}; give both the same type"
    )


def describe(values: pd.Series) -> str:
    """A column's type in words, and as pandas calls it."""
    kind = (
        "true or false"
        if _is_boolean(values)
        else "whole numbers"
        if is_integer_dtype(values.dtype)
        else "numbers"
        if _is_number(values)
        else "dates and times"
        if _is_time(values)
        else "text"
        if _is_text(values)
        else "of another kind"
    )
    return f"{kind} ({values.dtype})"


def _refuse_infinity(part: Part) -> None:
    values = part.values
    if not is_float_dtype(values.dtype):
        return
    infinite = np.isinf(values.to_numpy(float, na_value=np.nan))
    if infinite.any():
        raise DataError(
            f"column {values.name} of the {part.side} data: row {int(infinite.argmax()) + 1:,} is infinite; leave"
            " such rows out, or empty the cell"
        )


def _is_number(values: pd.Series) -> bool:
    return bool(is_numeric_dtype(values.dtype) and not is_bool_dtype(values.dtype))


def _is_boolean(values: pd.Series) -> bool:
    if is_object_dtype(values.dtype):
        return set(map(type, values.dropna().tolist())) == {bool}
    return bool(is_bool_dtype(values.dtype))


def _is_time(values: pd.Series) -> bool:
    return bool(is_datetime64_any_dtype(values.dtype))


def _is_text(values: pd.Series) -> bool:
    return bool(is_object_dtype(values.dtype) or is_string_dtype(values.dtype)) and not _is_boolean(values)
