"""The contract of one column of a table: how its values become a category, a number, or both, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import pandas as pd

from synthgen import Condition


class Encoded(NamedTuple):
    """A column's values for the networks, each part None where the column has no such part."""

    codes: np.ndarray | None
    """int64 `(N,)`, from 0 to the column's `categories` - 1."""
    numbers: np.ndarray | None
    """float32 `(N,)`, about standard normal; 0 wherever the column's `gate` is not the code."""


class Column(ABC):
    """One column, fitted to its data.

    A column has a category part (its values, or special values of a number: missing, many zeros), a number
    part, or both; then `gate` is the category under which the number counts. A column with neither is not
    learnt at all: a constant, or ids made anew.

    A column that networks are conditioned on is told to them by `conditions`, and goes through the codes of
    these instead.
    """

    kind: ClassVar[str]
    """What the column is, in a word that `columns` takes in a recipe."""

    def __init__(self, name: Any) -> None:
        self.name = name
        """As in the DataFrame; any hashable."""

    @classmethod
    @abstractmethod
    def fit(cls, values: pd.Series, options: Any) -> Self:
        """Learn from the real values. Raises DataError for values that are not of this kind."""

    @property
    @abstractmethod
    def categories(self) -> int:
        """Values of the category part; 0 if there is none."""

    @property
    def has_number(self) -> bool:
        """Whether there is a number part."""
        return False

    @property
    @abstractmethod
    def has_missing(self) -> bool:
        """Whether values may be missing."""

    @property
    def gate(self) -> int | None:
        """The category under which the number counts; None if it always does."""
        return None

    @abstractmethod
    def encode(self, values: pd.Series) -> Encoded:
        """The parts of real values; raises DataError for values that were not there when it was fitted."""

    @abstractmethod
    def decode(self, encoded: Encoded, random: np.random.Generator) -> pd.Series:
        """Values of the column's own dtype, whatever the parts are: codes are in range, numbers are finite.

        A column with neither part gets codes that are all 0.
        """

    @abstractmethod
    def describe(self) -> str:
        """What was learnt, in a few words: "17 to 90"."""

    # as a condition

    def conditions(self, values: pd.Series) -> tuple[Condition, ...]:
        """What networks are told of the column; nothing of a constant."""
        raise NotImplementedError

    def encode_conditions(self, values: pd.Series) -> list[np.ndarray]:
        """For each of the conditions its codes `(N,)`: int64, or float64 for a number."""
        raise NotImplementedError

    def decode_conditions(self, codes: Sequence[np.ndarray], rows: int) -> pd.Series:
        """The values, `(rows,)`, for which `encode_conditions` gives these codes."""
        raise NotImplementedError

    def parse(self, value: Any) -> pd.Series:
        """The one value that a person asks for, maybe as text, as a Series that `encode` takes.

        Raises ValueError, to follow the column's name, if the column cannot have it: "must be one of a, b".
        """
        raise NotImplementedError

    # files

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """What was learnt, in values that JSON has."""

    @classmethod
    @abstractmethod
    def from_json(cls, name: Any, state: dict[str, Any]) -> Self:
        """The column that gave this."""


def is_missing(value: Any) -> bool:
    """Whether a person asks for a missing value: None, NaN, NaT, NA, or the word."""
    if isinstance(value, str):
        return value.strip().lower() == "missing"
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))
