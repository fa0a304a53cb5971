"""The nearest of many points, exactly, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

_CELLS = 12_000_000
"""Distances that are looked at together."""
_QUERIES = 256
"""Of so many queries at least: a product with fewer would read all points for little."""
_GROUP = 64


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
    themselves = torch.from_numpy(np.asarray(own, np.int64))[:, None] if own is not None else None
    squares = points.square().sum(1)
    count = min(count, len(points) - (own is not None))
    tried = min(count + 3, len(points))
    step = max(_QUERIES, _CELLS // len(points))
    distances, places = [], []
    for start in range(0, len(asked), step):
        chunk = asked[start : start + step]
        mine = themselves[start : start + step] if themselves is not None else None
        found = _candidates(chunk, points, squares, tried, mine)
        # the product of large numbers is off by more than near copies are apart
        exact = torch.stack([(chunk - points[found[:, i]]).square().sum(1) for i in range(tried)], 1)
        if mine is not None:
            exact[found == mine] = torch.inf
        exact, order = exact.sort(stable=True)
        distances.append(exact[:, :count].sqrt())
        places.append(found.gather(1, order[:, :count]))
    return Nearest(torch.cat(distances).numpy(), torch.cat(places).numpy())


def _candidates(chunk: Tensor, points: Tensor, squares: Tensor, count: int, own: Tensor | None) -> Tensor:
    """The places of the nearest but for rounding, int64 `(queries, count)`."""
    size = max(_GROUP, _CELLS // len(chunk))
    ranks, places = [], []
    for first in range(0, len(points), size):
        part = points[first : first + size]
        here = torch.addmm(squares[first : first + size], chunk, part.T, alpha=-2)
        if own is not None:
            rows = ((own >= first) & (own < first + len(part))).flatten().nonzero().flatten()
            here[rows, own.flatten()[rows] - first] = torch.inf
        found = _smallest(here, min(count, len(part)))
        ranks.append(here.gather(1, found))
        places.append(found + first)
    best = torch.cat(ranks, 1).topk(count, largest=False).indices
    return torch.cat(places, 1).gather(1, best)


def _smallest(ranks: Tensor, count: int) -> Tensor:
    """Columns of the smallest values of each row `(rows, count)`.

    They are in the groups of columns with the smallest minima; finding these is much faster than sorting all.
    """
    groups = ranks.shape[1] // _GROUP
    if groups <= 2 * count:
        return ranks.topk(count, largest=False).indices
    whole = groups * _GROUP
    minima = ranks[:, :whole].unflatten(1, (groups, _GROUP)).amin(2)
    near = minima.topk(count, largest=False).indices
    inside = (near[:, :, None] * _GROUP + torch.arange(_GROUP)).flatten(1)
    rest = torch.arange(whole, ranks.shape[1]).expand(len(ranks), -1)
    columns = torch.cat([inside, rest], 1)
    return columns.gather(1, ranks.gather(1, columns).topk(count, largest=False).indices)
