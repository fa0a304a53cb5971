"""All the rules of a table: which columns are modelled, and how the table's own come out of them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from pydantic import Field, TypeAdapter

from synthgen.data.codecs.column_names import names_from_json, names_to_json, plain_names
from synthgen.data.codecs.columns.dtypes import make_index
from synthgen.data.codecs.constraints.combinations import Combinations, CombinationsRule
from synthgen.data.codecs.constraints.constraint import Constraint, Names
from synthgen.data.codecs.constraints.formula import Formula, FormulaRule
from synthgen.data.codecs.constraints.limits import Limits, NonNegativeRule, RangeRule
from synthgen.data.codecs.constraints.order import Order, OrderRule

logger = logging.getLogger("synthgen")

AnyRule = Annotated[
    RangeRule | NonNegativeRule | OrderRule | CombinationsRule | FormulaRule, Field(discriminator="rule")
]
"""A rule as it stands in the list `constraints`."""

_KINDS: dict[str, type[Constraint]] = {
    "range": Limits,
    "non_negative": Limits,
    "order": Order,
    "combinations": Combinations,
    "formula": Formula,
}
_RULE: TypeAdapter[Any] = TypeAdapter(AnyRule)


class Constraints:
    """Rules fitted to a table, as one: from its columns to those that are modelled, and back.

    A column is made by one rule at most. A rule that would have to make a column which another one makes, or which
    is given (a condition), or out of a column that depends on it, does not replace columns; rows are judged by it.
    """

    def __init__(self, names: pd.Index | None = None, constraints: Sequence[Constraint] = ()) -> None:
        self._names = pd.Index([]) if names is None else names
        """The table's columns."""
        self._all = list(constraints)
        self._makers = [constraint for constraint in _sort(self._all) if constraint.claims]
        """Those that make columns, each after those that make what it needs."""

    @classmethod
    def fit(cls, frame: pd.DataFrame, rules: Sequence[Any] = (), fixed: Collection[Any] = ()) -> Self:
        """The rules for this table; columns in `fixed` are not to be replaced.

        Raises DataError for columns that are not there or of the wrong kind, and for rows that break a rule.
        """
        table_names, frame = frame.columns, _flat(frame)
        taken, names = set(fixed), Names(frame.columns)
        fitted: list[Constraint] = []
        # bounds come last: they move what no other rule makes
        for rule in sorted(rules, key=lambda rule: _KINDS[rule.rule] is Limits):
            constraint = _KINDS[rule.rule].fit(rule, frame, taken, names)
            try:
                _sort([*fitted, constraint])
            except CycleError:
                constraint = constraint.fit(rule, frame, list(frame.columns), names)
            taken |= set() if isinstance(constraint, Limits) else set(constraint.claims)
            fitted.append(constraint)
            if constraint.checked and not constraint.claims:
                # an equation that is only judged hardly ever holds
                logger.log(
                    logging.WARNING if isinstance(constraint, Formula) else logging.INFO,
                    "constraint %s cannot be built in, as its columns are given or made by another: rows that break"
                    " it are drawn again",
                    rule.text,
                )
        return cls(table_names, fitted)

    @property
    def columns(self) -> set[Any]:
        """All columns that rules are about."""
        return {name for constraint in self._all for name in constraint.columns}

    @property
    def kinds(self) -> dict[str, str]:
        """Of made columns that have to be of a certain kind: which."""
        return {name: kind for constraint in self._all for name, kind in constraint.kinds.items()}

    def forward(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The columns that are modelled, for rows that obey."""
        if not self._makers:
            return frame
        frame = _flat(frame).reset_index(drop=True)
        columns = {name: frame[name] for name in frame.columns}
        for constraint in self._makers:
            made = constraint.forward(frame)
            for name in constraint.claims:
                if name not in made:
                    del columns[name]
            columns |= made
        return _table(columns)

    def backward(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The table's columns, in its order, whatever the modelled ones have."""
        if not self._makers:
            return frame
        frame = _flat(frame)
        columns = {name: frame[name] for name in frame.columns}
        for constraint in self._makers:
            constraint.backward(columns)
        names = plain_names(self._names)
        made = _table({name: columns[name] for name in names if name in columns})
        made.columns = self._names[[name in columns for name in names]]
        return made

    def accepts(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Which rows obey the rules that are not held by construction, bool `(N,)`; None if all are."""
        checked = [constraint for constraint in self._all if constraint.checked]
        if not checked:
            return None
        frame = _flat(frame)
        return np.logical_and.reduce([constraint.holds(frame) for constraint in checked])

    def judge(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Of each rule, in words: which rows obey it, bool `(N,)`."""
        frame = _flat(frame)
        return {constraint.rule.text: constraint.holds(frame) for constraint in self._all}

    def to_json(self) -> dict[str, Any]:
        """Rules, and what was learnt for each."""
        rules = [
            {"rule": constraint.rule.model_dump(mode="json"), "state": constraint.state()}
            for constraint in self._all
        ]
        return {"names": names_to_json(self._names), "rules": rules} if rules else {}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The constraints that gave this."""
        if not saved:
            return cls()
        constraints = []
        for one in saved["rules"]:
            rule = _RULE.validate_python(one["rule"])
            constraints.append(_KINDS[rule.rule].from_state(rule, one["state"]))
        return cls(names_from_json(saved["names"]), constraints)


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with names that can be looked up, whatever they are: levels as tuples, one NaN."""
    flat = frame.copy(deep=False)
    flat.columns = make_index(plain_names(frame.columns), np.dtype(object))
    return flat


def _table(columns: dict[Any, pd.Series]) -> pd.DataFrame:
    """A table of these columns, whatever their names."""
    frame = pd.DataFrame({place: values.array for place, values in enumerate(columns.values())}, copy=False)
    frame.columns = make_index(list(columns), np.dtype(object))
    return frame


def _sort(constraints: Sequence[Constraint]) -> list[Constraint]:
    """In an order in which each finds the columns that it needs. Raises CycleError if there is none."""
    makers: dict[Any, set[int]] = {}
    for i, constraint in enumerate(constraints):
        for name in constraint.claims:
            makers.setdefault(name, set()).add(i)
    graph = {
        i: set[int]().union(*(makers.get(name, ()) for name in constraint.needs))
        for i, constraint in enumerate(constraints)
    }
    return [constraints[i] for i in TopologicalSorter(graph).static_order()]
