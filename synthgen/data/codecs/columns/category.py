"""A column of categories: names, booleans, or numbers and dates of few different values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from synthgen import Condition, DataError
from synthgen.data.codecs.columns.column import Column, Encoded, is_missing
from synthgen.data.codecs.columns.value_list import ValueList, missing_mark

UNSEEN = 1e300
"""Scale of a condition that networks are not to see: divided by this, it is 0."""
SHOWN = 20
"""Of more values than this a message names the first."""


class CategoryColumn(Column):
    """Values out of a list; a missing value is one of them.

    Of more than `options.max_categories` values the rarest share one category, and are drawn from with their
    frequencies.
    """

    kind = "category"

    def __init__(self, name: Any, values: ValueList, counts: list[int], kept: int, missing: bool) -> None:
        super().__init__(name)
        self._values = values
        """Most frequent first."""
        self._counts = counts
        self._kept = kept
        """So many have a category of their own."""
        self._missing = missing
        rare = np.cumsum(counts[kept:], dtype=np.float64)
        self._rare_odds = rare / rare[-1] if len(rare) else rare

    @classmethod
    def fit(cls, values: pd.Series, options: Any) -> Self:
        """Learn the values, most frequent first."""
        counts = values.value_counts(dropna=True)
        counts = counts[counts.to_numpy() > 0]
        try:
            known = ValueList.of(counts.index, values.dtype, missing_mark(values))
        except TypeError as error:
            raise DataError(f"column {values.name!r}: {error}") from None
        kept = min(len(counts), options.max_categories)
        return cls(values.name, known, counts.tolist(), kept, bool(values.isna().any()))

    @property
    def _pooled(self) -> bool:
        return self._kept < len(self._counts)

    @property
    def categories(self) -> int:
        """Values, one for all rare ones, one for missing; none of a constant."""
        n = self._kept + self._pooled + self._missing
        return n if n > 1 else 0

    @property
    def has_missing(self) -> bool:
        """Whether any value was missing."""
        return self._missing

    def encode(self, values: pd.Series) -> Encoded:
        """The value's place in the list."""
        places = self._places(values)
        return Encoded(self._codes(places), None) if self.categories else Encoded(None, None)

    def _places(self, values: pd.Series) -> np.ndarray:
        """Where each value stands in the list; -1 if missing."""
        places = self._values.positions(values)
        wrong = (places < -1) | ((places == -1) & (not self._missing))
        if wrong.any():
            row = int(np.argmax(wrong))
            value = values.iloc[[row]].tolist()[0]
            raise DataError(
                f"column {self.name!r}: {value!r} in row {row} was not there when the column was learnt"
            )
        return places

    def _codes(self, places: np.ndarray) -> np.ndarray:
        codes = np.minimum(places, self._kept) if self._pooled else places
        return np.where(places < 0, self.categories - 1, codes) if self._missing else codes

    def decode(self, encoded: Encoded, random: np.random.Generator) -> pd.Series:
        """The values of the codes."""
        codes = encoded.codes
        assert codes is not None
        places = self._present(codes)
        if self._pooled:
            rare = np.flatnonzero(places == self._kept)
            drawn = np.searchsorted(self._rare_odds, random.random(len(rare)), side="right")
            places = places.copy()
            places[rare] = self._kept + np.minimum(drawn, len(self._rare_odds) - 1)
        return self._values.take(places, self.name)

    def _present(self, codes: np.ndarray) -> np.ndarray:
        """Codes with -1 for missing."""
        if not self._missing:
            return codes
        return np.where(codes == max(self.categories - 1, 0), -1, codes)

    def describe(self) -> str:
        """How many values."""
        count = len(self._counts)
        if count <= 1 and not self.categories:
            return f"always {self._values.values[0]}" if count else "all missing"
        text = f"{count} values"
        if self._pooled:
            text += f", the {count - self._kept} rarest pooled"
        return text + (", some missing" if self._missing else "")

    # as a condition

    def conditions(self, values: pd.Series) -> tuple[Condition, ...]:
        """The category; which of the rare values it is, where some are pooled, is not shown to networks."""
        if not self.categories:
            return ()
        names = [str(value) for value in self._values.values[: self._kept]]
        names += ["(rare)"] * self._pooled + ["(missing)"] * self._missing
        category = Condition(name=str(self.name), values=tuple(names))
        return (category, Condition(name=str(self.name), scale=UNSEEN)) if self._pooled else (category,)

    def encode_conditions(self, values: pd.Series) -> list[np.ndarray]:
        """The category, and the place in the list where some share one."""
        places = self._places(values)
        if not self.categories:
            return []
        codes = self._codes(places)
        return [codes, places.astype(np.float64)] if self._pooled else [codes]

    def decode_conditions(self, codes: Sequence[np.ndarray], rows: int) -> pd.Series:
        """The values."""
        if self._pooled:
            return self._values.take(codes[1].astype(np.int64), self.name)
        places = codes[0].astype(np.int64) if codes else np.zeros(rows, np.int64)
        return self._values.take(self._present(places), self.name)

    def parse(self, value: Any) -> pd.Series:
        """One of the values, or its text; missing, if any is."""
        place = find_value(self._values.values, value)
        if place is None and self._missing and is_missing(value):
            place = -1
        if place is None:
            names = [str(known) for known in self._values.values[:SHOWN]] + ["missing"] * self._missing
            more = len(self._values.values) - SHOWN
            shown = ", ".join(names) + (f" and {more} more" if more > 0 else "")
            raise ValueError(f"must be one of {shown}, not {value!r}")
        return self._values.take(np.array([place]), self.name)

    # files

    def to_json(self) -> dict[str, Any]:
        """Values, counts, dtype."""
        return {
            **self._values.to_json(),
            "counts": self._counts,
            "kept": self._kept,
            "missing": self._missing,
        }

    @classmethod
    def from_json(cls, name: Any, state: dict[str, Any]) -> Self:
        """The column of this state."""
        return cls(name, ValueList.from_json(state), state["counts"], state["kept"], state["missing"])


def find_value(known: Sequence[Any], wanted: Any) -> int | None:
    """The place of the value that a person means: the same, or of the same text, or equal as number or date."""
    for place, value in enumerate(known):
        if type(value) is type(wanted) and value == wanted:
            return place
    text = str(wanted).strip().lower()
    texts = [str(value).strip() for value in known]
    if str(wanted).strip() in texts:
        return texts.index(str(wanted).strip())
    for place, value in enumerate(known):
        if _same(value, wanted, text):
            return place
    return None


def _same(value: Any, wanted: Any, text: str) -> bool:
    try:
        if isinstance(value, bool | np.bool_) or isinstance(wanted, bool | np.bool_):
            return str(value).lower() == text
        if isinstance(value, int | float):
            return bool(value == float(wanted))
        if isinstance(value, pd.Timestamp):
            stamp = pd.Timestamp(wanted)
            return bool(
                value == (stamp if stamp.tzinfo or not value.tzinfo else stamp.tz_localize(value.tzinfo))
            )
        return bool(value == wanted)
    except (TypeError, ValueError):
        return False
