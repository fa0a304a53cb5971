"""From X and y to a fitted model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length

from synthgen.components import Dataset
from synthgen.estimator.features import Features, read_features
from synthgen.estimator.model import FittedModel, engine_name
from synthgen.estimator.settings import check_parameters, recipe_values
from synthgen.estimator.target import Target, read_target
from synthgen.estimator.training import input_errors, told, train


@dataclass(frozen=True)
class Reading:
    """X and y as read: their forms, and the dataset that they are to the engine."""

    features: Features
    target: Target | None
    dataset: Dataset


def read(estimator: BaseEstimator, X: Any, y: Any, parameters: Mapping[str, Any]) -> Reading:  # noqa: N803
    """Check X and y, in scikit-learn's words; sets `n_features_in_` and `feature_names_in_` of the estimator."""
    check_parameters(parameters)
    features, x = read_features(X, estimator, parameters["kind"])
    codes: np.ndarray | None = None
    target = None
    if y is not None:
        with input_errors():
            target, column, codes = read_target(y, features.names, parameters["task"])
        check_consistent_length(x, column)
        if features.kind == "table":
            x = pd.concat([x, column], axis=1)
        elif codes is None:
            raise ValueError(
                "y must be labels where X is signals; give task='classification' if these numbers are labels."
            )
    labelled = target is not None and codes is not None
    dataset = Dataset(
        name="X",
        x=x,
        y=codes if codes is not None else np.zeros(len(x), np.int64),
        classes=target.classes if target is not None else (),
        description=f"A {features.kind.removesuffix('s')} set given to SynthGAN in memory.",
        kind=features.kind,
        target=target.column if target is not None and labelled and features.kind == "table" else None,
    )
    return Reading(features, target, dataset)


def learn(
    reading: Reading, parameters: Mapping[str, Any], seed: int, *, complete: bool
) -> tuple[FittedModel, list[str]]:
    """The model that these parameters give, and warnings.

    Ids and free text are left out of DataFrames, as the codec has it. Where X must come back `complete`, and in
    arrays of objects or text, they are made anew; in arrays of numbers they are not looked for.
    """
    features, target, dataset = reading.features, reading.target, reading.dataset
    find = partial(engine_name, features=features, target=target)
    ids = "make" if complete else None
    if features.dtype is not None:
        ids = "make" if features.dtype.kind in "OUS" else "learn"
    values = recipe_values(parameters, dataset, find, seed, ids)
    if target is not None and target.values is None and dataset.x[target.column].is_unique:
        columns = values["codec"].get("columns", {})  # ranks, for one, look like ids
        values["codec"]["columns"] = {target.column: "number"} | columns
    verbose = bool(parameters["verbose"])
    with input_errors(), told(verbose) as warned:
        synthesizer = train(dataset, values, show_progress=verbose)
    return FittedModel(features, target, synthesizer), warned
