"""The plain baseline of tables: rows between a real row and its neighbours, by imbalanced-learn."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np

from synthgen.errors import UnsupportedError
from synthgen.evaluation.utility.examples import Examples

NEIGHBOURS = 5
"""Among which SMOTE chooses; as many as there are in a class of fewer."""


def require_smote() -> Any:
    """imbalanced-learn's over-samplers; raises UnsupportedError if it is not installed."""
    try:
        return import_module("imblearn.over_sampling")
    except ImportError as error:
        raise UnsupportedError(
            "SMOTE is not measured: it takes imbalanced-learn, which is not installed (pip install"
            " imbalanced-learn)"
        ) from error


def smote(real: Examples, categorical: np.ndarray, count: int, seed: int) -> Examples:
    """About so many new rows, the classes' shares as in the real ones.

    SMOTE (Chawla et al. 2002); SMOTENC where there are categories, SMOTEN where there is nothing else. Missing
    numbers are taken as the column's median, missing categories as one of their own. A class of one row is
    repeated, as is a table of one class. Raises UnsupportedError without imbalanced-learn.
    """
    samplers = require_smote()
    x = _filled(real.x, categorical)
    members = np.bincount(real.y)
    wanted = np.round(count * members / real.count).astype(int)
    there = np.flatnonzero(members)
    if len(there) < 2:
        return _repeated(Examples(x, real.y), there, wanted, seed)
    parts = [_repeated(Examples(x, real.y), np.flatnonzero(members == 1), wanted, seed)]
    neighbours = {int(c): min(NEIGHBOURS, int(members[c]) - 1) for c in there if members[c] > 1}
    for k in sorted(set(neighbours.values())):
        totals = {c: int(members[c] + wanted[c]) for c, n in neighbours.items() if n == k}
        settings = {"sampling_strategy": totals, "k_neighbors": k, "random_state": seed % 2**32}
        sampler = _sampler(samplers, categorical, **settings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that come out with fewer rows than another
            rows, y = sampler.fit_resample(x, real.y)
        parts.append(Examples(np.asarray(rows)[real.count :], np.asarray(y)[real.count :]))
    return Examples(np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts]))


def _sampler(samplers: Any, categorical: np.ndarray, **settings: Any) -> Any:
    if not categorical.any():
        return samplers.SMOTE(**settings)
    if categorical.all():
        return samplers.SMOTEN(**settings)
    return samplers.SMOTENC(np.flatnonzero(categorical).tolist(), **settings)


def _repeated(real: Examples, classes: np.ndarray, wanted: np.ndarray, seed: int) -> Examples:
    """So many rows of each of these classes, drawn with replacement."""
    rng = np.random.default_rng(seed)
    places = [rng.choice(np.flatnonzero(real.y == c), wanted[c]) for c in classes]
    return real.some(np.concatenate(places) if places else np.zeros(0, np.int64))


def _filled(x: np.ndarray, categorical: np.ndarray) -> np.ndarray:
    """The rows without missing values."""
    x = x.copy()
    for index, column in enumerate(x.T):
        missing = np.isnan(column)
        if categorical[index]:
            column[missing] = -1
        elif missing.any():
            column[missing] = np.median(column[~missing]) if not missing.all() else 0.0
    return x
