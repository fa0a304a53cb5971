"""A column of ids: other ones of the same shape are made, never a real one."""

from __future__ import annotations

import base64
import string
from dataclasses import replace
from typing import Any, Self
from uuid import UUID

import numpy as np
import pandas as pd
from pandas.util import hash_array

from synthgen import DataError
from synthgen.data.codecs.columns.dtypes import dtype_from_json, dtype_to_json
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json
from synthgen.data.codecs.columns.numeric_form import EXACT, NumericForm
from synthgen.data.codecs.columns.unlearnt import UnlearntColumn
from synthgen.data.codecs.columns.value_list import missing_mark

SHAPES = 10_000
"""Ids that are looked at for the characters that they have in each place."""
ROOM = 1000
"""So many possible ids there are for each real one, at least; ids are made longer for that."""
LEAST = 1_000_000
"""Numbers that must be free above the largest id."""
_MEND = "leave it out (ids: drop), or say in columns what else it is, such as number or category"
_ALPHABETS = (
    string.digits,
    string.digits + "abcdef",
    string.digits + "ABCDEF",
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_uppercase,
    string.ascii_letters,
    string.digits + string.ascii_letters,
)


class IdColumn(UnlearntColumn):
    """Ids: whole numbers, texts or UUIDs.

    New numbers are drawn from those above the largest. New texts have, in each place, a character of the sort
    that the real ones of that length have there; those that are real are drawn again, which is known by 64-bit
    hashes of the real ones. Ids differ among the rows that are made together (see `TableCodec.chunk`); those of
    different chunks are the same only by chance.
    """

    kind = "id"

    def __init__(self, name: Any, state: dict[str, Any]) -> None:
        super().__init__(name, state["missing"])
        self._state = state
        self._numbers = NumericForm.from_json(state["numbers"]) if "numbers" in state else None
        if self._numbers is None:
            self._dtype = dtype_from_json(state["dtype"])
            self._taken = np.frombuffer(base64.b64decode(state["taken"]), "<u8")

    @classmethod
    def fit(cls, values: pd.Series, options: Any) -> Self:
        """Learn the shape. Raises DataError for values that no id is made of, and where there is no room."""
        missing = bool(values.isna().any())
        known = values.dropna()
        first = known.iloc[0]
        if isinstance(first, str | UUID) and not isinstance(values.dtype, pd.CategoricalDtype):
            texts = known.astype(str).to_numpy(object)
            state = {
                "missing": missing,
                "dtype": dtype_to_json(values.dtype),
                "absent": value_to_json(missing_mark(values)),
                "uuid": isinstance(first, UUID),
                "shapes": _shapes(texts, values.name),
                "taken": base64.b64encode(np.unique(_hash(texts)).astype("<u8").tobytes()).decode(),
            }
            return cls(values.name, state)
        if isinstance(first, bool | np.bool_) or not isinstance(first, int | float | np.number):
            raise DataError(
                f"column {values.name!r} has {type(first).__name__}, and no ids can be made of that; {_MEND}"
            )
        return cls(values.name, {"missing": missing, "numbers": _above(values).to_json()})

    def make(self, missing: np.ndarray, random: np.random.Generator) -> pd.Series:
        """New ids, all different."""
        if self._numbers is not None:
            room = int(self._numbers.high - self._numbers.low)
            numbers = self._numbers.low + random.choice(room, len(missing), replace=False).astype(np.float64)
            return self._numbers.write(np.where(missing, np.nan, numbers), self.name)
        ids = self._texts(len(missing), random)
        if self._state["uuid"]:
            ids[:] = [UUID(text) for text in ids]
        ids[missing] = value_from_json(self._state["absent"])
        return pd.Series(ids, name=self.name, dtype=object).astype(self._dtype)

    def _texts(self, count: int, random: np.random.Generator) -> np.ndarray:
        ids = self._draw(count, random)
        for _ in range(100):
            again = np.ones(count, bool)
            again[np.unique(ids.astype(str), return_index=True)[1]] = False
            again |= np.isin(_hash(ids), self._taken)
            if not again.any():
                return ids
            ids[again] = self._draw(int(again.sum()), random)
        raise DataError(
            f"column {self.name!r}: no room for {count:,} more ids of its shape; leave it out (ids: drop)"
        )

    def _draw(self, count: int, random: np.random.Generator) -> np.ndarray:
        shapes = self._state["shapes"]
        odds = np.array([shape["share"] for shape in shapes])
        which = random.choice(len(shapes), count, p=odds / odds.sum())
        ids = np.empty(count, object)
        for number in np.unique(which):
            rows = np.flatnonzero(which == number)
            places = [np.array(list(letters)) for letters in shapes[number]["places"]]
            drawn = [letters[random.integers(len(letters), size=len(rows))] for letters in places]
            ids[rows] = ["".join(letters) for letters in np.stack(drawn, 1)]
        return ids

    def describe(self) -> str:
        """What is made."""
        if self._numbers is not None:
            return f"new ones from {self._numbers.show(self._numbers.low)}"
        return "new ones of the same shape"

    def to_json(self) -> dict[str, Any]:
        """Shapes, and hashes of the real ids."""
        return self._state

    @classmethod
    def from_json(cls, name: Any, state: dict[str, Any]) -> Self:
        """The column of this state."""
        return cls(name, state)


def _above(values: pd.Series) -> NumericForm:
    """How numbers above all of these are written."""
    form = NumericForm.of(values)
    largest = int(form.high) + form.origin
    dtype = (
        np.dtype(str(values.dtype).lower().split("[")[0])
        if form.whole and not form.python
        else np.dtype("int64")
    )
    limit = min(int(np.iinfo(dtype).max), largest + EXACT) if form.whole else EXACT
    if limit - largest < LEAST:
        raise DataError(
            f"column {values.name!r}: {values.dtype} has no room for {LEAST:,} new ids above {largest}; {_MEND}"
        )
    if not form.whole:
        return replace(form, low=float(largest + 1), high=float(limit), decimals=0)
    origin = largest + 1
    return replace(form, origin=origin, low=0.0, high=float(limit - origin), span=limit - origin, decimals=0)


def _shapes(texts: np.ndarray, name: Any) -> list[dict[str, Any]]:
    """For each length, its share and the characters that may stand in each place."""
    some = texts[:: max(1, len(texts) // SHAPES)]
    lengths = np.array([len(text) for text in some])
    if not lengths.any():
        raise DataError(f"column {name!r} has empty texts only, and no ids can be made of that; {_MEND}")
    shapes = []
    for length in np.unique(lengths[lengths > 0]):
        mine = some[lengths == length]
        places = [_alphabet(set(letters)) for letters in zip(*mine, strict=True)]
        while np.prod([float(len(letters)) for letters in places]) < ROOM * len(texts):
            places.append(string.digits)
        shapes.append({"share": len(mine) / len(some), "places": places})
    return shapes


def _alphabet(seen: set[str]) -> str:
    """The smallest usual alphabet with all these characters; a character that is always the same stays."""
    if len(seen) == 1:
        return next(iter(seen))
    fitting = next((letters for letters in _ALPHABETS if seen <= set(letters)), None)
    return fitting or "".join(sorted(seen))


def _hash(texts: np.ndarray) -> np.ndarray:
    return hash_array(np.asarray(texts, object), categorize=False)
