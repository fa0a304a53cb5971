from __future__ import annotations

import numpy as np
import pytest

from synthgen.evaluation.frechet import frechet_distance


def exact_normal(count: int, mean: list[float], deviation: list[float]) -> np.ndarray:
    """Points of exactly these moments, their columns uncorrelated."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(count, len(mean)))
    x -= x.mean(0)
    x = np.linalg.qr(x)[0] * np.sqrt(count - 1)
    return x * deviation + mean


def by_matrix_root(a: np.ndarray, b: np.ndarray) -> float:
    """As Heusel et al. 2017 write it."""
    from scipy.linalg import sqrtm

    first, second = np.cov(a.T), np.cov(b.T)
    root = np.real(sqrtm(first @ second))
    return float(np.square(a.mean(0) - b.mean(0)).sum() + np.trace(first + second - 2 * root))


def by_eigenvalues(a: np.ndarray, b: np.ndarray) -> float:
    """The same where the product has no root: the trace is the sum of the eigenvalues' roots."""
    first, second = np.cov(a.T), np.cov(b.T)
    root = np.sqrt(np.linalg.eigvals(first @ second).real.clip(0))
    return float(np.square(a.mean(0) - b.mean(0)).sum() + np.trace(first + second) - 2 * root.sum())


def test_of_normal_distributions_it_is_the_closed_form():
    a = exact_normal(50, [0, 0, 0], [1, 2, 3])
    b = exact_normal(80, [1, 0, -2], [2, 2, 0.5])
    # uncorrelated columns: the squared differences of means and of deviations
    assert frechet_distance(a, b) == pytest.approx((1 + 4) + (1 + 0 + 6.25))


def test_of_correlated_points_it_is_that_of_the_matrix_root():
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)) + rng.normal(size=6) for _ in "ab")
    assert frechet_distance(a, b) == pytest.approx(by_matrix_root(a, b), rel=1e-9)
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b), rel=1e-9)


def test_fewer_samples_than_dimensions_and_constant_columns_are_sound():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(7, 20)), rng.normal(size=(9, 20))
    a[:, 3] = b[:, 3] = 5
    assert frechet_distance(a, b) == pytest.approx(by_eigenvalues(a, b), rel=1e-6)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(np.ones((2, 3)), np.zeros((2, 3))) == 3
