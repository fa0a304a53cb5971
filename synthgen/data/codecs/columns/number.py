"""A column of numbers: normal scores, with categories for frequent values and for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self
from zlib import crc32

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from synthgen import Condition, DataError
from synthgen.data.codecs.columns.column import Column, Encoded, is_missing
from synthgen.data.codecs.columns.numeric_form import NumericForm

STEPS = 1000
"""Of a column with at most so many different numbers each is kept with its frequency; of others so many
quantiles are, and numbers between them are interpolated."""
FEWEST = 5
"""A number that occurs less often is no category of its own, whatever its share of a small table."""


class Form(Protocol):
    """How a column writes its numbers."""

    @property
    def low(self) -> float:
        """The smallest."""

    @property
    def high(self) -> float:
        """The largest."""

    def read(self, values: pd.Series) -> np.ndarray:
        """Values as float64 `(N,)`, NaN where missing."""

    def write(self, numbers: np.ndarray, name: Any) -> pd.Series:
        """Values of the column's dtype, rounded and kept in range as it asks."""

    def parse(self, value: Any) -> float:
        """The number that a person means. Raises ValueError if the column cannot have it: "must be 1 to 9"."""

    def show(self, number: float) -> str:
        """A number for people."""

    def to_json(self) -> dict[str, Any]:
        """Values that JSON has."""


