"""The columns of a table that networks are conditioned on: the label, and others that a person chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from synthgen import Condition, DataError, Dataset, UsageError
from synthgen.data.codecs.column_names import find_name, get_column
from synthgen.data.codecs.columns.choosing import column_from_json, column_to_json
from synthgen.data.codecs.columns.column import Column
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json
from synthgen.data.codecs.columns.value_list import ValueList
from synthgen.data.codecs.condition_table import ConditionTable


class ConditionColumns:
    """Codes for the columns that are conditions, and back.

    The label's come first; then each column's, as many as it has conditions (see `Column.conditions`).
    """

    def __init__(
        self,
        label: tuple[Any, ValueList, Condition] | None,
        columns: Sequence[tuple[Column, tuple[Condition, ...]]],
        table: ConditionTable | None = None,
    ) -> None:
        self._label = label
        """Name of its column, its value for each class, its condition."""
        self._columns = list(columns)
        self._table = table
        self.conditions = (
            *([label[2]] if label else []),
            *(c for _, conditions in columns for c in conditions),
        )
        ends = np.cumsum([int(label is not None), *(len(conditions) for _, conditions in columns)])
        self._places = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        """Where each column's codes are."""

    @classmethod
    def fit(cls, dataset: Dataset, columns: Sequence[Column]) -> Self:
        """The label of the dataset, if it has one, and these columns, fitted already."""
        label = _label(dataset) if dataset.target is not None and dataset.classes else None
        pairs = [(column, column.conditions(get_column(dataset.x, column.name))) for column in columns]
        fitted = cls(label, pairs)
        if len(fitted.conditions) > int(label is not None):
            numbers = [place for place, c in enumerate(fitted.conditions) if c.values is None]
            fitted._table = ConditionTable.of(fitted.encode(dataset), numbers)
        return fitted

    def encode(self, dataset: Dataset) -> np.ndarray:
        """`(N, conditions)`, int64, or float64 where some are numbers."""
        parts = [dataset.y] if self._label else []
        for column, _ in self._columns:
            parts += column.encode_conditions(get_column(dataset.x, column.name))
        return np.stack(parts, 1) if parts else np.empty((len(dataset), 0), np.int64)

    def decode(self, codes: np.ndarray) -> list[pd.Series]:
        """The columns from codes `(B, conditions)`, the label's first."""
        columns = []
        if self._label:
            name, values, _ = self._label
            columns.append(values.take(codes[:, 0].astype(np.int64), name))
        for (column, _), place in zip(self._columns, self._places, strict=True):
            columns.append(column.decode_conditions(list(codes[:, place].T), len(codes)))
        return columns

    @property
    def names(self) -> list[Any]:
        """The columns, the label's first."""
        return [*([self._label[0]] if self._label else []), *(column.name for column, _ in self._columns)]

    def describe(self) -> dict[Any, str]:
        """What each column is, by name."""
        label = {self._label[0]: f"label: {len(self._label[1].values)} classes"} if self._label else {}
        return label | {c.name: f"condition, {c.kind}: {c.describe()}" for c, _ in self._columns}

    def draw(self, labels: np.ndarray, uniform: np.ndarray, where: Mapping[str, Any]) -> np.ndarray:
        """Codes `(B, conditions)`: of these labels, with the values in `where`, the rest as it occurs with them."""
        fixed = self._fixed(where)
        if self._table is None:
            return labels[:, None] if self._label else np.empty((len(labels), 0), np.int64)
        return self._table.draw(uniform, {0: labels} if self._label else {}, fixed)

    def class_odds(self, where: Mapping[str, Any]) -> list[int] | None:
        """Rows of each class that have the values in `where`; None without a label, or if nothing is asked for."""
        if not where or self._label is None or self._table is None:
            return None
        return self._table.counts_at(0, len(self._label[1].values), self._fixed(where))

    def check(self, where: Mapping[str, Any]) -> None:
        """Raise UsageError unless each key is a column here, and each value one that it can have."""
        self._fixed(where)

    def _fixed(self, where: Mapping[str, Any]) -> dict[int, float]:
        """The codes that `where` asks for, by their place."""
        fixed: dict[int, float] = {}
        names = [column.name for column, _ in self._columns]
        for name, value in where.items():
            index = find_name(names, name)
            if index is None:
                known = ", ".join(map(str, self.names))
                raise UsageError(
                    f"where: '{name}' is no condition of this model; "
                    + (f"its conditions are {known}" if known else "it has none")
                )
            column = self._columns[index][0]
            try:
                values = column.parse(value)
            except ValueError as error:
                raise UsageError(f"where: {name} {error}") from None
            for place, code in enumerate(column.encode_conditions(values), self._places[index].start):
                fixed[place] = code[0]
        return fixed

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Columns as JSON, the table as tensors."""
        label = None
        if self._label:
            name, values, condition = self._label
            label = {
                "name": value_to_json(name),
                **values.to_json(),
                "condition": condition.model_dump(mode="json"),
            }
        columns = [
            {"column": column_to_json(column), "conditions": [c.model_dump(mode="json") for c in conditions]}
            for column, conditions in self._columns
        ]
        table = self._table.tensors() if self._table else {}
        return {"label": label, "columns": columns}, {k: torch.tensor(v) for k, v in table.items()}

    @classmethod
    def from_state(cls, values: dict[str, Any], tensors: dict[str, Tensor]) -> Self:
        """What `state` gave."""
        saved = values["label"]
        label = None
        if saved:
            condition = Condition.model_validate(saved["condition"])
            label = (value_from_json(saved["name"]), ValueList.from_json(saved), condition)
        columns = [
            (column_from_json(one["column"]), tuple(Condition.model_validate(c) for c in one["conditions"]))
            for one in values["columns"]
        ]
        arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
        return cls(label, columns, ConditionTable.from_tensors(arrays) if arrays else None)


def _label(dataset: Dataset) -> tuple[Any, ValueList, Condition]:
    """The label's column: its value for each class is that of the first row of the class."""
    present, first = np.unique(dataset.y, return_index=True)
    if len(present) < len(dataset.classes):
        lacking = next(label.name for i, label in enumerate(dataset.classes) if i not in present)
        raise DataError(f"there is no row of class {lacking}")
    values = get_column(dataset.x, dataset.target)
    try:
        known = ValueList.of(values.iloc[first], values.dtype)
    except TypeError as error:
        raise DataError(f"column {dataset.target!r}: {error}") from None
    names = tuple(label.name for label in dataset.classes)
    return dataset.target, known, Condition(name=str(dataset.target), values=names)
