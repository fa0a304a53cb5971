"""The kernel distance of two sets of points."""

from __future__ import annotations

import numpy as np

_BLOCK = 500  # rows whose kernel is computed together


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy of `a (n, d)` and `b (m, d)`, with the kernel (x·y / d + 1)³.

    The KID of Bińkowski et al. 2018, there of Inception's features: 0 on average where both are from the same
    distribution, however few the samples, so that it is below 0 at times. Both need two samples at least.
    """
    n, m = len(a), len(b)
    own = (_sum(a, a) - _diagonal(a)) / (n * (n - 1)) + (_sum(b, b) - _diagonal(b)) / (m * (m - 1))
    return own - 2 * _sum(a, b) / (n * m)


def _sum(a: np.ndarray, b: np.ndarray) -> float:
    """The kernel's sum over all pairs."""
    total = 0.0
    for start in range(0, len(a), _BLOCK):
        kernel = a[start : start + _BLOCK] @ b.T
        kernel /= a.shape[1]
        kernel += 1
        total += float((kernel * kernel * kernel).sum(dtype=np.float64))
    return total


def _diagonal(a: np.ndarray) -> float:
    return float(((np.square(a, dtype=np.float64).sum(1) / a.shape[1] + 1) ** 3).sum())
