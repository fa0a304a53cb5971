from __future__ import annotations

import numpy as np
import pytest
from judged_data import bars

from synthgen.components import Dataset
from synthgen.evaluation import spread as module
from synthgen.evaluation.spread import mean_distance, nearest_others, plain_values, repeats


def test_mean_distance_is_that_of_all_pairs(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 2)
    assert mean_distance(np.array([[0.0, 0], [3, 4], [6, 8]], np.float32)) == pytest.approx((5 + 5 + 10) / 3)
    with pytest.raises(ValueError, match="one point"):
        mean_distance(np.zeros((1, 2), np.float32))


def test_nearest_other_is_found_by_points_and_measured_by_values():
    points = np.array([[0.0], [1], [5], [5]], np.float32)
    values = np.array([[0.0, 0], [3, 4], [9, 9], [9, 9]], np.float32)
    assert nearest_others(points, values).tolist() == [5, 5, 0, 0]


def test_repeats_are_nearer_than_half_of_what_few_real_samples_are():
    real = np.linspace(2, 3, 101)  # one in a hundred is at most 2.01 from another one
    assert repeats(np.array([0, 1, 1.005, 1.01, 2]), real).tolist() == [True, True, True, False, False]


def test_where_real_samples_are_often_repeated_only_copies_are_repeats():
    assert repeats(np.array([0, 1e-6]), np.array([0, 0, 1, 1, 2.0])).tolist() == [True, False]


def test_values_of_small_samples_are_their_own_and_large_ones_are_averaged():
    real = bars(5)
    assert (plain_values(real) == real.x.reshape(5, 64)).all()
    large = np.zeros((2, 64, 8, 3), np.uint8)
    large[:, ::2] = 200
    averaged = plain_values(Dataset("large", large, np.zeros(2, np.int64), ()))
    assert averaged.shape == (2, 3 * 32 * 8)
    assert (averaged == 100).all()
    waves = Dataset("waves", np.ones((2, 1024, 2)), np.zeros(2, np.int64), (), kind="signals")
    assert plain_values(waves).shape == (2, 2 * 512)
