"""How far apart the samples of one set are, and which of them repeat another one."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool1d, adaptive_avg_pool2d

from synthgen.components import Dataset
from synthgen.evaluation.neighbours import K, nearest

SIDE, LENGTH = 32, 512
"""Larger images and longer signals are averaged down to these before they are compared value by value."""
REPEATED = 0.5
"""A sample repeats another one that is nearer than so much of what is near for real ones."""
NEAR = 0.01
"""Near for real samples: so many of them have another one as near."""
_BLOCK = 500


def mean_distance(points: np.ndarray) -> float:
    """Mean Euclidean distance of two different points of `points (n, d)`; raises ValueError below two."""
    if len(points) < 2:
        raise ValueError("one point has no distance")
    centred = torch.from_numpy(points - points.mean(0))
    total = 0.0
    for start in range(0, len(centred), _BLOCK):
        total += float(torch.cdist(centred[start : start + _BLOCK], centred).sum(dtype=torch.float64))
    return total / (len(points) * (len(points) - 1))


def plain_values(dataset: Dataset) -> np.ndarray:
    """The values of images or signals themselves, float32 `(N, values)`; large ones averaged down."""
    parts = [
        _averaged(torch.tensor(dataset.x[start : start + _BLOCK]), dataset.kind)
        for start in range(0, len(dataset), _BLOCK)
    ]
    return torch.cat(parts).numpy()


def _averaged(x: Tensor, kind: str) -> Tensor:
    sides = 2 if kind == "images" else 1
    x = x.float()
    x = x[:, None] if x.dim() == 1 + sides else x.movedim(-1, 1)
    if sides == 2 and max(x.shape[2:]) > SIDE:
        x = adaptive_avg_pool2d(x, (min(x.shape[2], SIDE), min(x.shape[3], SIDE)))
    if sides == 1 and x.shape[2] > LENGTH:
        x = adaptive_avg_pool1d(x, LENGTH)
    return x.flatten(1)


def nearest_others(points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How far each sample's values `(n, v)` are from those of the nearest other one, `(n,)`.

    It is looked for among the nearest by `points (n, d)`, which is cheap where samples are large and misses
    no copy, as copies have the same points.
    """
    candidates = nearest(points, None, min(K, len(points) - 1))[1]
    found = np.empty(len(values), np.float32)
    for start in range(0, len(values), _BLOCK):
        part = slice(start, start + _BLOCK)
        apart = values[part][:, None] - values[candidates[part]]
        found[part] = np.sqrt(np.square(apart).sum(2)).min(1)
    return found


def repeats(made: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Which samples repeat another one, bool `(m,)`, by how far each is from the nearest other one: `made (m,)`
    and, for what is near, `real (n,)`. Where real samples are often repeated, only exact copies count."""
    return made <= REPEATED * np.quantile(real, NEAR)
