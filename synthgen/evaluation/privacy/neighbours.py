"""The searches that metrics of privacy share: who is next to whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synthgen.evaluation.nearest import Nearest, find_nearest
from synthgen.evaluation.privacy.points import points
from synthgen.metric import Comparison

NEIGHBOURS = 5
"""Training samples next to a sample that tell how crowded it is there: enough for records that are there two or
three times, few enough to know the place."""


PAIRS, FEWEST_ASKED = 1_000_000_000, 1_000
"""Of more pairs than this, fewer samples are asked for, but not fewer than so many: all training samples are always
searched, or copies would be missed."""


class Neighbours(NamedTuple):
    """Samples, and the training samples next to them."""

    samples: np.ndarray
    """Their places among the synthetic, the held-out or the real samples."""
    nearest: Nearest
    """At most `NEIGHBOURS` of all training samples."""

    @property
    def closest(self) -> np.ndarray:
        """Distance to the nearest training sample `(n,)`."""
        return self.nearest.distances[:, 0]

    def over(self, place: int) -> np.ndarray:
        """That distance over the one to the training sample at this place of the order, or the last there is;
        1 where that is 0, too."""
        further = self.nearest.distances[:, min(place, self.nearest.distances.shape[1] - 1)]
        return np.divide(self.closest, further, out=np.ones_like(further), where=further > 0)


def most_asked(comparison: Comparison) -> int:
    """Samples of a side whose nearest training samples are looked for."""
    return min(comparison.most, max(FEWEST_ASKED, PAIRS // max(1, len(comparison.real))))


def synthetic_neighbours(comparison: Comparison) -> Neighbours:
    """Of at most `most_asked` synthetic samples."""
    there = comparison.once(points)
    some = np.sort(there.synthetic_order[: most_asked(comparison)])
    return Neighbours(some, find_nearest(there.synthetic[some], there.real, NEIGHBOURS))


def held_out_neighbours(comparison: Comparison) -> Neighbours:
    """Of at most `most_asked` held-out samples."""
    there = comparison.once(points)
    assert there.held_out is not None
    some = np.sort(there.held_out_order[: most_asked(comparison)])
    return Neighbours(some, find_nearest(there.held_out[some], there.real, NEIGHBOURS))


def training_neighbours(comparison: Comparison) -> Neighbours:
    """Of at most `most_asked` training samples, each of which is not next to itself."""
    there = comparison.once(points)
    some = np.sort(there.order[: most_asked(comparison)])
    return Neighbours(some, find_nearest(there.real[some], there.real, NEIGHBOURS, own=some))


def real_neighbours(comparison: Comparison) -> Neighbours:
    """Of real samples in the place of synthetic ones: held-out ones or, if there are none, training samples among
    the others."""
    held_out = comparison.once(points).held_out is not None
    return comparison.once(held_out_neighbours if held_out else training_neighbours)


def say_real(comparison: Comparison) -> str:
    """What those are, for notes."""
    held_out = comparison.once(points).held_out is not None
    return "real: held-out samples" if held_out else "real: training samples among the other training samples"
