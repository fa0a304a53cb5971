"""How well a classifier tells generated rows from real ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_MOST_VALUES = 255  # of a categorical feature, in scikit-learn's histogram gradient boosting


def told_apart(made: np.ndarray, real: np.ndarray, values: Sequence[int]) -> float:
    """ROC AUC of gradient boosting that tells `made (N, features)` from `real (M, features)`: 0.5 if it cannot.

    It learns from one half of each and is judged by the other (classifier two-sample test: Lopez-Paz and Oquab
    2017). `values` has for each feature how many values it has if it is a category, and 0 if it is a number.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415

    x = np.concatenate([made, real])
    y = np.repeat([1, 0], [len(made), len(real)])
    test = np.arange(len(x)) % 2 == 1
    categorical = [0 < size <= _MOST_VALUES for size in values]
    classifier = HistGradientBoostingClassifier(
        max_iter=50, categorical_features=categorical, early_stopping=False, random_state=0
    )
    classifier.fit(x[~test], y[~test])
    return float(roc_auc_score(y[test], classifier.predict_proba(x[test])[:, 1]))
