"""Small tables to compare."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen import ClassLabel, Comparison, Dataset, Metric


def table(frame: pd.DataFrame, target: str | None = None) -> Dataset:
    """The frame as a dataset, with the target's values as classes."""
    y, classes = np.zeros(len(frame), np.int64), ()
    if target is not None:
        names = sorted(frame[target].unique())
        y = np.array([names.index(value) for value in frame[target]], np.int64)
        classes = tuple(ClassLabel(number, str(name)) for number, name in enumerate(names))
    return Dataset("toy", frame, y, classes, kind="table", target=target)


def mixed(rows: int, seed: int, **changes: Any) -> pd.DataFrame:
    """Numbers `n` and `m` that go together, a colour that goes with them, a date, a label."""
    rng = np.random.default_rng(seed)
    n = rng.normal(0, 1, rows)
    columns = {
        "n": n,
        "m": n + rng.normal(0, 0.5, rows),
        "colour": np.where(n + rng.normal(0, 0.5, rows) > 0, "red", "blue"),
        "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 365, rows), "D"),
        "label": rng.choice(["no", "yes"], rows),
    }
    return pd.DataFrame(columns | changes)


def measure(metric: type[Metric], comparison: Comparison) -> Any:
    """What a metric with no options says."""
    return metric(metric.Options()).measure(comparison)
