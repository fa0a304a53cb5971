"""Is `SynthGAN.fit_resample` worth as much as SMOTE where one class is rare?

    python benchmarks/unbalanced.py [--seeds 5] [--only "breast cancer,digits,adult"] [--set KEY=VALUE ...]

For each seed three tenths of a dataset are held out, and the rare class of the rest is thinned. The table gives
the balanced accuracy on the held-out rows of scikit-learn's `HistGradientBoostingClassifier` trained on what is
left: as it is, with classes weighted, and balanced by SMOTE (SMOTENC where there are categories) or by SynthGAN;
mean ± standard deviation. Adult is `adult.csv` in `SYNTHGEN_DATA`'s folder. SMOTE is imbalanced-learn's.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import time
import warnings
from collections.abc import Callable
from importlib import import_module, util
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split

Table = tuple[pd.DataFrame, np.ndarray]
"""Rows, and which of them are of the rare class."""


class Dataset(NamedTuple):
    """What is resampled, and how rare the rare class is made."""

    load: Callable[[], Table]
    ratio: float
    """Rows of the rare class for each row of the other, in training."""
    limit: int | None = None
    """Rows to train on."""


def breast_cancer() -> Table:
    bunch = load_breast_cancer(as_frame=True)
    return bunch.data, bunch.target.to_numpy() == 0


def digits() -> Table:
    bunch = load_digits(as_frame=True)
    return bunch.data, bunch.target.to_numpy() == 8


def adult() -> Table:
    frame = pd.read_csv(Path(os.environ["SYNTHGEN_DATA"]) / "adult.csv", skipinitialspace=True)
    x = frame.drop(columns="income")
    texts = [name for name in x if not pd.api.types.is_numeric_dtype(x[name])]
    return x.astype(dict.fromkeys(texts, "category")), frame["income"].to_numpy() == ">50K"


DATASETS = {
    "breast cancer": Dataset(breast_cancer, 1 / 10),
    "digits": Dataset(digits, 1 / 20),
    "adult": Dataset(adult, 1 / 50, 10_000),
}
HELD_OUT = 0.3
NOTHING, WEIGHTS, SMOTE, OURS = "as it is", "classes weighted", "SMOTE", "SynthGAN"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default=",".join(DATASETS))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of SynthGAN")
    parser.add_argument("--json", type=Path, help="file for each seed's figures")
    arguments = parser.parse_args()
    settings = dict(yaml.safe_load(f"{{{text.replace('=', ': ', 1)}}}").popitem() for text in arguments.set)
    methods = [NOTHING, WEIGHTS, SMOTE, OURS]
    if util.find_spec("imblearn") is None:
        print("SMOTE: not installed: pip install imbalanced-learn", flush=True)
        methods.remove(SMOTE)
    lines, results = [], {}
    for name in arguments.only.split(","):
        if name == "adult" and "SYNTHGEN_DATA" not in os.environ:
            print("adult: left out: set SYNTHGEN_DATA to the folder that holds adult.csv", flush=True)
            continue
        results[name] = scores = compare(name, methods, arguments.seeds, settings)
        lines.append("| " + " | ".join([name, *(spread(scores[method]) for method in methods)]) + " |")
    print("\n" + "\n".join([f"| | {' | '.join(methods)} |", "| --- " * (len(methods) + 1) + "|", *lines]))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def compare(name: str, methods: list[str], seeds: int, settings: dict[str, Any]) -> dict[str, list[float]]:
    """Balanced accuracies of each method, one for each seed."""
    dataset = DATASETS[name]
    x, rare = dataset.load()
    scores: dict[str, list[float]] = {method: [] for method in methods}
    for seed in range(seeds):
        train, test, y, y_test = train_test_split(
            x, rare, test_size=HELD_OUT, stratify=rare, random_state=seed
        )
        kept = thinned(y, dataset.ratio, dataset.limit, seed)
        train, y = train.iloc[kept], y[kept]
        for method in methods:
            start = time.perf_counter()
            rows, labels = resampled(method, train, y, seed, settings)
            seconds = time.perf_counter() - start
            classifier = HistGradientBoostingClassifier(
                categorical_features="from_dtype",
                class_weight="balanced" if method == WEIGHTS else None,
                random_state=seed,
            )
            said = classifier.fit(rows, labels).predict(test)
            scores[method].append(float(balanced_accuracy_score(y_test, said)))
            print(
                f"{name}, seed {seed}, {y.sum()} of {len(y)} rare, {method}: {scores[method][-1]:.4f}, "
                f"{len(rows)} rows in {seconds:.1f} s",
                flush=True,
            )
    return scores


def tests(name: str) -> int:
    """How many rows a dataset's figures are of."""
    return math.ceil(HELD_OUT * len(DATASETS[name].load()[1]))


def thinned(rare: np.ndarray, ratio: float, limit: int | None, seed: int) -> np.ndarray:
    """Which rows to keep, in their order: `ratio` rare ones for each other one, `limit` in all at most."""
    random = np.random.default_rng(seed)
    few, many = (random.permutation(np.flatnonzero(rare == value)) for value in (True, False))
    if limit is not None:
        many = many[: round(limit / (1 + ratio))]
    return np.sort(np.concatenate([few[: round(len(many) * ratio)], many]))


def resampled(
    method: str, x: pd.DataFrame, y: np.ndarray, seed: int, settings: dict[str, Any]
) -> tuple[pd.DataFrame, np.ndarray]:
    """What to train on by the method."""
    if method in (NOTHING, WEIGHTS):
        return x, y
    if method == SMOTE:
        over_sampling = import_module("imblearn.over_sampling")
        mixed = any(isinstance(kind, pd.CategoricalDtype) for kind in x.dtypes)
        sampler = (
            over_sampling.SMOTENC("auto", random_state=seed)
            if mixed
            else over_sampling.SMOTE(random_state=seed)
        )
    else:
        sampler = import_module("synthgen").SynthGAN(random_state=seed, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # columns that are constant in so few rows, such as a digit's corner
        rows, labels = sampler.fit_resample(x, y)
    return rows, np.asarray(labels)


def spread(values: list[float]) -> str:
    deviation = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.3f}{deviation}"


if __name__ == "__main__":
    main()
