"""How well classes were recognised, as one number and by class."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

Kind = Literal["accuracy", "balanced accuracy", "ROC AUC"]


class Score(NamedTuple):
    """What a classifier's probabilities came to."""

    value: float | None
    """None where the test samples do not allow it: an AUC takes two classes."""
    recalled: tuple[float | None, ...]
    """Of each class the share of its samples that were recognised; None for a class without samples."""


def score(kind: Kind, probabilities: np.ndarray, y: np.ndarray) -> Score:
    """The score of probabilities `(N, classes)` for samples of the classes `y (N,)`.

    `accuracy` is the share of samples put into their class, `balanced accuracy` the mean of these shares over the
    classes that there are, `ROC AUC` the chance that a sample of the second class gets a higher probability of it
    than one of the first (ties count half; Hanley and McNeil 1982).
    """
    right = probabilities.argmax(1) == y
    members = [y == index for index in range(probabilities.shape[1])]
    recalled = tuple(float(right[some].mean()) if some.any() else None for some in members)
    return Score(_value(kind, probabilities, y, right, recalled), recalled)


def _value(
    kind: Kind,
    probabilities: np.ndarray,
    y: np.ndarray,
    right: np.ndarray,
    recalled: tuple[float | None, ...],
) -> float | None:
    if len(y) == 0:
        return None
    if kind == "accuracy":
        return float(right.mean())
    if kind == "balanced accuracy":
        return float(np.mean([share for share in recalled if share is not None]))
    if y.min() == y.max():
        return None
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import

    return float(roc_auc_score(y == 1, probabilities[:, 1]))
