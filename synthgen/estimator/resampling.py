"""Putting synthetic samples behind the originals, each in the originals' form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets, type_of_target


class OneVsAll:
    """A target of a 0/1 column for each class, as label numbers and back; any other target as it is."""

    def __init__(self, y: Any) -> None:
        """Raises ValueError for continuous targets and for more than one label a row."""
        check_classification_targets(y)
        self._width = 0
        self._dtype: np.dtype[Any] | None = None
        if type_of_target(y) == "multilabel-indicator":
            rows = np.asarray(y)
            if (rows.sum(axis=1) > 1).any():
                raise ValueError(
                    "Multilabel and multioutput targets are not supported; give one label a row."
                )
            self._width, self._dtype = rows.shape[1], rows.dtype

    def labels(self, y: Any) -> Any:
        """A label for each row."""
        return np.asarray(y).argmax(axis=1) if self._width else y

    def restore(self, y: Any) -> Any:
        """Such labels in the form of the target."""
        return np.eye(self._width, dtype=self._dtype)[y] if self._width else y


def flat(y: Any) -> Any:
    """A target without the second dimension that a column of an array has."""
    return y.ravel() if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1 else y


def stack(original: Any, new: Any | None) -> Any:
    """The originals, then the new ones if any: a DataFrame, Series, list or array as the originals are."""
    if isinstance(original, pd.DataFrame | pd.Series):
        parts = [original.reset_index(drop=True)] + ([] if new is None else [new])
        return pd.concat(parts, ignore_index=True)
    if isinstance(original, list):
        return [*original, *([] if new is None else np.asarray(new).tolist())]
    array = np.asarray(original)
    return array.copy() if new is None else np.concatenate([array, new])
