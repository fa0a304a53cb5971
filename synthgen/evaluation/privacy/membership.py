"""Whether it can be told from synthetic samples who was among the training samples."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from synthgen.evaluation.nearest import find_nearest
from synthgen.evaluation.privacy.closest import held_against
from synthgen.evaluation.privacy.neighbours import Neighbours, held_out_neighbours, training_neighbours
from synthgen.evaluation.privacy.points import points
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

MOST = 20_000
"""Synthetic samples that are searched."""


class MembershipAuc(Metric):
    """A membership-inference attack: who holds a real sample guesses whether the model was trained on it, by how
    near the nearest synthetic sample is, measured by how near other real ones are (GAN-Leaks: Chen et al. 2020,
    with a calibration of its own). The figure is the area under the curve (ROC AUC) of telling training from
    held-out samples: 0.5 if the attack learns nothing."""

    section: ClassVar[Section] = "privacy"
    quick = False
    seconds = 4.0

    def measure(self, comparison: Comparison) -> Measurement:
        """The area, and its standard error."""
        there = comparison.once(points)
        against = held_against(comparison, comparison.most)
        members = comparison.once(training_neighbours)
        others = comparison.once(held_out_neighbours)
        assert there.held_out is not None
        made = there.synthetic[np.sort(there.synthetic_order[:MOST])]
        area, error = area_under_curve(
            _scores(members, there.real, made, against.members),
            _scores(others, there.held_out, made, against.others),
        )
        figure = Figure(
            "membership_auc",
            "Membership inference",
            area,
            real=0.5,
            spread=error,
            better="near_real",
            note=f"ROC AUC of telling {len(against.members):,} training from as many held-out samples by"
            f" {len(made):,} synthetic ones; real: 0.5, by symmetry; by {there.about}",
        )
        return Measurement((figure,))


def _scores(neighbours: Neighbours, real: np.ndarray, made: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """How much speaks for each of the chosen samples having been in the training; more is likelier."""
    kept = np.isin(neighbours.samples, chosen)
    to_made = find_nearest(real[neighbours.samples[kept]], made, 1).distances[:, 0]
    to_real = neighbours.nearest.distances[kept].mean(1)
    least = 1e-6 + 1e-3 * float(np.median(neighbours.nearest.distances))  # real samples may repeat each other
    return -to_made / np.maximum(to_real, least)


def area_under_curve(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float]:
    """ROC AUC of scores, a tie counting half, and its standard error (DeLong et al. 1988)."""
    wins = _share_below(negative, positive)
    losses = 1 - _share_below(positive, negative)
    variance = wins.var() / len(wins) + losses.var() / len(losses)
    return float(wins.mean()), float(np.sqrt(variance))


def _share_below(scores: np.ndarray, of: np.ndarray) -> np.ndarray:
    """For each of the second, the share of the first that is less; equal ones count half."""
    ordered = np.sort(scores)
    counts = np.searchsorted(ordered, of, "left") + np.searchsorted(ordered, of, "right")
    return counts / (2 * len(scores))
