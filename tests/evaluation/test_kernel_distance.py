from __future__ import annotations

import numpy as np
import pytest

from synthgen.evaluation import kernel_distance as module
from synthgen.evaluation.kernel_distance import kernel_distance


def by_loops(a: np.ndarray, b: np.ndarray) -> float:
    """Bińkowski et al. 2018, equation 4."""

    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return float((x @ y / len(x) + 1) ** 3)

    n, m = len(a), len(b)
    own_a = sum(kernel(a[i], a[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    own_b = sum(kernel(b[i], b[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return own_a + own_b - 2 * sum(kernel(x, y) for x in a for y in b) / (n * m)


def test_it_is_the_published_sum(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 5)
    rng = np.random.default_rng(0)
    a = rng.normal(size=(12, 4)).astype(np.float32)
    b = (rng.normal(size=(9, 4)) * 1.5 + 0.5).astype(np.float32)
    assert kernel_distance(a, b) == pytest.approx(by_loops(a.astype(float), b.astype(float)), rel=1e-4)


def test_of_one_distribution_it_is_nothing_on_average_however_few_the_samples():
    rng = np.random.default_rng(1)
    found = [kernel_distance(*rng.normal(size=(2, 5, 3)).astype(np.float32)) for _ in range(600)]
    assert abs(np.mean(found)) < 4 * np.std(found) / np.sqrt(len(found))
    assert min(found) < 0
    moved = rng.normal(size=(60, 2, 5, 3)) + np.array([0, 1])[:, None, None]
    apart = [kernel_distance(*pair) for pair in moved.astype(np.float32)]
    assert np.mean(apart) > 1
