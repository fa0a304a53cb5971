"""Numbers that images and signals are conditioned on beside their class: `Dataset.given`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from synthgen import Codec, Condition, DataError, Dataset, UsageError
from synthgen.data.codecs.condition_table import ConditionTable

_PREFIX = "given_"


class _Number(NamedTuple):
    """A number that is a condition, and the range in which it was seen."""

    condition: Condition
    low: float
    high: float

    def code(self, value: Any) -> float:
        """A value that a person asks for. Raises UsageError unless it is a number in the range."""
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not (isfinite(number) and self.low <= number <= self.high):
            raise UsageError(
                f"where: {self.condition.name} must be a number between {self.low:.10g} and {self.high:.10g}, the"
                f" smallest and largest in the training data, not {value!r}"
            )
        return number


class GivenNumbers:
    """The numbers of a dataset, and how they occur together and with the classes.

    Codes are float64: the class first, if there are classes, then each number.
    """

    def __init__(
        self, numbers: Sequence[_Number] = (), classes: int = 0, table: ConditionTable | None = None
    ) -> None:
        self._numbers = {number.condition.name: number for number in numbers}
        self._classes = classes
        self._table = table
        self._first = int(classes > 0)
        """The place of the first number."""

    @classmethod
    def fit(cls, dataset: Dataset) -> Self:
        """Those of this dataset; there may be none."""
        numbers = []
        for name, values in dataset.given.items():
            condition = Condition(name=name, mean=float(values.mean()), scale=float(values.std()) or 1.0)
            numbers.append(_Number(condition, float(values.min()), float(values.max())))
        fitted = cls(numbers, len(dataset.classes))
        if numbers:
            fitted._table = ConditionTable.of(fitted.encode(dataset), fitted._places)
        return fitted

    def __bool__(self) -> bool:
        return bool(self._numbers)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """One for each number."""
        return tuple(number.condition for number in self._numbers.values())

    @property
    def _places(self) -> list[int]:
        return list(range(self._first, self._first + len(self._numbers)))

    def encode(self, dataset: Dataset) -> np.ndarray:
        """Codes of the dataset's samples, float64 `(N, conditions)`. Raises DataError if it lacks a number."""
        for name in self._numbers:
            if name not in dataset.given:
                raise DataError(f"{dataset.name}: has no {name}, a number that this model is conditioned on")
        columns = [dataset.y] if self._first else []
        return np.stack([*columns, *(dataset.given[name] for name in self._numbers)], 1).astype(np.float64)

    def decode(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        """The numbers by name, from codes `(B, conditions)`."""
        return {name: codes[:, i] for name, i in zip(self._numbers, self._places, strict=True)}

    def draw(self, labels: np.ndarray, uniform: np.ndarray, where: Mapping[str, Any]) -> np.ndarray:
        """Codes for these classes: the numbers in `where`, the others those of real samples, drawn by `uniform`."""
        assert self._table is not None
        return self._table.draw(uniform, {0: labels} if self._first else {}, self._fixed(where))

    def class_odds(self, where: Mapping[str, Any]) -> list[int] | None:
        """How many real samples of each class have these numbers, or are among those with the nearest."""
        if not where or not self._first or self._table is None:
            return None
        return self._table.counts_at(0, self._classes, self._fixed(where))

    def check(self, where: Mapping[str, Any]) -> None:
        """Raise UsageError unless each key is one of the numbers, and its value between those that were seen."""
        self._fixed(where)

    def _fixed(self, where: Mapping[str, Any]) -> dict[int, float]:
        """The codes that `where` asks for, by their place."""
        fixed = {}
        places = dict(zip(self._numbers, self._places, strict=True))
        for name, value in where.items():
            if name not in places:
                raise UsageError(
                    f"where: '{name}' is no condition of this model; beside classes it has {', '.join(places)}"
                )
            fixed[places[name]] = self._numbers[name].code(value)
        return fixed

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Ranges as JSON, the table as tensors; nothing where there are no numbers."""
        if self._table is None:
            return {}, {}
        numbers = [
            {"condition": n.condition.model_dump(mode="json"), "low": n.low, "high": n.high}
            for n in self._numbers.values()
        ]
        tensors = {_PREFIX + name: torch.tensor(array) for name, array in self._table.tensors().items()}
        return {"given": {"classes": self._classes, "numbers": numbers}}, tensors

    @classmethod
    def from_state(cls, values: dict[str, Any], tensors: dict[str, Tensor]) -> Self:
        """What `state` gave, whatever else is beside it."""
        saved = values.get("given")
        if saved is None:
            return cls()
        numbers = [
            _Number(Condition.model_validate(one["condition"]), one["low"], one["high"])
            for one in saved["numbers"]
        ]
        arrays = {
            name.removeprefix(_PREFIX): tensor.numpy()
            for name, tensor in tensors.items()
            if name.startswith(_PREFIX)
        }
        return cls(numbers, saved["classes"], ConditionTable.from_tensors(arrays))


class GivenNumbersCodec(Codec):
    """A codec of samples that are conditioned on their class and on the numbers that the dataset gives them.

    Derived ones call these methods from their own `fit`, `state` and `load_state`.
    """

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._given = GivenNumbers()

    def fit(self, dataset: Dataset) -> Self:
        """Learn the numbers."""
        self._given = GivenNumbers.fit(dataset)
        return self

    def conditions(self, dataset: Dataset) -> tuple[Condition, ...]:
        """The class, if there are classes, then each number."""
        return (*super().conditions(dataset), *self._given.conditions)

    def encode_conditions(self, dataset: Dataset) -> Tensor:
        """Indices of classes; float64 with the numbers beside them, where there are such."""
        return (
            torch.from_numpy(self._given.encode(dataset))
            if self._given
            else super().encode_conditions(dataset)
        )

    def draw_conditions(self, labels: np.ndarray, uniform: np.ndarray, where: Mapping[str, Any]) -> Tensor:
        """The classes, and numbers as real samples of them have, or those in `where`."""
        if not self._given:
            return super().draw_conditions(labels, uniform, where)
        return torch.from_numpy(self._given.draw(labels, uniform, where))

    def check_where(self, where: Mapping[str, Any]) -> None:
        """Raise UsageError unless each is one of the numbers, its value within what the training data had."""
        if self._given:
            self._given.check(where)
        else:
            super().check_where(where)

    def class_odds(self, where: Mapping[str, Any]) -> Sequence[int] | None:
        """Samples of each class with the nearest numbers; None where nothing is asked for."""
        return self._given.class_odds(where)

    def given(self, codes: Tensor) -> Mapping[str, np.ndarray]:
        """The numbers."""
        return self._given.decode(codes.numpy())

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The numbers' ranges, and how they occur; nothing where there are none."""
        return self._given.state()

    def load_state(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        """Take them back."""
        self._given = GivenNumbers.from_state(values, tensors)
