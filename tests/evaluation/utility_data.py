"""Small real datasets, and comparisons of them with what stands in for synthetic samples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from synthgen import ClassLabel, Comparison, Dataset
from synthgen.data.sources.digits import Digits
from synthgen.data.sources.sklearn_sets import SklearnSet
from synthgen.metric import take_samples


def digits() -> Dataset:
    return Digits(Digits.Options()).load()


def breast_cancer() -> Dataset:
    return SklearnSet(SklearnSet.Options(dataset="breast_cancer")).load()


def wine() -> Dataset:
    return SklearnSet(SklearnSet.Options(dataset="wine")).load()


def thirds(dataset: Dataset) -> tuple[Dataset, Dataset, Dataset]:
    """Three parts of a dataset, at random."""
    order = np.random.default_rng(0).permutation(len(dataset))
    first, second, third = (take_samples(dataset, np.sort(part)) for part in np.array_split(order, 3))
    return first, second, third


def in_thirds(dataset: Dataset, *, full: bool = False) -> Comparison:
    """Real samples in the place of synthetic ones, and others held out."""
    real, synthetic, held_out = thirds(dataset)
    return Comparison(real, synthetic, held_out, full=full)


def mixed_table(count: int = 240) -> Dataset:
    """Two numbers, a category, and a rare class; some values are missing."""
    rng = np.random.default_rng(0)
    y = (rng.random(count) < 0.2).astype(np.int64)
    colour = np.where(rng.random(count) < 0.8, np.array(["red", "blue"])[y], "green").astype(object)
    frame = pd.DataFrame({"a": y + rng.normal(size=count), "colour": colour, "b": rng.normal(size=count)})
    frame.loc[::9, "a"] = np.nan
    frame.loc[::11, "colour"] = None
    frame["kind"] = np.array(["usual", "rare"])[y]
    classes = (ClassLabel(0, "usual"), ClassLabel(1, "rare"))
    return Dataset("mixed", frame, y, classes, kind="table", target="kind")


def priced_table(count: int = 900) -> Dataset:
    """A price that goes by two columns, with noise, some of them missing; no labels."""
    rng = np.random.default_rng(0)
    rooms, old = rng.integers(1, 9, count), np.where(rng.random(count) < 0.3, "old", "new").astype(object)
    price = 20.0 * rooms - 30 * (old == "old") + rng.normal(0, 8, count)
    price[::50] = np.nan
    frame = pd.DataFrame({"rooms": rooms, "size": rng.normal(size=count), "built": old, "price": price})
    return Dataset("priced", frame, np.zeros(count, np.int64), (), kind="table", target="price")


def relabelled(dataset: Dataset, y: np.ndarray) -> Dataset:
    """The samples with other labels, in the target's column, too."""
    x = dataset.x
    if dataset.target is not None:
        x = x.assign(**{dataset.target: np.array([label.name for label in dataset.classes])[y]})
    return replace(dataset, x=x, y=y)
