"""The small tables that come with scikit-learn, so that no network is needed."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from synthgen import Dataset
from synthgen.data.sources.table_labels import Task
from synthgen.data.sources.tables import TableSource, TableSourceOptions, choose_columns

TARGET = "target"
"""The column with the label."""

_ORIGIN = {
    "breast_cancer": "Breast Cancer Wisconsin (Diagnostic) by William Wolberg, Nick Street and Olvi"
    " Mangasarian, 1993 (UCI, CC BY 4.0)",
    "wine": "Wine by Stefan Aeberhard and M. Forina, 1992 (UCI, CC BY 4.0)",
    "iris": "Iris by R. A. Fisher, 1936 (UCI, CC BY 4.0)",
    "digits": "Handwritten digits by Ethem Alpaydin and Cenk Kaynak, 1998 (the test set of UCI's Optical"
    " Recognition of Handwritten Digits, CC BY 4.0), a column a pixel",
    "diabetes": "Diabetes by Bradley Efron, Trevor Hastie, Iain Johnstone and Robert Tibshirani, 2004 (Least Angle"
    " Regression), its columns in their own units",
    "linnerud": "Exercise and body measures of twenty men by A. C. Linnerud, as in M. Tenenhaus, 1998",
}


class SklearnSet(TableSource):
    """A table that comes with scikit-learn: breast_cancer, wine, iris, digits, diabetes or linnerud."""

    class Options(TableSourceOptions):
        """Which table."""

        dataset: Literal["breast_cancer", "wine", "iris", "digits", "diabetes", "linnerud"]
        """Its name; the column target is the label of the first four, a number in diabetes, and linnerud has
        none."""

    def load(self) -> Dataset:
        """The rows, with scikit-learn's names of columns and classes, and its numbers of these."""
        from sklearn import datasets  # noqa: PLC0415

        name = self.options.dataset
        scaled = {"scaled": False} if name == "diabetes" else {}
        raw = getattr(datasets, f"load_{name}")(as_frame=True, **scaled)
        frame = raw.frame
        if "target_names" in raw and name != "linnerud":
            frame[TARGET] = _named(raw)
        target = TARGET if TARGET in frame else None
        frame = frame[choose_columns(list(frame.columns), self.options, target, name)]
        task: Task = "regression" if name == "diabetes" else "classification"
        return self.dataset(name, frame, target, task, f"{_ORIGIN[name]}, as embedded in scikit-learn.")


def _named(raw: Any) -> pd.Series:
    """The label with its names as values, in scikit-learn's order; numbers that have none as they are."""
    if raw.target_names.dtype.kind in "iu":
        return raw.target
    return pd.Series(pd.Categorical.from_codes(raw.target, raw.target_names.tolist()))
