"""Columns of several tables as numbers that can be compared: floats, or codes of categories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype, is_object_dtype

from synthgen.data.codecs.column_names import plain_names
from synthgen.data.codecs.columns.date_texts import has_format
from synthgen.data.codecs.columns.ticks import MISSING, ticks_of, unit_of
from synthgen.data.codecs.columns.time_style import TimeStyle
from synthgen.errors import DataError

LEVELS = 10
"""A column of numbers is one of categories if the reference has at most so many different ones."""
EACH = 5
"""And if each of them occurs so often on average, where there are more than two."""
FEWEST_TEXTS = 20
"""With fewer values a column of texts is not taken for ids or free text."""
NEARLY_ALL = 0.9
"""Texts of which this share are different are ids or free text: there are no categories to compare."""

Content = Literal["nothing", "number", "coded", "text", "time", "written time"]
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_WORDS = {"number": "numbers", "coded": "truth values or codes", "time": "dates or times"}


@dataclass(frozen=True, eq=False)
class ComparedColumn:
    """A column as each of several tables has it."""

    name: Any
    place: int
    """Among the columns of the tables."""
    number: bool
    """Whether values are numbers; if not, they are codes of categories."""
    reference: np.ndarray
    """Of the table that others are compared with: float64 with NaN where missing (infinity stays), seconds for
    dates; or int64, the places in `labels`, -1 where missing."""
    parts: tuple[np.ndarray, ...]
    """The same of each table."""
    labels: tuple[str, ...] = ()
    """Categories as text: the reference's, the most frequent first, then what only others have."""
    counts: np.ndarray | None = None
    """How often the reference has each of its categories; there are as many as it has."""
    time: str | None = None
    """Of dates and times: the dtype of pandas that they are counted in."""

    @property
    def unlike(self) -> bool:
        """Whether it has ids or free text: hardly a value occurs twice, so shares of values say nothing."""
        if self.number or self.counts is None:
            return False
        known = int(self.counts.sum())
        return known >= FEWEST_TEXTS and len(self.counts) >= NEARLY_ALL * known


def read_columns(
    frames: Sequence[pd.DataFrame], reference: pd.DataFrame, categories: Collection[Any] = ()
) -> list[ComparedColumn]:
    """All columns, in the reference's order.

    Numbers, dates and durations are numbers; texts, truth values, categories and numbers of which the reference has
    a handful only are categories, as are the columns in `categories`. Raises DataError if tables have other
    columns than the reference, or numbers where it has text.
    """
    names = plain_names(reference.columns)
    for frame in frames:
        _check_names(plain_names(frame.columns), names)
    return [
        _read(name, i, [frame.iloc[:, i] for frame in (reference, *frames)], name in categories)
        for i, name in enumerate(names)
    ]


def _check_names(names: list[Any], wanted: list[Any]) -> None:
    if names == wanted:
        return
    for one, other, has in ((wanted, names, "lacks"), (names, wanted, "has")):
        more = [str(name) for name in one if name not in other]
        if more:
            raise DataError(
                f"the tables have different columns: one {has} {', '.join(more)}; give both the same"
            )
    raise DataError("the tables have their columns in different orders; give both the same")


def _read(name: Any, place: int, everything: Sequence[pd.Series], category: bool) -> ComparedColumn:
    """The column of the reference, which comes first, and of the other tables."""
    contents: list[Content] = [_content(values) for values in everything]
    kind = _agree(name, everything, contents)
    if kind == "category":
        return _categories(name, place, [_texts(values) for values in everything])
    if kind == "time":
        numbers = [_seconds(values) for values in everything]
    else:
        numbers = [_numbers(values) for values in everything]
    distinct = np.unique(numbers[0][~np.isnan(numbers[0])])
    known = int(np.count_nonzero(~np.isnan(numbers[0])))
    few = len(distinct) <= 2 or (len(distinct) <= LEVELS and len(distinct) * EACH <= known)
    if kind == "number" and (category or few):
        return _categories(name, place, [_levels(part) for part in numbers])
    time = None
    if kind == "time":
        known_part = next(v for v, c in zip(everything, contents, strict=True) if c != "nothing")
        time = str(TimeStyle.of(known_part).plain)
    return ComparedColumn(name, place, True, numbers[0], tuple(numbers[1:]), time=time)


# ------------------------------------------------------------------------------------------------ what is in it