class NumberColumn(Column):
    """Integers or floats.

    A number becomes its normal score: the standard normal quantile of its rank in the real column. Values that
    make up at least `atom_share` of the column (many zeros, say) are categories of their own, as is a missing
    value; the score then counts where the category says that there is any other number. Where options say so,
    numbers are plainly themselves in the place of scores.
    """

    kind = "number"
    form_type: ClassVar[Any] = NumericForm

    def __init__(self, name: Any, form: Form, state: dict[str, Any]) -> None:
        super().__init__(name)
        self.form = form
        self._state = state
        self._atoms = np.array(state["atoms"], np.float64)
        self._missing: bool = state["missing"]
        self._exact: bool = state["exact"]
        self._plain: bool = state.get("plain", False)
        self._values = np.array(state["values"], np.float64)
        self._ranks = np.array(state["ranks"], np.float64)
        """Where a value is exact, the share of numbers up to and with it; else its share at a quantile."""

    @classmethod
    def fit(cls, values: pd.Series, options: Any) -> Self:
        """Learn atoms, ranks and how numbers are written. `options.atom_share` is the smallest share of an atom."""
        form = cls.form_type.of(values)
        numbers = form.read(values)
        known = numbers[~np.isnan(numbers)]
        distinct, counts = np.unique(known, return_counts=True)
        frequent = counts >= max(options.atom_share * len(numbers), FEWEST)
        atoms = distinct[frequent] if len(distinct) > 1 else distinct
        rest = ~np.isin(distinct, atoms)
        distinct, counts = distinct[rest], counts[rest]
        exact = len(distinct) <= STEPS
        if exact:
            ranks = np.cumsum(counts) / max(1, counts.sum())
        else:
            ranks = np.linspace(0, 1, STEPS + 1)
            others = np.repeat(distinct, counts)
            distinct, first = np.unique(np.quantile(others, ranks), return_index=True)
            ranks = ranks[first]
        state = {
            "atoms": atoms.tolist(),
            "missing": bool(len(known) < len(numbers)),
            "exact": exact,
            "plain": cls.kind == "number" and options.numbers == "plain",
            "values": distinct.tolist(),
            "ranks": ranks.tolist(),
        }
        return cls(values.name, form, state)

    @property
    def has_number(self) -> bool:
        """Whether there are other values than atoms."""
        return len(self._values) > 0

    @property
    def has_missing(self) -> bool:
        """Whether any number was missing."""
        return self._missing

    @property
    def categories(self) -> int:
        """Atoms, missing, and 'a number', where there are more than one of them."""
        n = len(self._atoms) + self._missing + self.has_number
        return n if n > 1 else 0

    @property
    def gate(self) -> int | None:
        """The last category."""
        return self.categories - 1 if self.categories and self.has_number else None

    def encode(self, values: pd.Series) -> Encoded:
        """Which atom, and the normal score."""
        numbers = self.form.read(values)
        missing = np.isnan(numbers)
        if missing.any() and not self._missing:
            row = int(np.argmax(missing))
            raise DataError(
                f"column {self.name!r}: missing in row {row}; none was when the column was learnt"
            )
        atom = np.minimum(np.searchsorted(self._atoms, numbers), max(0, len(self._atoms) - 1))
        is_atom = (self._atoms[atom] == numbers) if len(self._atoms) else np.zeros(len(numbers), bool)
        other = ~missing & ~is_atom
        codes = scores = None
        if self.categories:
            codes = np.where(missing, len(self._atoms), np.where(is_atom, atom, self.categories - 1))
        if self.has_number:
            scores = np.zeros(len(numbers), np.float32)
            scores[other] = self._scores(numbers[other])
        return Encoded(codes, scores)

    def _scores(self, numbers: np.ndarray) -> np.ndarray:
        if self._plain:
            return numbers
        if self._exact:
            # a value holds a stretch of ranks; a place within it at random makes the scores normal
            upper = np.minimum(np.searchsorted(self._values, numbers), len(self._ranks) - 1)
            lower = np.where(upper > 0, self._ranks[upper - 1], 0.0)
            seed = crc32(
                repr(self.name).encode()
            )  # equal places in two columns would be a relation of theirs
            place = np.random.default_rng(seed).random(len(numbers))
            ranks = lower + place * (self._ranks[upper] - lower)
        else:
            ranks = np.interp(numbers, self._values, self._ranks)
        return ndtri(np.clip(ranks, 1e-4, 1 - 1e-4))

    def decode(self, encoded: Encoded, random: np.random.Generator) -> pd.Series:
        """Atoms as they are, scores as the number of that rank, rounded as the column's numbers are."""
        codes, scores = encoded
        if scores is None:
            assert codes is not None
            return self.form.write(np.append(self._atoms, np.nan)[codes], self.name)
        numbers = self._numbers(scores.astype(np.float64))
        if codes is not None:
            special = np.append(self._atoms, [np.nan, np.nan])[codes]
            numbers = np.where(codes == self.gate, numbers, special)
        return self.form.write(numbers, self.name)

    def _numbers(self, scores: np.ndarray) -> np.ndarray:
        if self._plain:
            return scores
        ranks = ndtr(scores)
        if self._exact:
            return self._values[np.minimum(np.searchsorted(self._ranks, ranks), len(self._values) - 1)]
        return np.interp(ranks, self._ranks, self._values)

    def describe(self) -> str:
        """Range, decimals and frequent numbers."""
        if not len(self._atoms) and not self.has_number:
            return "all missing"
        text = f"{self.form.show(self.form.low)} to {self.form.show(self.form.high)}"
        if len(self._atoms) and self.has_number:
            text += f", often {', '.join(self.form.show(atom) for atom in self._atoms[:3])}"
        return text + (", some missing" if self._missing else "")

    # as a condition

    def conditions(self, values: pd.Series) -> tuple[Condition, ...]:
        """The number itself, behind a category that says whether it is missing where any is."""
        numbers = self.form.read(values)
        known = numbers[~np.isnan(numbers)]
        name = str(self.name)
        mean, scale = (float(known.mean()), float(known.std())) if len(known) else (0.0, 1.0)
        number = Condition(name=name, mean=mean, scale=scale or 1.0)
        return (Condition(name=name, values=("number", "missing")), number) if self._missing else (number,)

    def encode_conditions(self, values: pd.Series) -> list[np.ndarray]:
        """Whether it is missing, if any is, and the number; in place of a missing one the median."""
        numbers = self.form.read(values)
        if not self._missing:
            return [numbers]
        missing = np.isnan(numbers)
        known = np.concatenate([self._atoms, self._values])
        return [missing.astype(np.int64), np.where(missing, known[len(known) // 2], numbers)]

    def decode_conditions(self, codes: Sequence[np.ndarray], rows: int) -> pd.Series:
        """The numbers."""
        numbers = codes[-1].astype(np.float64)
        return self.form.write(
            np.where(codes[0] == 1, np.nan, numbers) if self._missing else numbers, self.name
        )

    def parse(self, value: Any) -> pd.Series:
        """A number within the column's range; missing, if any is."""
        if self._missing and is_missing(value):
            return self.form.write(np.array([np.nan]), self.name)
        try:
            number = self.form.parse(value)
        except ValueError as error:
            raise ValueError(f"{error}{', or missing' if self._missing else ''}, not {value!r}") from None
        return self.form.write(np.array([number]), self.name)

    # files

    def to_json(self) -> dict[str, Any]:
        """Atoms, ranks, decimals, dtype."""
        return {"form": self.form.to_json(), **self._state}

    @classmethod
    def from_json(cls, name: Any, state: dict[str, Any]) -> Self:
        """The column of this state."""
        rest = {key: value for key, value in state.items() if key != "form"}
        return cls(name, cls.form_type.from_json(state["form"]), rest)
