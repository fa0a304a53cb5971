"""Columns of which only combinations are made that the real data has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd

from synthgen import DataError
from synthgen.data.codecs.columns.json_values import value_to_json
from synthgen.data.codecs.columns.value_list import ValueList, missing_mark
from synthgen.data.codecs.constraints.constraint import Constraint, Names, Rule, SeveralColumns, find_columns
from synthgen.data.codecs.constraints.measure import name_from_json


class CombinationsRule(Rule):
    """These columns have together, in every row, values that some row of the real data has."""

    rule: Literal["combinations"]
    columns: SeveralColumns
    """Their names. A missing value counts as a value."""

    @property
    def text(self) -> str:
        """What has to have been seen."""
        return f"combinations of {', '.join(map(str, self.columns))}"


class Combinations(Constraint):
    """One category of all combinations stands for the columns."""

    kind: ClassVar[str] = "combinations"

    def __init__(
        self,
        rule: CombinationsRule,
        columns: Sequence[Any],
        lists: Sequence[ValueList],
        codes: np.ndarray,
        made: str | None,
    ) -> None:
        super().__init__(rule, columns)
        self._lists = list(lists)
        """The values of each column."""
        self._codes = codes
        """`(combinations, columns)`: places in these lists, -1 for a missing value."""
        self._index = pd.MultiIndex.from_arrays(list(codes.T))
        self._made = made
        """The column of combinations; None if rows are only judged."""
        self.claims = tuple(columns) if made is not None else ()
        self.checked = made is None
        self.kinds = {} if made is None else {made: "category"}

    @classmethod
    def fit(cls, rule: CombinationsRule, frame: pd.DataFrame, taken: Collection[Any], names: Names) -> Self:
        """Find the combinations."""
        columns = find_columns(rule, rule.columns, frame)
        lists, places = [], []
        for name in columns:
            values = frame[name]
            try:
                codes, distinct = values.factorize()
                assert isinstance(distinct, pd.Index)
                lists.append(ValueList.of(distinct, values.dtype, missing_mark(values)))
            except TypeError as error:
                raise DataError(f"constraint {rule.text}: column {name!r}: {error}") from None
            places.append(codes)
        made = None
        if not any(name in taken for name in columns):
            made = names.fresh(" × ".join(map(str, columns)))
        return cls(rule, columns, lists, np.unique(np.stack(places, 1), axis=0).astype(np.int64), made)

    def _find(self, frame: pd.DataFrame) -> np.ndarray:
        """Which combination each row has, int64 `(N,)`; -1 for one that was not seen."""
        places = [known.positions(frame[name]) for known, name in zip(self._lists, self.columns, strict=True)]
        return self._index.get_indexer(pd.MultiIndex.from_arrays(places))

    def forward(self, frame: pd.DataFrame) -> dict[Any, pd.Series]:
        """The number of each row's combination."""
        found = self._find(frame)
        self.demand(found >= 0, frame, self.columns)
        return {self._made: pd.Series(found)}

    def backward(self, columns: dict[Any, pd.Series]) -> None:
        """The values of the combinations."""
        codes = self._codes[columns.pop(self._made).to_numpy(np.int64)]
        for i, name in enumerate(self.columns):
            columns[name] = self._lists[i].take(codes[:, i], name)

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Whether the combination was seen."""
        return self._find(frame) >= 0

    def state(self) -> dict[str, Any]:
        """Each column's values, and the combinations of them."""
        lists = [known.to_json() for known in self._lists]
        columns = [value_to_json(name) for name in self.columns]
        return {"columns": columns, "made": self._made, "values": lists, "codes": self._codes.tolist()}

    @classmethod
    def from_state(cls, rule: CombinationsRule, state: dict[str, Any]) -> Self:
        """As it was."""
        lists = [ValueList.from_json(known) for known in state["values"]]
        columns = [name_from_json(name) for name in state["columns"]]
        return cls(rule, columns, lists, np.array(state["codes"], np.int64), state["made"])
