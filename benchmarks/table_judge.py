"""What a synthetic table is worth, as figures: what a classifier learns from it, how like the real one it is.

All functions take frames with the same columns. Numbers are compared as numbers, everything else as categories.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors

BINS = 10
"""Of a number in a contingency table: quantiles of the real rows."""
NEIGHBOURS_OF = 4_000
"""Synthetic rows whose nearest neighbours `copied_share` looks for."""


def is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def train_on_synthetic_test_on_real(
    synthetic: pd.DataFrame, test: pd.DataFrame, target: str, positive: object, seed: int = 0
) -> float:
    """ROC AUC on real rows of gradient boosting trained on synthetic ones; nan where these have one class only."""
    train_rows, test_rows = _with_categories([synthetic.drop(columns=target), test.drop(columns=target)])
    labels = synthetic[target] == positive
    if labels.nunique() < 2:
        return float("nan")
    classifier = _boosting(seed).fit(train_rows, labels)
    return float(roc_auc_score(test[target] == positive, classifier.predict_proba(test_rows)[:, 1]))


def told_apart(synthetic: pd.DataFrame, test: pd.DataFrame, seed: int = 0) -> float:
    """C2ST: ROC AUC of gradient boosting that tells synthetic from real rows, 3-fold; 0.5 is ideal.

    As many rows of each; every row is judged by the classifier that was trained without it.
    """
    count = min(len(synthetic), len(test))
    parts = [part.sample(count, random_state=seed) for part in (synthetic, test)]
    rows = pd.concat(_with_categories(parts), ignore_index=True)
    made = np.repeat([1, 0], count)
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    scores = cross_val_predict(_boosting(seed), rows, made, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(made, scores))


def column_shapes(real: pd.DataFrame, synthetic: pd.DataFrame) -> dict[str, float]:
    """Of each column: 1 - Kolmogorov-Smirnov statistic of a number, 1 - total variation distance of a category."""
    shapes = {}
    for name in real.columns.tolist():
        if is_number(real[name]):
            distance = ks_2samp(real[name].dropna(), synthetic[name].dropna()).statistic
        else:
            distance = _total_variation(*_codes(real[name], synthetic[name]))
        shapes[name] = 1 - float(distance)
    return shapes


def pair_trends(real: pd.DataFrame, synthetic: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Of each pair of columns, how alike the two tables are, 0 to 1.

    Two numbers: 1 - half the difference of Pearson's correlations. Otherwise: 1 - total variation distance of the
    contingency tables, with numbers in bins.
    """
    names = real.columns.tolist()
    codes = {name: _codes(real[name], synthetic[name]) for name in names}
    trends = {}
    for a, b in combinations(names, 2):
        if is_number(real[a]) and is_number(real[b]):
            there, here = _correlation(real[a], real[b]), _correlation(synthetic[a], synthetic[b])
            trends[a, b] = 1 - abs(there - here) / 2
        else:
            width = 1 + max(int(part.max()) for part in codes[b])
            trends[a, b] = 1 - _total_variation(
                *(x * width + y for x, y in zip(codes[a], codes[b], strict=True))
            )
    return trends


def copied_share(
    train: pd.DataFrame, held_out: pd.DataFrame, synthetic: pd.DataFrame, seed: int = 0
) -> float:
    """DCR share: how many synthetic rows are nearer to a training row than to a held-out one; 0.5 is ideal.

    As many training rows as held-out ones, chosen at random, so that chance favours neither; so even mere copies of
    training rows come to no more than what the training rows themselves do. A tie counts half. The distance: 1 for
    every category that differs, plus the difference of numbers in standard deviations.
    """
    count = min(len(train), len(held_out))
    random = np.random.default_rng(
        seed
    )  # one for all: the same rows must not be drawn twice by the same seed
    parts = [part.sample(count, random_state=random) for part in (train, held_out)]
    asked = synthetic.sample(min(len(synthetic), NEIGHBOURS_OF), random_state=random)
    *known, places = _as_points([*parts, asked])
    to_train, to_held_out = (
        NearestNeighbors(n_neighbors=1, metric="manhattan", algorithm="brute")
        .fit(points)
        .kneighbors(places)[0]
        for points in known
    )
    return float(np.mean(to_train < to_held_out) + np.mean(to_train == to_held_out) / 2)


def _boosting(seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed)


def _with_categories(parts: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The frames with every column that is no number made categorical, of the same categories in all of them."""
    whole = pd.concat(parts, ignore_index=True)
    kinds = {name: _categories(whole[name]) for name in whole if not is_number(whole[name])}
    return [
        pd.DataFrame(
            {name: _texts(part[name]).astype(kinds[name]) if name in kinds else part[name] for name in part}
        )
        for part in parts
    ]


def _categories(column: pd.Series) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(sorted(_texts(column).dropna().unique()))


def _texts(column: pd.Series) -> pd.Series:
    """The values as texts, for they may have been through a file; missing ones stay missing."""
    return column.astype(object).where(column.isna(), column.astype(str))


def _codes(real: pd.Series, synthetic: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Small whole numbers for the values of a column: bins of a number, places of a category; 0 if missing."""
    if is_number(real):
        quantiles = real.dropna().quantile(np.linspace(0, 1, BINS + 1)[1:-1])
        edges = np.unique(quantiles.dropna())
        real_bins, bins = (
            np.where(part.isna(), 0, 1 + np.searchsorted(edges, part)) for part in (real, synthetic)
        )
        return real_bins, bins
    together = pd.concat([real, synthetic], ignore_index=True)
    codes = 1 + pd.factorize(_texts(together))[0]
    return codes[: len(real)], codes[len(real) :]


def _correlation(a: pd.Series, b: pd.Series) -> float:
    """Pearson's; 0 with a constant."""
    return 0.0 if a.nunique() < 2 or b.nunique() < 2 else float(a.corr(b))


def _total_variation(a: np.ndarray, b: np.ndarray) -> float:
    """Half the sum of differences between the frequencies of two arrays of whole numbers."""
    values, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    shares = [
        np.bincount(part, minlength=len(values)) / len(part) for part in (places[: len(a)], places[len(a) :])
    ]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def _as_points(parts: list[pd.DataFrame]) -> list[np.ndarray]:
    """Rows as points whose Manhattan distance is `copied_share`'s; scaled by the first frame."""
    first, columns = parts[0], []
    coded = _with_categories(parts)
    for name in first:
        if is_number(first[name]):
            mean, scale = first[name].mean(), first[name].std() or 1.0
            columns.append([((part[name] - mean) / scale).fillna(0).to_numpy()[:, None] for part in parts])
        else:
            columns.append([pd.get_dummies(part[name]).to_numpy(np.float64) / 2 for part in coded])
    return [np.hstack(blocks).astype(np.float32) for blocks in zip(*columns, strict=True)]
