"""Finding out of what kind a column is."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_float_dtype, is_numeric_dtype, is_object_dtype, is_string_dtype

from synthgen import DataError
from synthgen.data.codecs.columns.category import CategoryColumn
from synthgen.data.codecs.columns.checks import check_values
from synthgen.data.codecs.columns.column import Column
from synthgen.data.codecs.columns.date_texts import find_format, has_format
from synthgen.data.codecs.columns.datetime_column import DatetimeColumn
from synthgen.data.codecs.columns.id_column import IdColumn
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json
from synthgen.data.codecs.columns.number import NumberColumn
from synthgen.data.codecs.columns.unlearnt import TextColumn

Kind = Literal["number", "category", "datetime", "id", "text"]
"""What a column can be."""

KINDS: dict[str, type[Column]] = {
    kind.kind: kind for kind in (NumberColumn, CategoryColumn, DatetimeColumn, IdColumn, TextColumn)
}
EACH = 5
"""Numbers and dates are only taken for categories if each occurs so often, on average."""
FEWEST_IDS = 20
"""With fewer values no column is taken for ids or text."""
DENSE = 1.1
"""Different whole numbers are taken for ids if their range is at most so many times their count."""
NEARLY_ALL = 0.9
"""Texts of which this share are different are taken for free text."""
_SOME = 1000
_ID_NAME = re.compile(r"(?:^|[^A-Za-z])(?i:id|uuid|guid|key|idx|index)$|[a-z](?:Id|ID)$")
_FITTING = {
    "number": ("number",),
    "datetime": ("datetime", "datetime text"),
    "id": ("number", "text", "datetime text", "uuid"),
    "text": ("text", "datetime text"),
    "category": ("number", "datetime", "datetime text", "text", "uuid", "bytes", "category"),
}
"""For a kind that is asked for, what its values may be."""


def kind_of(values: pd.Series, options: Any, forced: str | None = None, *, learn: bool = False) -> str:
    """The kind that fits the values best, or the one asked for if it fits.

    With `learn`, ids and free text are not looked for. Raises DataError for values that no column can have, and
    for a kind that does not fit these.
    """
    content = _content(values, check_values(values))
    if content == "number":
        _refuse_infinite(values)
    if values.isna().all():
        return "category"
    if forced is not None:
        _check_forced(values, content, forced)
        return forced
    distinct, known = values.nunique(), int(values.notna().sum())
    if not learn and known >= FEWEST_IDS:
        unlearnt = _id_or_text(values.dropna(), content, distinct, known)
        if unlearnt is not None:
            return unlearnt
    if distinct <= 2 or (distinct <= options.levels and distinct * EACH <= known):
        return "category"
    return {"number": "number", "datetime": "datetime", "datetime text": "datetime"}.get(content, "category")


def fit_column(values: pd.Series, kind: str, options: Any) -> Column:
    """The column of this kind, fitted to its values."""
    return KINDS[kind].fit(values, options)


def column_to_json(column: Column) -> dict[str, Any]:
    """The column as it is saved."""
    return {"kind": column.kind, "name": value_to_json(column.name), **column.to_json()}


def column_from_json(state: dict[str, Any]) -> Column:
    """The column that was saved so."""
    rest = {key: value for key, value in state.items() if key not in ("kind", "name")}
    return KINDS[state["kind"]].from_json(value_from_json(state["name"]), rest)


def _content(values: pd.Series, python: type | None) -> str:
    """What the values are: number, datetime, text, datetime text (text of one format), uuid, bytes, category."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype | pd.IntervalDtype) or is_bool_dtype(dtype) or python is bool:
        return "category"
    if is_object_dtype(dtype):
        for content, kinds in _PYTHON.items():
            if python is not None and issubclass(python, kinds):
                return _text(values) if content == "text" else content
        return "category"
    if is_numeric_dtype(dtype):
        return "number"
    if isinstance(dtype, pd.ArrowDtype):
        return _content_of_arrow(values, dtype)
    return _text(values) if is_string_dtype(dtype) else "datetime"


_PYTHON: dict[str, tuple[type, ...]] = {
    "number": (int, float, Decimal),
    "datetime": (date, time, timedelta, pd.Period),
    "text": (str,),
    "uuid": (UUID,),
    "bytes": (bytes,),
}


def _content_of_arrow(values: pd.Series, dtype: pd.ArrowDtype) -> str:
    import pyarrow.types as kinds  # noqa: PLC0415 - who has the dtype has it

    arrow = dtype.pyarrow_dtype
    if kinds.is_string(arrow) or kinds.is_large_string(arrow):
        return _text(values)
    if kinds.is_temporal(arrow):
        return "datetime"
    return "bytes" if kinds.is_binary(arrow) or kinds.is_large_binary(arrow) else "category"


def _text(values: pd.Series) -> str:
    known = values.dropna()
    return "datetime text" if len(known) and has_format(known) else "text"


def _refuse_infinite(values: pd.Series) -> None:
    if not (is_float_dtype(values.dtype) or is_object_dtype(values.dtype)):
        return
    numbers = pd.to_numeric(values, errors="coerce") if is_object_dtype(values.dtype) else values
    infinite = np.isinf(numbers.to_numpy(np.float64, na_value=np.nan))
    if infinite.any():
        raise DataError(
            f"column {values.name!r} has {int(infinite.sum()):,} infinite numbers, the first in row"
            f" {int(np.argmax(infinite))}; make them missing, or leave out these rows"
        )


def _check_forced(values: pd.Series, content: str, forced: str) -> None:
    if content in _FITTING[forced]:
        return
    known = values.dropna()
    if forced == "datetime" and content == "text":
        find_format(known)
    what = {"category": "categories", "text": "texts", "datetime text": "texts"}.get(content, content + "s")
    raise DataError(
        f"column {values.name!r} cannot be of kind {forced}: it has {what} such as {known[:1].tolist()[0]!r}"
    )


def _id_or_text(known: pd.Series, content: str, distinct: int, count: int) -> str | None:
    """`id` or `text` if these values, none missing, look like it."""
    if content == "number" and distinct == count:
        return "id" if _are_ids(known) else None
    if content in ("uuid", "bytes"):
        return {"uuid": "id", "bytes": "text"}[content] if distinct >= NEARLY_ALL * count else None
    if content == "text" and distinct >= NEARLY_ALL * count:
        some = known.iloc[:: max(1, count // _SOME)].astype(str)
        words = some.str.count(" ").mean() + 1
        return "id" if distinct == count and words < 2 else "text"
    return None


def _are_ids(known: pd.Series) -> bool:
    """Whether different numbers are ids: whole, and numbered through or named so."""
    numbers = known.to_numpy(np.float64)
    if not np.array_equal(np.rint(numbers), numbers):
        return False
    with np.errstate(over="ignore"):  # infinitely far apart is not dense
        dense = numbers.max() - numbers.min() + 1 <= DENSE * len(numbers)
    return bool(dense or _ID_NAME.search(str(known.name)))
