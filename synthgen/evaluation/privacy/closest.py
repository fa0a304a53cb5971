"""How near synthetic samples are to the training samples, in general."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from synthgen.errors import DataError
from synthgen.evaluation.nearest import find_nearest
from synthgen.evaluation.privacy.neighbours import (
    Neighbours,
    real_neighbours,
    say_real,
    synthetic_neighbours,
)
from synthgen.evaluation.privacy.points import points
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

MOST = 10_000
"""Training samples, and held-out ones, that a synthetic one is held against."""
SAME = 1e-5
"""Distances that differ by no more than this share are one: rounding breaks the many ties of categories."""


class HeldAgainst(NamedTuple):
    """As many training as held-out samples: those that the model has seen, and those that it has not."""

    members: np.ndarray
    """Places among the real samples."""
    others: np.ndarray
    """Places among the held-out samples."""


def held_against(comparison: Comparison, most: int = MOST) -> HeldAgainst:
    """Both, at random; raises DataError if no samples were held out."""
    there = comparison.once(points)
    if there.held_out is None:
        raise DataError(
            "no samples were held out from the training: what a model has seen cannot be told from what it has not"
        )
    count = min(len(there.real), len(there.held_out), most)
    return HeldAgainst(np.sort(there.order[:count]), np.sort(there.held_out_order[:count]))


class DcrShare(Metric):
    """The share of synthetic samples whose closest record is a training sample and not one of equally many held-out
    samples; a tie counts half (Platzer and Reutterer 2021). 0.5: the model is no closer to what it has seen; 1: it
    repeats its training samples, where as many are held out as there are of these."""

    section: ClassVar[Section] = "privacy"
    seconds = 2.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The share, and its standard error."""
        there, against = comparison.once(points), held_against(comparison)
        assert there.held_out is not None
        asked = there.synthetic[np.sort(there.synthetic_order[: comparison.most])]
        to_members = find_nearest(asked, there.real[against.members], 1).distances[:, 0]
        to_others = find_nearest(asked, there.held_out[against.others], 1).distances[:, 0]
        ties = np.isclose(to_members, to_others, rtol=SAME, atol=0)
        nearer = np.where(ties, 0.5, to_members < to_others)
        share = float(nearer.mean())
        note = (
            f"{len(asked):,} synthetic samples against {len(against.members):,} of {len(there.real):,} training"
            f" samples and as many held-out ones; by {there.about}; real: 0.5, by symmetry"
        )
        return Measurement(
            (
                Figure(
                    "dcr_share",
                    "Nearer to training than to held-out samples",
                    share,
                    real=0.5,
                    spread=float(nearer.std() / np.sqrt(len(nearer))),
                    better="near_real",
                    note=note,
                ),
            )
        )


class Nndr(Metric):
    """Nearest-neighbour distance ratio: the distance of a synthetic sample to the nearest training sample over that
    to the second nearest, the median of all. Real samples tell what is usual; much less says that synthetic samples
    sit on single training samples."""

    section: ClassVar[Section] = "privacy"
    seconds = 4.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The median of synthetic and of real samples."""
        asked = comparison.once(synthetic_neighbours)
        figure = Figure(
            "nndr",
            "Distance to the nearest over the second nearest training sample",
            _median(asked),
            real=_median(real_neighbours(comparison)),
            better="near_real",
            note=f"median of {len(asked.samples):,} synthetic samples; {say_real(comparison)};"
            f" by {comparison.once(points).about}",
        )
        return Measurement((figure,))


def _median(neighbours: Neighbours) -> float:
    return float(np.median(neighbours.over(1)))
