"""What y looked like: labels as classes, or numbers as one more column, and back."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.utils import column_or_1d

from synthgen.components import ClassLabel
from synthgen.data.sources.table_labels import Task, find_labels

Container = Literal["array", "list", "series", "frame"]


@dataclass(frozen=True)
class Target:
    """The form of y."""

    column: str
    """What the engine calls it."""
    container: Container
    name: Hashable
    """Of a Series or the one column of a DataFrame: its own name."""
    dtype: str
    """Of an array or list; empty for the others, whose columns know it."""
    values: pd.Series | None
    """The labels, in order, in y's own type; None for numbers."""
    classes: tuple[ClassLabel, ...] = ()
    """As the engine knows them."""

    def encode(self, y: Any) -> np.ndarray:
        """Indices of the classes of these labels, int64. Raises ValueError for labels that fit did not see."""
        assert self.values is not None
        wanted = pd.Index(np.asarray(column_or_1d(y), object))
        codes = pd.Index(self.values.to_numpy(object)).get_indexer(wanted)
        unseen = wanted[codes < 0].unique().tolist()
        if unseen:
            raise ValueError(
                f"y contains previously unseen labels: {unseen}; labels are {self.values.tolist()}."
            )
        return codes.astype(np.int64)

    def restore(self, y: np.ndarray | pd.Series) -> Any:
        """Indices of classes, or the column of numbers, in the form of y."""
        values = pd.Series(y) if self.values is None else self.values.take(np.asarray(y))
        series = values.reset_index(drop=True)
        series.name = self.name
        if self.container == "series":
            return series
        if self.container == "frame":
            return series.to_frame(self.name)
        array = series.to_numpy(object).astype(self.dtype)
        return array.tolist() if self.container == "list" else array

    def to_json(self) -> dict[str, Any]:
        """In values that JSON has; a name or classes of other types it then refuses."""
        values = self.values
        kept: dict[str, Any] | None = None
        if values is not None:
            kept = {"dtype": str(values.dtype), "values": values.tolist()}
            if isinstance(values.dtype, pd.CategoricalDtype):
                kept |= {"categories": values.dtype.categories.tolist(), "ordered": values.dtype.ordered}
        return {
            "column": self.column,
            "container": self.container,
            "name": self.name,
            "dtype": self.dtype,
            "values": kept,
            "classes": [label._asdict() for label in self.classes],
        }

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        kept = state["values"]
        values = None
        if kept is not None:
            dtype = kept["dtype"]
            if "categories" in kept:
                dtype = pd.CategoricalDtype(kept["categories"], kept["ordered"])
            values = pd.Series(kept["values"], dtype=dtype)
        classes = tuple(ClassLabel(**label) for label in state["classes"])
        name = tuple(state["name"]) if isinstance(state["name"], list) else state["name"]
        return cls(**{**state, "name": name, "values": values, "classes": classes})


def read_target(y: Any, taken: Sequence[str], task: Task) -> tuple[Target, pd.Series, np.ndarray | None]:
    """The form of y, y as a column of a table, and for labels the indices of their classes.

    `taken` are names that the column cannot have. Raises ValueError, in scikit-learn's words, for missing values,
    infinities and several columns; DataError for a column that is neither label nor number.
    """
    container: Container = "array"
    name: Hashable = None
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        container, name, y = "frame", y.columns[0], y.iloc[:, 0]
    elif isinstance(y, pd.Series):
        container, name = "series", y.name
    elif isinstance(y, list):
        container, y = "list", np.asarray(y)
    if isinstance(y, pd.Series):
        series, dtype = y.reset_index(drop=True), ""
    else:
        array = column_or_1d(y, warn=True)
        series, dtype = _series(array), array.dtype.str
    _refuse_gaps(series)
    column = _free_name(name, taken)
    series = series.rename(column)
    labels = find_labels(series, task, "y")
    if labels is None:
        return Target(column, container, name, dtype, None), series, None
    values = series.iloc[np.unique(labels.y, return_index=True)[1]].reset_index(drop=True)
    target = Target(column, container, name, dtype, values, labels.classes)
    if (
        not isinstance(series.dtype, np.dtype) or series.dtype.kind not in "iufb"
    ):  # names are what JSON can hold
        names = np.array([label.name for label in labels.classes], object)
        series = pd.Series(names[labels.y], name=column)
    return target, series, labels.y


def _series(y: np.ndarray) -> pd.Series:
    """Among objects, numbers become numbers and text becomes text."""
    series = pd.Series(y.astype(object) if y.dtype.kind in "US" else y)
    return series.infer_objects() if y.dtype.kind == "O" else series


def _refuse_gaps(y: pd.Series) -> None:
    if pd.api.types.is_complex_dtype(y.dtype):
        raise ValueError("Complex data not supported: y is complex.")
    if y.isna().any():
        raise ValueError("Input y contains NaN.")
    if pd.api.types.is_float_dtype(y.dtype) and np.isinf(y.to_numpy(float)).any():
        raise ValueError(f"Input y contains infinity or a value too large for dtype({str(y.dtype)!r}).")


def _free_name(name: Hashable, taken: Sequence[str]) -> str:
    """What the engine calls y: its own name, if it has one that no column of X has."""
    wanted = "label" if name is None else str(name)
    numbered = (f"{wanted} ({i})" for i in range(2, len(taken) + 3))
    return next(free for free in (wanted, *numbered) if free not in taken)
