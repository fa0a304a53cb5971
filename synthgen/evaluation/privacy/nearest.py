"""The nearest of many points, exactly, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

_CELLS = 12_000_000
"""Distances that are looked at together."""


class Nearest(NamedTuple):
    """The nearest points of each query, nearest first."""

    distances: np.ndarray
    """float32 `(queries, count)`; 0 for equal points."""
    places: np.ndarray
    """int64 `(queries, count)`, among the points that were searched."""


def find_nearest(
    queries: np.ndarray, among: np.ndarray, count: int, own: np.ndarray | None = None
) -> Nearest:
    """The `count` nearest by Euclidean distance, fewer if there are fewer; both arrays are float32 `(n, d)`.

    With `own (queries,)` the queries are themselves among the points, at these places, and are passed over.
    """
    middle = among.mean(0, dtype=np.float64).astype(np.float32)  # large values in common would cost digits
    points = torch.from_numpy(among - middle)
    asked = torch.from_numpy(queries - middle)
    squares = points.square().sum(1)
    count = min(count, len(points) - (own is not None))
    tried = min(count + 3, len(points))
    step = max(1, _CELLS // len(points))
    distances, places = [], []
    for start in range(0, len(asked), step):
        chunk = asked[start : start + step]
        ranks = torch.addmm(squares, chunk, points.T, alpha=-2)
        if own is not None:
            ranks[torch.arange(len(chunk)), torch.from_numpy(own[start : start + step])] = torch.inf
        found = ranks.topk(tried, largest=False).indices
        # the product of large numbers is off by more than near copies are apart
        exact = torch.stack([(chunk - points[found[:, i]]).square().sum(1) for i in range(tried)], 1)
        if own is not None:
            exact[ranks.gather(1, found).isinf()] = torch.inf
        exact, order = exact.sort(stable=True)
        distances.append(exact[:, :count].sqrt())
        places.append(found.gather(1, order[:, :count]))
    return Nearest(torch.cat(distances).numpy(), torch.cat(places).numpy())
