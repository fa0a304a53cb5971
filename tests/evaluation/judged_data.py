"""Small datasets whose faults are known, for tests of metrics on features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.components import ClassLabel, Dataset
from synthgen.metric import Comparison

NAMES = ("left", "right", "both")
CLASSES = tuple(ClassLabel(number, name) for number, name in enumerate(NAMES))


def bars(count: int, seed: int = 0, labelled: bool = True) -> Dataset:
    """Images of 8×8 in three classes: bright left, bright right, bright everywhere; each of its own brightness."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 3
    x = rng.integers(0, 60, (count, 8, 8)).astype(np.float64)
    bright = rng.integers(100, 190, count)[:, None, None]
    x[y != 1, :, :4] += bright[y != 1]
    x[y != 0, :, 4:] += bright[y != 0]
    return images(x.astype(np.uint8), y, labelled)


def images(x: np.ndarray, y: np.ndarray, labelled: bool = True) -> Dataset:
    if not labelled:
        return Dataset("bars", x, np.zeros(len(x), np.int64), ())
    return Dataset("bars", x, y, CLASSES)


def clouds(count: int, seed: int = 0, *, classes: tuple[int, ...] = (0, 1, 2)) -> Dataset:
    """A table of two numbers and a class: round clouds, each of a class, far from each other."""
    rng = np.random.default_rng(seed)
    y = np.array(classes)[np.arange(count) % len(classes)]
    return cloud_table(rng.normal(size=(count, 2)) + 8.0 * y[:, None], y)


def cloud_table(points: np.ndarray, y: np.ndarray) -> Dataset:
    frame = pd.DataFrame({"a": points[:, 0], "b": points[:, 1], "class": [NAMES[label] for label in y]})
    return Dataset("clouds", frame, y.astype(np.int64), CLASSES, kind="table", target="class")


def comparison(real: Dataset, synthetic: Dataset, held_out: Dataset | None = None) -> Comparison:
    return Comparison(real, synthetic, held_out)
