"""What X looked like, so that samples can look the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

Kind = Literal["table", "signals"]

FEWEST = 2
"""Rows that there must be."""


@dataclass(frozen=True)
class Features:
    """The form of X: a DataFrame or an array, and the names and types that the engine does not keep."""

    kind: Kind
    names: tuple[str, ...] = ()
    """Of a table: what the engine calls its columns, in their order."""
    columns: pd.Index | None = None
    """Of a DataFrame: its own names for them."""
    sparse: dict[int, pd.SparseDtype] = field(default_factory=dict)
    """Of a DataFrame: the columns, by position, that are kept sparse."""
    dtype: np.dtype[Any] | None = None
    """Of an array."""

    @property
    def own_names(self) -> list[Hashable]:
        """The columns' names in X; of an array, their places."""
        return list(range(len(self.names)) if self.columns is None else self.columns)

    def find(self, name: Hashable) -> str:
        """What the engine calls a column; the text of a name that is none."""
        pairs = zip(self.own_names, self.names, strict=True)
        return next((known for own, known in pairs if own == name), str(name))

    def restore(self, x: Any) -> Any:
        """The engine's samples in the form of X."""
        if self.kind == "signals":
            return _whole(x, self.dtype) if self.dtype is not None else x
        kept = [i for i, name in enumerate(self.names) if name in x.columns]  # ids and text may be left out
        frame = x[[self.names[i] for i in kept]]
        if self.dtype is not None:
            values = frame.to_numpy(object if self.dtype.kind in "OUS" else self.dtype)
            return np.ascontiguousarray(values, self.dtype)
        assert self.columns is not None
        frame.columns = self.columns[kept]
        for position, i in enumerate(kept):
            if i in self.sparse:
                frame.isetitem(position, pd.array(frame.iloc[:, position], self.sparse[i]))
        return frame

    def to_json(self) -> dict[str, Any]:
        """In values that JSON has; `columns` may hold others, which JSON then refuses."""
        sparse = {str(i): [str(dtype.subtype), dtype.fill_value] for i, dtype in self.sparse.items()}
        return {
            "kind": self.kind,
            "names": list(self.names),
            "columns": None if self.columns is None else self.columns.tolist(),
            "levels": None if self.columns is None else list(self.columns.names),
            "sparse": sparse,
            "dtype": None if self.dtype is None else self.dtype.str,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        columns = values["columns"]
        return cls(
            kind=values["kind"],
            names=tuple(values["names"]),
            columns=None if columns is None else _index(columns, values["levels"]),
            sparse={int(i): pd.SparseDtype(*dtype) for i, dtype in values["sparse"].items()},
            dtype=None if values["dtype"] is None else np.dtype(values["dtype"]),
        )


def read_features(X: Any, estimator: BaseEstimator, kind: Kind | Literal["auto"]) -> tuple[Features, Any]:  # noqa: N803
    """The form of X, and X as the engine takes it: a DataFrame of columns named by text, or float signals.

    Sets `n_features_in_` and `feature_names_in_` of the estimator. Raises ValueError or TypeError, in
    scikit-learn's words, for what can be neither.
    """
    if isinstance(X, pd.DataFrame) and kind != "signals":
        return _read_frame(X, estimator)
    x = validate_data(
        estimator,
        X,
        dtype=None,
        ensure_all_finite=True if kind == "signals" else "allow-nan",
        ensure_min_samples=FEWEST,
        allow_nd=True,
    )
    if kind == "signals" or (kind == "auto" and x.ndim == 3):
        return _read_signals(x, X)
    if x.ndim > 2:
        raise ValueError(
            f"Found array with dim {x.ndim}, while dim <= 2 is required by SynthGAN(kind='table')."
        )
    names = tuple(str(i) for i in range(x.shape[1]))
    series = [_column(x[:, i]) for i in range(x.shape[1])]
    frame = pd.DataFrame(dict(zip(names, series, strict=True)))
    _refuse_infinity(frame, names)
    return Features("table", names, dtype=x.dtype), frame


def _column(values: np.ndarray) -> pd.Series:
    """A column of an array; among objects, numbers become numbers and text becomes text."""
    if values.dtype.kind in "US":
        return pd.Series(values.astype(str).astype(object))
    return pd.Series(values).infer_objects() if values.dtype.kind == "O" else pd.Series(values)


def _read_frame(X: pd.DataFrame, estimator: BaseEstimator) -> tuple[Features, pd.DataFrame]:  # noqa: N803
    rows, width = X.shape
    for count, least, what in ((width, 1, "feature"), (rows, FEWEST, "sample")):
        if count < least:
            raise ValueError(
                f"Found array with {count} {what}(s) (shape={X.shape}) while a minimum of {least} is required by"
                " SynthGAN."
            )
    twice = X.columns[X.columns.duplicated()].unique().tolist()
    if twice:
        raise ValueError(
            f"Column names of X must be unique, got more than once: {', '.join(map(repr, twice))}."
        )
    _set_names(estimator, X)
    sparse = {i: dtype for i, dtype in enumerate(X.dtypes) if isinstance(dtype, pd.SparseDtype)}
    names = engine_names(X.columns.tolist())
    frame = X.copy(deep=False).reset_index(drop=True)
    frame.columns = pd.Index(names)
    for i, dtype in sparse.items():
        frame.isetitem(i, frame[names[i]].to_numpy(dtype.subtype))
    _refuse_infinity(frame, X.columns.tolist())
    return Features("table", names, columns=X.columns, sparse=sparse), frame


def _set_names(estimator: BaseEstimator, X: pd.DataFrame) -> None:  # noqa: N803
    """scikit-learn's attributes; it knows no names that are partly text, which are no harm here."""
    texts = sum(isinstance(name, str) for name in X.columns)
    if texts in (0, X.shape[1]):
        validate_data(estimator, X, skip_check_array=True)
    else:
        estimator.n_features_in_ = X.shape[1]


def engine_names(columns: Sequence[Hashable]) -> tuple[str, ...]:
    """Texts to call columns by, as far as may be their own: 1 and "1" are told apart by their place."""
    texts = [str(name) for name in columns]
    count = Counter(texts)
    return tuple(text if count[text] == 1 else f"{text} (column {i})" for i, text in enumerate(texts))


def _refuse_infinity(frame: pd.DataFrame, own_names: Sequence[Hashable]) -> None:
    for own, name in zip(own_names, frame.columns, strict=True):
        values = frame[name]
        if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
            continue
        if pd.api.types.is_complex_dtype(values.dtype):
            raise ValueError(f"Complex data not supported: column {own!r} of X is {values.dtype}.")
        if not pd.api.types.is_float_dtype(values.dtype):
            continue
        if np.isinf(values.to_numpy(float, na_value=np.nan)).any():
            dtype = f"dtype({str(values.dtype)!r})"
            raise ValueError(
                f"Input X contains infinity or a value too large for {dtype}, in column {own!r}."
            )


def _read_signals(x: np.ndarray, given: Any) -> tuple[Features, np.ndarray]:
    if x.dtype.kind not in "fiub" or x.ndim > 3:
        raise ValueError(
            "Signals must be an array of numbers, (n_samples, length) or (n_samples, length, channels); got"
            f" {x.dtype} {x.shape}."
        )
    columns = given.columns if isinstance(given, pd.DataFrame) else None
    if columns is not None:
        raise ValueError("Signals must be an array, not a DataFrame; give X.to_numpy().")
    if not np.isfinite(x).all():
        raise ValueError("Input X contains NaN or infinity; signals must have neither.")
    floats = x if x.dtype in (np.float32, np.float64) else x.astype(np.float64)
    return Features("signals", dtype=x.dtype), floats


def _whole(x: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Floats as numbers of this type: rounded where it has no fractions."""
    return (np.rint(x) if dtype.kind in "iub" else x).astype(dtype, copy=False)


def _index(columns: list[Any], levels: list[Any]) -> pd.Index:
    """Names of columns as JSON gave them back: tuples have become lists."""
    if len(levels) > 1:
        return pd.MultiIndex.from_tuples([tuple(name) for name in columns], names=levels)
    names = [tuple(name) if isinstance(name, list) else name for name in columns]
    return pd.Index(names, name=levels[0], tupleize_cols=False)
