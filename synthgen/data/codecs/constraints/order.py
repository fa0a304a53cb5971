"""An order between columns: `start <= end`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd

from synthgen import DataError
from synthgen.data.codecs.columns.json_values import value_to_json
from synthgen.data.codecs.constraints.constraint import Constraint, Names, Rule, SeveralColumns, find_columns
from synthgen.data.codecs.constraints.measure import (
    PER_SECOND,
    Measure,
    measures_from_json,
    measures_to_json,
    name_from_json,
)
from synthgen.data.codecs.constraints.measuring import largest_step, measure


class OrderRule(Rule):
    """In each row, values ascend from column to column; missing ones are passed over."""

    rule: Literal["order"]
    columns: SeveralColumns
    """Columns of numbers, or of dates, the least first."""
    strict: bool = False
    """Whether equal values are forbidden, too."""

    @property
    def text(self) -> str:
        """As one writes an inequality."""
        return (" < " if self.strict else " <= ").join(map(str, self.columns))


class Order(Constraint):
    """Columns in an order.

    One column, the anchor, is modelled as it is; of each other, its distance from the last value before it that is
    not missing (or, below the anchor, after it). A missing distance is a missing value. Where the anchor can be
    missing though others are not, a made column has, for such rows, the value that distances start from.
    """

    kind: ClassVar[str] = "order"

    def __init__(
        self,
        rule: OrderRule,
        measures: dict[Any, Measure],
        anchor: Any = None,
        made: dict[Any, str] | None = None,
        stand_in: str | None = None,
        unit: int = 1,
    ) -> None:
        super().__init__(rule, list(measures))
        self._measures = measures
        """Of the columns with any values, in their order."""
        self._anchor = anchor
        self._made = made or {}
        """Names of the columns of distances, by the column that each stands for; if empty, rows are only judged."""
        self._stand_in = stand_in
        """The made column with the number to start from where the anchor is missing."""
        self._unit = unit
        """What 1 is in a column of distances between whole numbers."""
        self._whole = all(own.whole for own in measures.values())
        decimals = [0 if own.whole else own.decimals for own in measures.values()]
        self._decimals = None if None in decimals else max([0, *(d for d in decimals if d)])
        self.checked = len(measures) > 1
        if self._made:
            self.claims, self.needs = tuple(self._made), (anchor,)
            # else a value may have no room between the one before it and its own column's greatest
            self.checked = not all(
                a < b or (a == b and not rule.strict)
                for one, other in pairwise(measures.values())
                for a, b in ((one.low, other.low), (one.high, other.high))
            )

    # -------------------------------------------------------------------------------------------------- fitting

    @classmethod
    def fit(cls, rule: OrderRule, frame: pd.DataFrame, taken: Collection[Any], names: Names) -> Self:
        """Check the real values, and choose the anchor: a column that others make, or else the first."""
        columns = find_columns(rule, rule.columns, frame)
        filled = [name for name in columns if frame[name].notna().any()]
        try:
            measures = _in_one_unit({name: measure(frame[name]) for name in filled})
        except DataError as error:
            raise DataError(f"constraint {rule.text}: {error}") from None
        judge = cls(rule, measures)
        judge.demand(judge.holds(frame), frame, columns)
        others = [name for name in filled if name in taken]
        if len(filled) < 2 or len(others) > 1:
            return judge
        anchor = others[0] if others else filled[0]
        gaps = any((frame[anchor].isna() & frame[name].notna()).any() for name in filled)
        written = [name for name in filled if name != anchor or gaps]
        inside = anchor not in (filled[0], filled[-1])
        if (inside and gaps) or not all(measures[name].writable for name in written):
            return judge
        made = {}
        for run, sign in _runs(filled, anchor):
            for name, before in zip(run, [anchor, *run], strict=False):
                made[name] = names.fresh(f"{name} - {before}" if sign > 0 else f"{before} - {name}")
        stand_in = names.fresh(f"{anchor} if missing") if gaps else None
        fitted = cls(rule, measures, anchor, made, stand_in)
        unit = measures[anchor].unit
        if unit is None:
            return fitted
        distances = np.concatenate([distances[there] for _, distances, there in fitted._distances(frame)])
        return cls(rule, measures, anchor, made, stand_in, largest_step(distances, unit))

    # ------------------------------------------------------------------------------------------------- modelling

    def forward(self, frame: pd.DataFrame) -> dict[Any, pd.Series]:
        """Distances in place of values, and where they start if the anchor is missing."""
        columns: dict[Any, pd.Series] = {}
        if self._stand_in is not None:
            start, own = self._start(frame)
            # elsewhere it is always the same, and not a second anchor to be learnt
            start = np.where(own, self._measures[self._anchor].low, start)
            columns[self._stand_in] = self._measures[self._anchor].series(start, np.zeros(len(frame), bool))
        for name, distances, there in self._distances(frame):
            columns[self._made[name]] = _column(distances // self._unit if self._whole else distances, there)
        return columns

    def _distances(self, frame: pd.DataFrame) -> Iterator[tuple[Any, np.ndarray, np.ndarray]]:
        """Of each column: how far it is from the value before it, and where it has a value."""
        start, _ = self._start(frame)
        for run, sign in _runs(list(self._measures), self._anchor):
            last = start
            for name in run:
                numbers, there = self._read(name, frame[name])
                distances = np.where(there, sign * (numbers - last), 0)
                if not self._whole and self._decimals is not None:
                    distances = np.round(distances, self._decimals)
                yield name, distances, there
                last = np.where(there, numbers, last)

    def _start(self, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The number that distances start from, and where it is the anchor's own."""
        measure = self._measures[self._anchor]
        start, own = self._read(self._anchor, frame[self._anchor])
        if self._stand_in is None:
            return start, own
        ((run, sign),) = [(run, sign) for run, sign in _runs(list(self._measures), self._anchor) if run]
        there = own
        for name in run:
            numbers, known = self._read(name, frame[name])
            start, there = np.where(there, start, numbers), there | known
        # what the anchor's column can hold, on that side of the value from where the distance can be 0 or more
        outside = measure.below(start) if sign > 0 else measure.above(start)
        usual = measure.low if sign > 0 else measure.high
        return np.where(own, start, np.where(there, outside, usual)), own

    def backward(self, columns: dict[Any, pd.Series]) -> None:
        """Values out of distances, none of them on the wrong side of the one before it."""
        start, own = self._read(self._anchor, columns[self._anchor])
        there = own
        if self._stand_in is not None:
            other, there = self._read(self._anchor, columns.pop(self._stand_in))
            start, there = np.where(own, start, other), own | there
        for run, sign in _runs(list(self._measures), self._anchor):
            last, known = start, own
            for name in run:
                made = columns.pop(self._made[name])
                has = there & made.notna().to_numpy(bool)
                distances = np.maximum(made.to_numpy(np.float64, na_value=0.0), 0)
                numbers = self._beyond(name, last, distances, known, sign)
                columns[name] = self._measures[name].series(numbers, ~has)
                last, known = np.where(has, numbers, last), known | has

    def _beyond(
        self, name: Any, last: np.ndarray, distances: np.ndarray, known: np.ndarray, sign: int
    ) -> np.ndarray:
        """Values of a column at these distances; where `known`, at least as far as the order asks."""
        own, strict = self._measures[name], self.rule.strict
        steps = np.rint(distances).astype(np.int64) * self._unit if self._whole else distances
        numbers = np.clip(own.snap(last + sign * steps), own.low, own.high)
        wrong = sign * numbers <= sign * last if strict else sign * numbers < sign * last
        nearest = own.above(last, strict) if sign > 0 else own.below(last, strict)
        return np.where(wrong & known, nearest, numbers)

    def _read(self, name: Any, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Numbers, and where there are any."""
        numbers, missing = self._measures[name].numbers(values)
        return (numbers if self._whole else np.where(missing, 0.0, numbers)), ~missing

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Each value no less, or more, than the last before it that is not missing."""
        holds, known = np.ones(len(frame), bool), np.zeros(len(frame), bool)
        last = np.zeros(len(frame), np.int64 if self._whole else np.float64)
        for name in self._measures:
            numbers, there = self._read(name, frame[name])
            holds &= ~(there & known) | ((numbers > last) if self.rule.strict else (numbers >= last))
            last, known = np.where(there, numbers, last), known | there
        return holds

    # --------------------------------------------------------------------------------------------------- files

    def state(self) -> dict[str, Any]:
        """Measures, and how columns are modelled."""
        return {
            "measures": measures_to_json(self._measures),
            "anchor": value_to_json(self._anchor),
            "made": [[value_to_json(name), made] for name, made in self._made.items()],
            "stand_in": self._stand_in,
            "unit": self._unit,
        }

    @classmethod
    def from_state(cls, rule: OrderRule, state: dict[str, Any]) -> Self:
        """As it was."""
        measures = measures_from_json(state["measures"])
        made = {name_from_json(name): made for name, made in state["made"]}
        return cls(rule, measures, name_from_json(state["anchor"]), made, state["stand_in"], state["unit"])


def _runs(names: list[Any], anchor: Any) -> list[tuple[list[Any], int]]:
    """The columns above the anchor, upwards (1), and those below it, downwards (-1)."""
    place = names.index(anchor)
    return [(names[place + 1 :], 1), (names[:place][::-1], -1)]


def _in_one_unit(measures: dict[Any, Measure]) -> dict[Any, Measure]:
    """The same in the finest unit; raises DataError where values of different kinds cannot be compared."""
    kinds = {name: own.kind for name, own in measures.items()}
    if len(set(kinds.values())) > 1:
        found = ", ".join(f"column {name!r} has {kind}" for name, kind in kinds.items())
        raise DataError(f"only values of one kind have an order; {found}")
    units = [own.unit for own in measures.values() if own.unit is not None]
    finest = max(units, key=PER_SECOND.__getitem__, default=None)
    return {name: own.in_unit(finest) for name, own in measures.items()}


def _column(numbers: np.ndarray, there: np.ndarray) -> pd.Series:
    """Distances as a column, missing where there are none."""
    if numbers.dtype.kind == "f":
        return pd.Series(np.where(there, numbers, np.nan))
    return pd.Series(numbers) if there.all() else pd.Series(numbers, dtype="Int64").mask(~there)
