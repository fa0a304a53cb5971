"""A column that follows from others: `total = price * quantity`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype
from pydantic import field_validator

from synthgen import DataError
from synthgen.data.codecs.constraints.constraint import Constraint, Names, Rule, find_columns
from synthgen.data.codecs.constraints.expression import Expression, same_name
from synthgen.data.codecs.constraints.measure import Measure, measures_from_json, measures_to_json
from synthgen.data.codecs.constraints.measuring import measure


class FormulaRule(Rule):
    """A column of numbers is what a formula over others gives, rounded as the column is.

    The rule does not apply where the formula has no finite value: something in it is missing, or a divisor is zero.
    """

    rule: Literal["formula"]
    column: str | int
    """The column that is computed."""
    equals: str
    """Columns, numbers, + - * / // % ** and parentheses; names that are no words stand in `backticks`."""

    @field_validator("equals")
    @classmethod
    def _can_be_read(cls, equals: str) -> str:
        Expression(equals)
        return equals

    @property
    def text(self) -> str:
        """An equation."""
        return f"{self.column} = {self.equals}"


class Formula(Constraint):
    """A column that is computed after all others.

    It is not modelled at all, unless it is missing where the formula has a value, or the other way round, in the
    real data: then its own model says where it is missing, and what it is where the formula has no value.
    """

    kind: ClassVar[str] = "formula"

    def __init__(
        self, rule: FormulaRule, measures: dict[Any, Measure], modelled: bool, computed: bool, gaps: bool
    ) -> None:
        super().__init__(rule, list(measures))
        self._column = self.columns[-1]
        self._expression = Expression(rule.equals)
        self._measures = measures
        """Of the columns in the formula, in its order, and of the one that is computed, last."""
        self._own = measures[self._column]
        self._modelled = modelled
        """Whether the column has a model of its own."""
        self._computed = computed
        """Whether it is computed; if not, rows are only judged."""
        self._gaps = gaps
        """Whether it can be missing."""
        self.claims = (self._column,) if computed else ()
        self.needs = tuple(self.columns[:-1]) if computed else ()
        narrow = self._own.dtype_name not in ("float64", "double", "int64")
        self.checked = not computed or narrow or not self._expression.is_total

    @classmethod
    def fit(cls, rule: FormulaRule, frame: pd.DataFrame, taken: Collection[Any], names: Names) -> Self:
        """Check the real values."""
        (column,) = find_columns(rule, [rule.column], frame)
        inputs: list[Any] = []
        for name in Expression(rule.equals).names:
            same = [known for known in frame.columns if same_name(name, known)]
            inputs += same[:1] or find_columns(rule, [name], frame)
        if column in inputs:
            raise DataError(f"constraint {rule.text}: a column cannot follow from itself")
        measures = {name: _numbers(rule, frame[name]) for name in (*inputs, column)}
        computed = column not in taken and measures[column].writable
        gaps = bool(frame[column].isna().any())
        fitted = cls(rule, measures, False, computed, gaps)
        results, there = fitted._results(frame)
        known = frame[column].notna().to_numpy(bool)
        fitted.demand(
            fitted._agrees(frame, results) | ~there | ~known,
            frame,
            [column, *inputs],
            lambda row: f"expected {column} = {results[row]:.12g}",
        )
        return cls(rule, measures, bool((there != known).any()), computed, gaps)

    def _results(self, frame: pd.DataFrame | dict[Any, pd.Series]) -> tuple[np.ndarray, np.ndarray]:
        """What the formula gives in each row, float64, and where it gives anything."""
        columns = {}
        for name in self._expression.names:
            column = next(known for known in self._measures if same_name(name, known))
            numbers, missing = self._measures[column].numbers(frame[column])
            columns[name] = np.where(missing, np.nan, numbers)
        rows = len(next(iter(frame.values())) if isinstance(frame, dict) else frame)
        results = np.broadcast_to(self._expression.evaluate(columns), rows)
        return results, np.isfinite(results)

    def _agrees(self, frame: pd.DataFrame, results: np.ndarray) -> np.ndarray:
        """Where the column is the result, within its rounding; anything where either is missing."""
        found, missing = self._own.numbers(frame[self._column])
        places = 0 if self._own.whole else self._own.decimals
        rounding = 0.0 if places is None else 0.5 * 10.0**-places
        error = max(measure.precision for measure in self._measures.values())
        with np.errstate(invalid="ignore"):
            size = np.maximum(np.abs(found), np.abs(results))
            agrees: np.ndarray = np.abs(found - results) <= rounding * (1 + 1e-6) + error * size
        return agrees & ~missing

    # ------------------------------------------------------------------------------------------------- modelling

    def forward(self, frame: pd.DataFrame) -> dict[Any, pd.Series]:
        """Without the column, unless it is missing in ways of its own."""
        return {self._column: frame[self._column]} if self._modelled else {}

    def backward(self, columns: dict[Any, pd.Series]) -> None:
        """Compute the column, rounded and in its own dtype."""
        name = self._column
        results, there = self._results(columns)
        if self._modelled:
            others, missing = self._own.numbers(columns[name])
            there = there & ~missing
        else:
            # a column that is never missing has to have something: `holds` refuses such rows
            others, missing = np.full(len(results), self._own.low), ~there & self._gaps
        numbers = np.where(there, self._own.snap(self._in_range(np.where(there, results, 0.0))), others)
        columns[name] = self._own.series(numbers, missing)

    def _in_range(self, results: np.ndarray) -> np.ndarray:
        """Numbers that int64 can hold, if the column is of whole ones; others are refused afterwards."""
        return np.clip(results, -(2.0**62), 2.0**62) if self._own.whole else results

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Where the column is what the formula gives; or the one is missing where the other may be."""
        results, there = self._results(frame)
        known = frame[self._column].notna().to_numpy(bool)
        either = ~(there & known) if self._modelled else ~there & ~known
        return either | (there & self._agrees(frame, results))

    # ------------------------------------------------------------------------------------------------------ files

    def state(self) -> dict[str, Any]:
        """What the columns are as numbers, and how the computed one is modelled."""
        return {
            "measures": measures_to_json(self._measures),
            "modelled": self._modelled,
            "computed": self._computed,
            "gaps": self._gaps,
        }

    @classmethod
    def from_state(cls, rule: FormulaRule, state: dict[str, Any]) -> Self:
        """As it was."""
        measures = measures_from_json(state["measures"])
        return cls(rule, measures, state["modelled"], state["computed"], state["gaps"])


def _numbers(rule: FormulaRule, values: pd.Series) -> Measure:
    """What the column's values are; raises DataError unless they are numbers."""
    try:
        if infer_dtype(values) == "string":
            raise DataError(f"column {values.name!r} has text; a formula is of numbers")
        if values.notna().any():
            found = measure(values)
            if found.kind == "numbers":
                return found
            raise DataError(f"column {values.name!r} has {found.kind}; a formula is of numbers")
        raise DataError(f"all of column {values.name!r} is missing; a formula is of numbers")
    except DataError as error:
        raise DataError(f"constraint {rule.text}: {error}") from None
