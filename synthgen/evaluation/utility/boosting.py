"""What a classifier learns from rows of a table: gradient boosting, or a forest where rows are few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from synthgen.evaluation.utility.examples import Examples
from synthgen.evaluation.utility.learning import Learner, Learnt

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 254
"""Of a column with more, the rarest are one; scikit-learn's boosting takes 255."""
FEW = 500
"""With fewer rows a forest learns more than boosting does, which does not split leaves of 20 rows."""
_TREES = 100


class TableLearner(Learner):
    """scikit-learn's histogram gradient boosting, or extremely randomised trees (Geurts et al. 2006) of few rows.

    Both look at a part of the columns at each split, so that two seeds do not learn the same.
    """

    def __init__(self, classes: int, categorical: np.ndarray) -> None:
        super().__init__("ROC AUC" if classes == 2 else "balanced accuracy", classes)
        self.categorical = categorical
        """Which columns are codes of categories, bool `(columns,)`."""

    def about(self, count: int) -> str:
        """Which of the two learns from so many rows."""
        return name_of_learner(count)

    def learn(
        self,
        given: Examples,
        *,
        seed: int,
        extra: Examples | None = None,
        change: Callable[..., Any] | None = None,
        like: int | None = None,
    ) -> Learnt:
        """A row of `extra` weighs so much that all of them weigh no more than all others."""
        rows, y, weights = given.x, given.y, np.ones(given.count)
        if extra is not None and extra.count:
            rows, y = np.concatenate([rows, extra.x]), np.concatenate([y, extra.y])
            each = min(1.0, given.count / extra.count)
            weights = np.concatenate([weights, np.full(extra.count, each)])
        there = np.unique(y)
        if len(there) < 2 or not rows.shape[1]:
            shares = np.bincount(y, weights, self.classes) / weights.sum()
            return lambda x: np.tile(shares.astype(np.float32), (len(x), 1))
        # one and the same kind with and without what is added, or the gain would be that of the classifier
        classifier = self._classifier(given.count if like is None else like, seed)
        with threadpool_limits(1):  # several threads that have to wait for a core are slower than one
            classifier.fit(rows, y, sample_weight=weights)

        def probabilities(x: np.ndarray) -> np.ndarray:
            found = np.zeros((len(x), self.classes), np.float32)
            if len(x):
                found[:, there] = classifier.predict_proba(x)
            return found

        return probabilities

    def _classifier(self, count: int, seed: int) -> Any:
        from sklearn.ensemble import (  # noqa: PLC0415 - slow to import
            ExtraTreesClassifier,
            HistGradientBoostingClassifier,
        )

        weight = "balanced" if self.classes > 2 else None
        if count < FEW:
            return ExtraTreesClassifier(_TREES, class_weight=weight, random_state=seed % 2**32)
        rounds = max(20, min(100, 300 // self.classes))  # each grows as many trees as there are classes
        return HistGradientBoostingClassifier(
            max_iter=rounds,
            learning_rate=min(0.3, 10 / rounds),
            max_features=0.5,
            categorical_features=self.categorical,
            class_weight=weight,
            early_stopping=False,  # it would hold rows out, by chance all of a rare class
            random_state=seed % 2**32,
        )


def name_of_learner(count: int) -> str:
    """What learns from so many rows."""
    return "gradient boosting" if count >= FEW else "extremely randomised trees"


def rows_as_numbers(
    frames: Sequence[pd.DataFrame], target: str | None
) -> tuple[list[np.ndarray], np.ndarray]:
    """The tables without their target, float64 `(N, columns)`, and which columns are codes of categories.

    Missing values are nan. Ids and free text are left out: nothing can be learnt from what hardly occurs twice.
    """
    from synthgen.evaluation.columns import read_columns  # noqa: PLC0415 - imports pandas

    features = [frame.drop(columns=[target] if target is not None else []) for frame in frames]
    columns = [column for column in read_columns(features, features[0]) if not column.unlike]
    rows = []
    for place, frame in enumerate(features):
        matrix = np.empty((len(frame), len(columns)))
        for index, column in enumerate(columns):
            values = column.parts[place]
            if column.number:
                matrix[:, index] = np.where(np.isfinite(values), values, np.nan)
            else:
                matrix[:, index] = np.where(values < 0, np.nan, np.minimum(values, MOST_CATEGORIES - 1))
        rows.append(matrix)
    return rows, np.array([not column.number for column in columns], dtype=bool)