def _content(values: pd.Series) -> Content:
    dtype: Any = values.dtype
    if values.isna().all():
        return "nothing"
    if isinstance(dtype, pd.CategoricalDtype):
        return "coded" if is_numeric_dtype(dtype.categories.dtype) else "text"
    if is_bool_dtype(dtype):
        return "coded"
    if is_object_dtype(dtype):
        return _content_of_objects(values.dropna())
    if is_numeric_dtype(dtype):
        return "number"
    first = values.dropna().iloc[0]
    if isinstance(first, str):
        return "written time" if has_format(values.dropna()) else "text"
    return "time" if isinstance(first, date | time | timedelta | pd.Period) else "text"


def _content_of_objects(known: pd.Series) -> Content:
    kinds = set(map(type, known))
    if kinds <= {bool, np.bool_}:
        return "coded"
    if all(issubclass(kind, Real | Decimal) and not issubclass(kind, bool) for kind in kinds):
        return "number"
    if len(kinds) == 1 and issubclass(next(iter(kinds)), date | time | timedelta | pd.Period):
        return "time"
    return "written time" if kinds == {str} and has_format(known) else "text"


def _agree(
    name: Any, everything: Sequence[pd.Series], contents: Sequence[Content]
) -> Literal["number", "time", "category"]:
    """What all tables' values can be read as."""
    kinds = set(contents) - {"nothing"}
    if kinds <= {"coded", "text", "written time"} and kinds != {"written time"}:
        return "category"
    if kinds <= {"number", "coded"}:
        return "number"
    if kinds <= {"time", "written time"}:
        return "time"
    there = dict(zip(contents, everything, strict=True))  # one example of each will do
    words = [
        _WORDS.get(kind, f"text, such as {str(values.dropna().iloc[0])!r:.40}")
        for kind, values in there.items()
        if kind != "nothing"
    ]
    raise DataError(
        f"column {name!r} has {words[0]} in one table and {' and '.join(words[1:])} in another;"
        " give both the same"
    )


# --------------------------------------------------------------------------------------------------- as numbers


def _numbers(values: pd.Series) -> np.ndarray:
    """float64, NaN where missing."""
    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return np.append(dtype.categories.to_numpy(np.float64), np.nan)[values.cat.codes.to_numpy()]
    if is_object_dtype(dtype):
        numbers = np.full(len(values), np.nan)
        known = values.notna().to_numpy(bool)
        numbers[known] = values.to_numpy(object)[known].astype(np.float64)
        return numbers
    return values.to_numpy(np.float64, na_value=np.nan)


def _seconds(values: pd.Series) -> np.ndarray:
    """Seconds since 1970, of a day or of a duration, float64; periods are counted as they are."""
    if values.isna().all():
        return np.full(len(values), np.nan)
    plain = TimeStyle.of(values).read(values)
    ticks = ticks_of(plain)
    return np.where(ticks == MISSING, np.nan, ticks / _PER_SECOND.get(unit_of(plain.dtype), 1))


# ------------------------------------------------------------------------------------------------ as categories

_Coded = tuple[np.ndarray, list[str]]
"""Codes, -1 where missing, and what they stand for."""


def _texts(values: pd.Series) -> _Coded:
    """Values as texts, for they may have been through a file."""
    try:
        codes, distinct = values.factorize()
    except TypeError:  # lists and the like
        codes, distinct = values.map(repr, na_action="ignore").factorize()
    return codes.astype(np.int64), [str(value) for value in distinct]


def _levels(numbers: np.ndarray) -> _Coded:
    codes, distinct = pd.factorize(numbers)
    return codes.astype(np.int64), [f"{value:.10g}" for value in distinct]


def _categories(name: Any, place: int, coded: Sequence[_Coded]) -> ComparedColumn:
    """One list of categories for all tables, the first of which is the reference."""
    own = np.bincount(_merged(coded[0])[0] + 1, minlength=1)[1:]
    texts = list(dict.fromkeys(coded[0][1]))
    order = np.argsort(-own, kind="stable")
    places = {texts[i]: code for code, i in enumerate(order)}
    for _, more in coded[1:]:
        for text in more:
            places.setdefault(text, len(places))
    parts = []
    for codes, distinct in coded:
        lookup = np.array([*(places[text] for text in distinct), -1], np.int64)
        parts.append(lookup[codes])
    return ComparedColumn(name, place, False, parts[0], tuple(parts[1:]), tuple(places), own[order])


def _merged(coded: _Coded) -> _Coded:
    """Without the same text twice, which values of several types can give."""
    codes, distinct = coded
    texts = list(dict.fromkeys(distinct))
    if len(texts) == len(distinct):
        return coded
    places = {text: place for place, text in enumerate(texts)}
    return np.array([*(places[text] for text in distinct), -1], np.int64)[codes], texts
