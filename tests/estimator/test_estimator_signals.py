"""Signals through the same face."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimator_support import tiny

NETWORKS = {
    "generator": {"name": "conv1d", "channels": 4},
    "discriminator": {"name": "conv1d", "channels": 4},
}
Y = np.array(["fall", "walk"])[np.arange(30) % 2]


def signals(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_three_dimensions_are_signals_of_several_channels(dtype, tmp_path):
    X = (100 * signals(30, 16, 3)).astype(dtype)
    model = tiny(options=NETWORKS).fit(X, Y)
    made, labels = model.sample_labelled(7, y="fall")
    assert made.dtype == dtype
    assert made.shape == (7, 16, 3)
    assert made.min() >= X.min()
    assert made.max() <= X.max()
    assert set(labels) == {"fall"}
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(
        type(model).load(tmp_path / "model").sample(3, y="walk"), model.sample(3, y="walk")
    )


def test_rows_are_signals_if_that_is_said():
    assert tiny(kind="signals", options=NETWORKS).fit(signals(30, 20)).sample(4).shape == (4, 20)


@pytest.mark.parametrize("length", [1, 3, 8])
def test_short_signals_work_with_the_preset(length):
    model = tiny(kind="signals", options=None).fit(signals(30, length), Y)
    assert model.sample(2).shape == (2, length)


def test_unbalanced_signals_are_resampled():
    X, y = signals(30, 16, 2), np.repeat([0, 1], [22, 8])
    new_x, new_y = tiny(options=NETWORKS).fit_resample(X, y)
    assert new_x.shape == (44, 16, 2)
    assert np.bincount(new_y).tolist() == [22, 22]
    np.testing.assert_array_equal(new_x[:30], X)


@pytest.mark.parametrize(
    ("X", "y", "parameters", "message"),
    [
        (np.full((30, 8), np.nan), None, {}, "Input X contains NaN"),
        (pd.DataFrame(signals(30, 8)), None, {}, "must be an array, not a DataFrame"),
        (np.full((30, 8), "a"), None, {}, "must be an array of numbers"),
        (signals(5, 4, 3, 2), None, {}, "must be an array of numbers"),
        (signals(30, 8), np.linspace(0, 1, 30), {}, "y must be labels where X is signals"),
        (signals(30, 8), None, {"conditions": [1]}, "signals have no columns"),
    ],
)
def test_what_are_no_signals_is_refused(X, y, parameters, message):
    with pytest.raises(ValueError, match=message):
        tiny(kind="signals", **parameters).fit(X, y)
