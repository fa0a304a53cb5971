"""The Fréchet distance of two sets of points."""

from __future__ import annotations

import numpy as np


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Squared Fréchet distance of the normal distributions with the moments of `a (n, d)` and `b (m, d)`.

    |μa - μb|² + tr Σa + tr Σb - 2 tr (Σa Σb)^½ (Dowson and Landau 1982; of a network's features: Heusel et al.
    2017). The last trace is the sum of the singular values of A Bᵀ for any A, B with AᵀA = Σa and BᵀB = Σb. They
    come from a QR decomposition, so that no matrix is inverted and no root taken of one that is singular: fewer
    samples than dimensions are allowed, and a constant column, too. Both need two samples at least.

    Small samples make it larger; compare only figures of as many samples.
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    apart = np.square(a.mean(0) - b.mean(0)).sum()
    root_a, root_b = _root(a), _root(b)
    shared = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    return max(0.0, float(apart + np.square(root_a).sum() + np.square(root_b).sum() - 2 * shared))


def _root(points: np.ndarray) -> np.ndarray:
    """A with AᵀA the covariance of the points, `(min(n, d), d)`."""
    centred = (points - points.mean(0)) / np.sqrt(len(points) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r"))
