"""Columns whose values mean nothing to a network: ids and free text. Only which are missing is learnt."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd

from synthgen import DataError
from synthgen.data.codecs.columns.column import Column, Encoded
from synthgen.data.codecs.columns.value_list import ValueList, missing_mark

PLACEHOLDER = "synthetic text"
"""What stands in every cell of a column of text that is made anew."""


class UnlearntColumn(Column):
    """A column that is made without the network, apart from which of its values are missing."""

    def __init__(self, name: Any, missing: bool) -> None:
        super().__init__(name)
        self._missing = missing

    @property
    def categories(self) -> int:
        """There and missing, if any is missing."""
        return 2 if self._missing else 0

    @property
    def has_missing(self) -> bool:
        """Whether any value was missing."""
        return self._missing

    def encode(self, values: pd.Series) -> Encoded:
        """0 where there is a value, 1 where it is missing."""
        return Encoded(values.isna().to_numpy().astype(np.int64) if self._missing else None, None)

    def decode(self, encoded: Encoded, random: np.random.Generator) -> pd.Series:
        """New values where there are any."""
        codes = encoded.codes
        assert codes is not None
        return self.make(codes == 1, random)

    @abstractmethod
    def make(self, missing: np.ndarray, random: np.random.Generator) -> pd.Series:
        """New values; missing where `missing (N,)` says so."""


class TextColumn(UnlearntColumn):
    """Free text. Nothing is made of it but a placeholder."""

    kind = "text"

    def __init__(self, name: Any, missing: bool, texts: ValueList) -> None:
        super().__init__(name, missing)
        self._texts = texts

    @classmethod
    def fit(cls, values: pd.Series, options: Any) -> Self:
        """Learn the dtype. Raises DataError if these are no texts."""
        first = values[values.notna()].iloc[0]
        if not isinstance(first, str) or isinstance(values.dtype, pd.CategoricalDtype):
            raise DataError(
                f"column {values.name!r} has {type(first).__name__}, and no text can be made of that"
            )
        texts = ValueList([PLACEHOLDER], values.dtype, missing_mark(values))
        return cls(values.name, bool(values.isna().any()), texts)

    def make(self, missing: np.ndarray, random: np.random.Generator) -> pd.Series:
        """The placeholder."""
        return self._texts.take(-missing.astype(np.int64), self.name)

    def describe(self) -> str:
        """What is made."""
        return f"'{PLACEHOLDER}' in every row"

    def to_json(self) -> dict[str, Any]:
        """The dtype."""
        return {"missing": self._missing, "texts": self._texts.to_json()}

    @classmethod
    def from_json(cls, name: Any, state: dict[str, Any]) -> Self:
        """The column of this state."""
        return cls(name, state["missing"], ValueList.from_json(state["texts"]))
