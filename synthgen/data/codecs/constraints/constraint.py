"""The contract of a rule that is fitted to a table: how columns are replaced, made again, and judged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import pandas as pd
from pydantic import AfterValidator, Field

from synthgen import DataError, Options
from synthgen.data.codecs.column_names import require_name


def _distinct(columns: list[str | int]) -> list[str | int]:
    if len(set(columns)) < len(columns):
        raise ValueError("columns has a name twice")
    return columns


SeveralColumns = Annotated[list[str | int], Field(min_length=2), AfterValidator(_distinct)]
"""Names of two or more columns, each once."""


class Rule(Options):
    """A rule as a person writes it."""

    @property
    def text(self) -> str:
        """The rule in the words of messages: `start <= end`."""
        raise NotImplementedError


class Names:
    """Names for made columns, each given once and none that a real column has."""

    def __init__(self, taken: Collection[Any]) -> None:
        self._taken = set(map(str, taken))

    def fresh(self, name: str) -> str:
        """The name, or one like it."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


class Constraint(ABC):
    """A rule fitted to a table.

    By construction: its columns are replaced by others (`forward`), whatever values these take, `backward` makes
    rows that obey. Where that cannot be, `claims` is empty, neither is called, and rows are only judged.
    """

    kind: ClassVar[str]

    claims: tuple[Any, ...] = ()
    """Columns that `forward` takes away or changes, and `backward` makes."""
    needs: tuple[Any, ...] = ()
    """Columns that `backward` reads, beside those that `forward` made."""
    checked: bool = False
    """Whether made rows must be judged."""

    def __init__(self, rule: Any, columns: Sequence[Any]) -> None:
        self.rule = rule
        self.columns = list(columns)
        """Names of all columns that it is about, as the table has them."""
        self.kinds: dict[str, str] = {}
        """Of made columns that have to be of a certain kind: which."""

    @classmethod
    @abstractmethod
    def fit(cls, rule: Any, frame: pd.DataFrame, taken: Collection[Any], names: Names) -> Self:
        """The rule for this table, whose columns' names may be of any type; those in `taken` are others' to make.

        Raises DataError for columns that the table does not have or that cannot have such a rule, and for rows that
        do not obey.
        """

    @abstractmethod
    def forward(self, frame: pd.DataFrame) -> dict[Any, pd.Series]:
        """Columns to stand for those in `claims`; raises DataError where real rows do not fit."""

    @abstractmethod
    def backward(self, columns: dict[Any, pd.Series]) -> None:
        """Make the columns in `claims` out of those that `forward` gave, in place."""

    @abstractmethod
    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Which rows obey, bool `(N,)`."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What was learnt, as JSON."""

    @classmethod
    @abstractmethod
    def from_state(cls, rule: Any, state: dict[str, Any]) -> Self:
        """The constraint that gave this."""

    def demand(
        self,
        holds: np.ndarray,
        frame: pd.DataFrame,
        columns: Sequence[Any],
        expected: Callable[[int], str] | None = None,
    ) -> None:
        """Raise DataError unless all rows obey: how many do not, and the values of the first."""
        if holds.all():
            return
        row = int(np.argmin(holds))
        values = ", ".join(f"{name} = {_shown(frame[name].iloc[row])}" for name in columns)
        more = f", {expected(row)}" if expected else ""
        raise DataError(
            f"constraint {self.rule.text}: {np.count_nonzero(~holds):,} of {len(holds):,} rows of the data do not"
            f" obey it, first row {row}: {values}{more}"
        )


def find_columns(rule: Rule, wanted: Sequence[Any], frame: pd.DataFrame) -> list[Any]:
    """The names that the table has for these columns; raises DataError for one that is not there."""
    names = frame.columns.tolist()
    return [names[require_name(names, name, f"constraint {rule.text}")] for name in wanted]


def _shown(value: Any) -> str:
    if pd.isna(value):
        return "missing"
    return repr(value) if isinstance(value, str) else str(value)
