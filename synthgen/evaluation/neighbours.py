"""Which points are near which: precision, recall, density and coverage of one set of points by another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from synthgen.evaluation.nearest import Nearest, find_nearest

K = 5
"""Neighbours that a ball around a point reaches to."""
_BLOCK = 500  # points whose distances to all others are computed together
_NOISE = 2e-6  # of float32 squared distances, as a share of the two points' squared lengths


class Overlap(NamedTuple):
    """How far two distributions overlap. Each of them is the union of balls around its samples, whose radius is
    the distance to the k-th nearest other one."""

    precision: float
    """Share of made samples in a real one's ball (Kynkäänniemi et al. 2019)."""
    recall: float
    """Share of real samples in a made one's ball (Kynkäänniemi et al. 2019)."""
    density: float
    """Real balls that a made sample is in, on average, over k (Naeem et al. 2020)."""
    coverage: float
    """Share of real samples with a made one in their ball (Naeem et al. 2020)."""


def overlap(real: np.ndarray, made: np.ndarray, k: int = K) -> Overlap:
    """Precision, recall, density and coverage of `made (m, d)` against `real (n, d)`.

    Raises ValueError unless both have more than k points.
    """
    around_real, around_made = squared_radii(real, k), squared_radii(made, k)
    middle = real.mean(0)
    points, others = torch.from_numpy(real - middle), torch.from_numpy(made - middle)
    reach_made = torch.from_numpy(around_made)
    balls = torch.zeros(len(others), dtype=torch.int64)
    covered = recalled = 0
    for start in range(0, len(points), _BLOCK):
        distances = _squared_distances(points[start : start + _BLOCK], others, _NOISE)
        inside = distances <= torch.from_numpy(around_real[start : start + _BLOCK])[:, None]
        balls += inside.sum(0)
        covered += int(inside.any(1).sum())
        recalled += int((distances <= reach_made).any(1).sum())
    return Overlap(
        precision=float((balls > 0).double().mean()),
        recall=recalled / len(points),
        density=float(balls.double().mean()) / k,
        coverage=covered / len(points),
    )


def coverage(real: np.ndarray, made: np.ndarray, k: int = K) -> float:
    """Share of `real (n, d)` with a point of `made (m, d)` within the distance of their k-th nearest real one
    (Naeem et al. 2020). Raises ValueError unless there are more than k real points."""
    if not len(made):
        return 0.0
    radii = squared_radii(real, k)
    distances, positions = nearest(real, made, 1)
    middle = real.mean(0)
    lengths = [np.square(points - middle).sum(1) for points in (real, made)]
    slack = _NOISE * (lengths[0] + lengths[1][positions[:, 0]])
    return float((np.square(distances[:, 0]) <= radii + slack).mean())


def squared_radii(points: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each point to its k-th nearest other one, float32 `(n,)`."""
    return np.square(nearest(points, None, k)[0][:, -1])


def nearest(points: np.ndarray, others: np.ndarray | None, k: int) -> Nearest:
    """The k nearest of `others (m, d)` to each of `points (n, d)`; None for the points themselves, where a point is
    no neighbour of its own.

    Raises ValueError if there are fewer than k.
    """
    there = len(others) if others is not None else len(points) - 1
    if there < k:
        raise ValueError(f"{k} nearest points asked for, of {there}")
    if others is not None:
        return find_nearest(points, others, k)
    return find_nearest(points, points, k, own=np.arange(len(points)))


def _squared_distances(a: Tensor, b: Tensor, less: float = 0.0) -> Tensor:
    """`(n, m)`, from the squares' sums and the products; `less` so much of the two squared lengths, by which they
    may be wrong. It goes by the pair, for one point far away must not make all others near."""
    lengths = a.square().sum(1)[:, None] * (1 - less), b.square().sum(1) * (1 - less)
    return torch.addmm(lengths[1], a, b.T, alpha=-2).add_(lengths[0]).clamp_(min=0)
