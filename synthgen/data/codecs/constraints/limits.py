"""Bounds of a column: `range` and `non_negative`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from synthgen import DataError
from synthgen.data.codecs.columns.json_values import value_to_json
from synthgen.data.codecs.constraints.constraint import Constraint, Names, Rule, find_columns
from synthgen.data.codecs.constraints.measure import (
    ORDERED,
    Measure,
    measures_from_json,
    measures_to_json,
    name_from_json,
)
from synthgen.data.codecs.constraints.measuring import measure

Bound = float | str | None


class RangeRule(Rule):
    """All values of a column lie within bounds."""

    rule: Literal["range"]
    column: str | int
    """Its name."""
    low: Bound = None
    """The least value; a date or a duration as text, such as 2020-01-31 or 2 days."""
    high: Bound = None
    """The greatest."""

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("range has neither low nor high; give one of them or both")
        if isinstance(self.low, float) and isinstance(self.high, float) and self.low > self.high:
            raise ValueError(f"low is {self.low:g} and high {self.high:g}; low must not be more than high")
        return self

    @property
    def columns(self) -> list[str | int]:
        """The one column."""
        return [self.column]

    @property
    def text(self) -> str:
        """As one writes an inequality."""
        low = "" if self.low is None else f"{_written(self.low)} <= "
        high = "" if self.high is None else f" <= {_written(self.high)}"
        return f"{low}{self.column}{high}"


class NonNegativeRule(Rule):
    """No value of these columns is less than zero."""

    rule: Literal["non_negative"]
    columns: list[str | int] = Field(min_length=1)
    """Their names."""

    @property
    def text(self) -> str:
        """As one writes an inequality."""
        return f"{', '.join(map(str, self.columns))} >= 0"

    low: ClassVar[Bound] = 0.0
    high: ClassVar[Bound] = None


class Limits(Constraint):
    """Bounds of columns.

    A column's own model stays within the real values; should it not, the value is moved to the bound. Where other
    rules make the column, rows are judged.
    """

    kind: ClassVar[str] = "limits"

    def __init__(
        self, rule: RangeRule | NonNegativeRule, measures: dict[Any, Measure], claims: list[Any]
    ) -> None:
        super().__init__(rule, list(measures))
        self._measures = measures
        self.claims = tuple(claims)
        self.checked = len(claims) < len(measures)
        self._bounds = {name: _bounds(rule, name, measure) for name, measure in measures.items()}

    @classmethod
    def fit(
        cls, rule: RangeRule | NonNegativeRule, frame: pd.DataFrame, taken: Collection[Any], names: Names
    ) -> Self:
        """Check the real values."""
        columns = dict.fromkeys(find_columns(rule, rule.columns, frame))
        filled = [name for name in columns if frame[name].notna().any()]
        measures = {}
        for name in filled:
            try:
                measures[name] = measure(frame[name])
            except DataError as error:
                raise DataError(f"constraint {rule.text}: {error}") from None
        made = cls(rule, measures, [n for n in filled if n not in taken and measures[n].writable])
        for name in filled:
            made.demand(made._within(name, frame[name]), frame, [name])
        return made

    def _within(self, name: Any, values: pd.Series) -> np.ndarray:
        numbers, missing = self._measures[name].numbers(values)
        low, high = self._bounds[name]
        return missing | ((numbers >= low) & (numbers <= high))

    def forward(self, frame: pd.DataFrame) -> dict[Any, pd.Series]:
        """The columns as they are."""
        return {name: frame[name] for name in self.claims}

    def backward(self, columns: dict[Any, pd.Series]) -> None:
        """Move what is out of bounds to the bound."""
        for name in self.claims:
            if self._within(name, columns[name]).all():
                continue
            own = self._measures[name]
            numbers, missing = own.numbers(columns[name])
            low, high = (np.array([bound]) for bound in self._bounds[name])
            least = own.above(np.maximum(low, own.low))
            most = own.below(np.minimum(high, own.high))
            columns[name] = own.series(np.clip(numbers, least, most), missing)

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Within the bounds, or missing."""
        holds = np.ones(len(frame), bool)
        for name in self._measures:
            holds &= self._within(name, frame[name])
        return holds

    def state(self) -> dict[str, Any]:
        """What the columns' values are as numbers."""
        claims = [value_to_json(name) for name in self.claims]
        return {"measures": measures_to_json(self._measures), "claims": claims}

    @classmethod
    def from_state(cls, rule: RangeRule | NonNegativeRule, state: dict[str, Any]) -> Self:
        """As it was."""
        claims = [name_from_json(name) for name in state["claims"]]
        return cls(rule, measures_from_json(state["measures"]), claims)


def _bounds(rule: RangeRule | NonNegativeRule, name: Any, own: Measure) -> tuple[float, float]:
    """Least and greatest number."""
    if own.kind.startswith(ORDERED):
        raise DataError(f"constraint {rule.text}: column {name!r} has categories, not numbers or dates")
    if isinstance(rule, NonNegativeRule) and own.kind not in ("numbers", "durations"):
        raise DataError(f"constraint {rule.text}: column {name!r} has {own.kind}, which have no sign")
    low, high = (_number(bound, own) for bound in (rule.low, rule.high))
    for bound, number in ((rule.low, low), (rule.high, high)):
        if bound is not None and number is None:
            raise DataError(
                f"constraint {rule.text}: column {name!r} has {own.kind}, and {bound!r} is no such"
            )
    low, high = (-np.inf if low is None else low), (np.inf if high is None else high)
    if low > high:
        raise DataError(f"constraint {rule.text}: low is more than high")
    return low, high


def _number(bound: Bound, own: Measure) -> float | None:
    """A bound as the column's values are as numbers; None if it is of another kind."""
    if isinstance(bound, float):
        return bound if own.kind == "numbers" or (own.kind == "durations" and bound == 0) else None
    if bound is None or own.unit is None:
        return None
    try:
        if own.kind == "durations":
            return pd.Timedelta(bound) // pd.Timedelta(1, own.unit)
        moment = pd.Timestamp(bound)
        if own.kind == "dates with a time zone" and moment.tz is None:
            moment = moment.tz_localize(own.time_zone)
        elif own.kind == "dates" and moment.tz is not None:
            return None
        return int(moment.to_datetime64().astype(f"datetime64[{own.unit}]").astype(np.int64))
    except ValueError:
        return None


def _written(bound: float | str) -> str:
    return f"{bound:g}" if isinstance(bound, float) else bound
