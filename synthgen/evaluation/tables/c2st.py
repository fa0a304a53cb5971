"""Whether a classifier can tell synthetic rows from real ones."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from synthgen.errors import DataError
from synthgen.evaluation.rows import encode_columns
from synthgen.evaluation.tables.sides import TableSides, table_sides
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

FOLDS = 3
FEWEST = 20
"""Rows of a side."""
MOST_CODES = 254
"""Of a category in histogram gradient boosting, beside 0; rarer ones count as one."""


class Areas(NamedTuple):
    """Under the curves of all folds."""

    mean: float
    deviation: float


class ClassifierTest(Metric):
    """Base of the tests: each row is judged by a classifier that was trained without it."""

    kinds = frozenset({"table"})
    section: ClassVar[Section] = "tables"
    name: ClassVar[str]
    title: ClassVar[str]
    how: ClassVar[str]

    @abstractmethod
    def features(self, sides: TableSides, part: int) -> np.ndarray:
        """What the classifier sees of the rows of a part, `(n, features)`."""

    @abstractmethod
    def classifier(self, sides: TableSides, seed: int) -> Any:
        """A new one, as scikit-learn has them."""

    def measure(self, comparison: Comparison) -> Measurement:
        """The mean of the folds' areas under the curve, and that of other real rows."""
        sides = comparison.once(table_sides)
        if sides.rows < FEWEST:
            raise DataError(
                f"there are {sides.rows} rows of a side to tell apart; it takes {FEWEST} real and {FEWEST}"
                " synthetic ones at least"
            )
        seed = comparison.seed % 2**32
        told = self.compare(sides, 1, seed)
        again = self.compare(sides, 2, seed).mean if sides.again else None
        note = f"{self.how}; {FOLDS} folds; {sides.say()}; 0.5: it cannot tell them"
        return Measurement(
            (
                Figure(
                    self.name,
                    self.title,
                    told.mean,
                    real=again,
                    spread=told.deviation,
                    better="near_real",
                    note=note,
                ),
            )
        )

    def compare(self, sides: TableSides, part: int, seed: int) -> Areas:
        """How well the rows of a part are told from the real ones, by 20 rows of each at least."""
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import
        from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        x = np.concatenate([self.features(sides, place) for place in (0, part)])
        y = np.repeat([0, 1], sides.rows)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        areas = []
        # threads that wait for each other in turns this short take many times as long where a core is busy
        with threadpool_limits(1):
            for train, test in folds.split(x, y):
                classifier = self.classifier(sides, seed).fit(x[train], y[train])
                areas.append(roc_auc_score(y[test], classifier.predict_proba(x[test])[:, 1]))
        return Areas(float(np.mean(areas)), float(np.std(areas)))


class LogisticTest(ClassifierTest):
    """Area under the curve (ROC AUC) of logistic regression that tells synthetic from real rows: classifier
    two-sample test (Lopez-Paz and Oquab 2017). It sees each column by itself: shifted means and other shares of
    categories. 0.5 is perfect, 1 is told apart always."""

    seconds = 2.0
    name = "c2st_logistic"
    title = "Told apart by logistic regression"
    how = "ROC AUC of logistic regression on standardised numbers and one-hot categories"

    def features(self, sides: TableSides, part: int) -> np.ndarray:
        """Rows as `encode_rows` has them."""
        return encode_columns(sides.columns, part)

    def classifier(self, sides: TableSides, seed: int) -> Any:
        """With scikit-learn's default regularisation."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

        return LogisticRegression(max_iter=100, tol=1e-3)


class BoostingTest(ClassifierTest):
    """Area under the curve (ROC AUC) of gradient boosting that tells synthetic from real rows: classifier
    two-sample test (Lopez-Paz and Oquab 2017). It sees relations between columns, too. 0.5 is perfect, 1 is told
    apart always."""

    seconds = 4.0
    name = "c2st_boosting"
    title = "Told apart by gradient boosting"
    how = "ROC AUC of histogram gradient boosting"

    def features(self, sides: TableSides, part: int) -> np.ndarray:
        """Numbers as they are, NaN where missing; codes of categories, of which what is missing is one."""
        features = []
        for column in sides.columns:
            values = column.parts[part]
            if column.number:
                features.append(np.clip(values, -1e300, 1e300))
            else:
                features.append(np.minimum(values + 1, MOST_CODES).astype(np.float64))
        return np.stack(features, 1)

    def classifier(self, sides: TableSides, seed: int) -> Any:
        """A hundred trees."""
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - slow to import

        return HistGradientBoostingClassifier(
            categorical_features=[not column.number for column in sides.columns],
            early_stopping=False,
            random_state=seed,
        )
