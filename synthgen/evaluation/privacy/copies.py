"""Synthetic samples that are training samples, exactly or nearly."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from synthgen.evaluation.privacy.neighbours import (
    NEIGHBOURS,
    Neighbours,
    real_neighbours,
    say_real,
    synthetic_neighbours,
)
from synthgen.evaluation.privacy.points import points
from synthgen.evaluation.privacy.showing import show_pairs
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

USUAL = 0.01
"""Share of real samples that are as near to a training sample as a near copy is."""


class ExactCopies(Metric):
    """The share of synthetic samples that are a training sample, value for value. Real tables have repeated rows,
    too: the real value tells how many."""

    section: ClassVar[Section] = "privacy"
    seconds = 1.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The share, of all samples."""
        there = comparison.once(points)
        copies = np.isin(there.synthetic_keys, there.real_keys)
        if there.held_out_keys is not None:
            usual = np.isin(there.held_out_keys, there.real_keys)
        else:
            _, first, counts = np.unique(there.real_keys, return_inverse=True, return_counts=True)
            usual = counts[first] > 1
        figure = Figure(
            "exact_copies",
            "Exact copies of training samples",
            float(copies.mean()),
            real=float(usual.mean()),
            better="lower",
            unit="%",
            note=f"{int(copies.sum()):,} of {len(copies):,} synthetic samples, among {len(there.real):,} training"
            f" samples; {say_real(comparison)}",
        )
        return Measurement((figure,))


class NearCopies(Metric):
    """The share of synthetic samples that are suspiciously near to a training sample: nearer, measured by how
    crowded it is there, than 99 % of real samples are. What is compared is the distance to the nearest training
    sample over that to the fifth nearest: plain distances would take all simple samples for copies, and miss copies
    with noise."""

    section: ClassVar[Section] = "privacy"
    seconds = 4.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The share, and the most suspicious pairs."""
        asked, usual = comparison.once(synthetic_neighbours), real_neighbours(comparison)
        bound = float(np.quantile(usual.over(NEIGHBOURS - 1), USUAL))
        near = _near(asked, bound)
        figure = Figure(
            "near_copies",
            "Near copies of training samples",
            float(near.mean()),
            real=float(_near(usual, bound).mean()),
            better="lower",
            unit="%",
            note=f"{int(near.sum()):,} of {len(near):,} synthetic samples, exact copies among them: less than"
            f" {bound:.2f} times as far from the nearest as from the fifth nearest of"
            f" {len(comparison.real):,} training samples; {say_real(comparison)};"
            f" by {comparison.once(points).about}",
        )
        tables, pictures = show_pairs(comparison, asked, asked.over(NEIGHBOURS - 1))
        return Measurement((figure,), tables, pictures)


def _near(neighbours: Neighbours, bound: float) -> np.ndarray:
    """Which samples are near copies; one that is exact always is, though real ones may be so often, too."""
    return (neighbours.over(NEIGHBOURS - 1) < bound) | (neighbours.closest == 0)
