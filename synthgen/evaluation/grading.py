"""Whether a figure is good, fair or bad, by what real data gets in its place.

The bounds are rules of thumb, set by looking at a ladder of known faults made of MNIST (3,000 samples, quick):
other real data is good everywhere; blur, dropped classes, repeated and copied samples, and labels of which half are
wrong, make at least one figure bad. Five wrong labels in a hundred are not noticed.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.utility.gain import WORTH
from synthgen.evaluation.wording import is_gain, known
from synthgen.metric import Figure

Grade = Literal["good", "fair", "bad"]


class Bounds(NamedTuple):
    """What a figure must reach, in the terms of `by`.

    `share`: value over real, from `good` on it is good, below `fair` bad.
    `kept`: the same of what lies above guessing, for the scores of classifiers.
    `lost`: how much less than real; `excess`: how much more than real; `times`: value over real. Up to `good`,
    above `fair` bad.
    `value`: the value itself, lower is better.
    """

    by: Literal["share", "kept", "lost", "excess", "times", "value"]
    good: float
    fair: float
    real: float | None = None
    """What real data would get where nobody measured it; None if that cannot be said."""


BOUNDS = {
    # Measured: our MNIST recipe keeps 0.98, our Adult table 0.97, SMOTE 0.96, CTGAN 0.82 to 0.90; slightly blurred
    # digits keep 0.92. A collapsed generator that looked perfect kept 0.55.
    "tstr": Bounds("kept", 0.93, 0.6),
    "trts": Bounds("kept", 0.9, 0.6),
    # Shares of samples in the neighbourhood of others wobble by some hundredths, and recall most of all.
    "precision": Bounds("share", 0.85, 0.6),
    # Density wobbles as much. Above real data's, samples crowd where real ones do: recall and coverage see that.
    "density": Bounds("share", 0.8, 0.5),
    # Fréchet distance in distances of other real samples, as many: what few samples do to it is in both. The scale
    # of features is each dataset's own, so that there is no other yardstick. Labels of which 5 % are wrong are 2
    # times as far, those of which 20 % are wrong 9 times, three classes of ten gone 90 times.
    "frechet": Bounds("times", 2, 10),
    "recall": Bounds("share", 0.8, 0.4),
    "coverage": Bounds("share", 0.8, 0.5),
    # Half of the spread within a class: the usual look of a class with one or two shapes left.
    "spread_ratio": Bounds("share", 0.8, 0.5, real=1.0),
    "missing_classes": Bounds("excess", 0, 0, real=0.0),
    "duplicates": Bounds("excess", 0.01, 0.1, real=0.0),
    # Points of error as published for Adult: diffusion 1 to 3, good GANs 5 to 10, CTGAN and TVAE 14 to 20.
    "shapes": Bounds("lost", 0.05, 0.15, real=1.0),
    "trends": Bounds("lost", 0.07, 0.2, real=1.0),
    # Boosting finds the smallest artefact, such as rounding; only when it is nearly always right all rows differ.
    "c2st_boosting": Bounds("value", 0.7, 0.95),
    "c2st_logistic": Bounds("value", 0.65, 0.9),
    "violations": Bounds("excess", 0.01, 0.1, real=0.0),
    # One sample in a hundred may be a training sample by chance; one in twenty is not. Near copies are more often
    # chance: other digits of MNIST's training set come half a point above its test set.
    "exact_copies": Bounds("excess", 0.01, 0.05, real=0.0),
    "near_copies": Bounds("excess", 0.02, 0.1, real=0.0),
    # Half of the samples are nearer to the training data if nothing was copied, and 0.6 if a fifth was. But
    # held-out data is not always quite like the training data: other training digits of MNIST get 0.55 beside
    # its test digits. See `_wobble` for small sets.
    "dcr_share": Bounds("value", 0.6, 0.7),
    "nndr": Bounds("share", 0.8, 0.5),
    "membership_auc": Bounds("value", 0.6, 0.7),
}
"""By the name of the figure. Figures that are not in it are shown without a grade: `kid`, for one, has none, since
its real value is about 0 and its scale that of the features."""

LEAST_TO_LEARN = 0.05
"""A score of real data that is no more than this above guessing says nothing about synthetic data."""


LEAST_FOR_NEAR = 100
"""Samples a side below which near copies are shown and not judged: how near real samples come to each other by
chance is the hundredth of a distribution that so few do not tell."""


def grade(figure: Figure | None, evaluation: Evaluation) -> Grade | None:
    """How good a figure is; None where it is missing, where real data's value is, or where it has no bounds."""
    value = known(figure.value) if figure is not None else None
    if figure is None or value is None:
        return None
    if is_gain(figure.name):
        return _grade_gain(value, known(figure.spread if figure.margin is None else figure.margin))
    bounds = BOUNDS.get(figure.name)
    if bounds is None or (figure.name == "near_copies" and _fewest(evaluation) < LEAST_FOR_NEAR):
        return None
    if bounds.by == "value":
        slack = _wobble(evaluation) if figure.name in ("dcr_share", "membership_auc") else 0.0
        return _at_most(value, bounds.good + slack, bounds.fair + slack)
    if bounds.by in ("lost", "excess"):
        real = known(figure.real) if figure.real is not None else bounds.real
        if real is None:
            return None
        more = value - real if bounds.by == "excess" else real - value
        return _at_most(more, bounds.good, bounds.fair)
    part = kept(figure, evaluation)
    if part is None:
        return None
    if bounds.by == "times":
        return _at_most(part, bounds.good, bounds.fair)
    return _at_least(part, bounds.good, bounds.fair)


def kept(figure: Figure | None, evaluation: Evaluation) -> float | None:
    """The value as a share of real data's, of scores of classifiers above guessing; None if that says nothing.

    May be negative, for a model that is worse than guessing, and above 1.
    """
    value = known(figure.value) if figure is not None else None
    if figure is None or value is None:
        return None
    bounds = BOUNDS.get(figure.name)
    real = known(figure.real)
    if real is None:
        real = bounds.real if bounds is not None else None
    floor = guessing(figure, evaluation) if bounds is not None and bounds.by == "kept" else 0.0
    least = LEAST_TO_LEARN if floor or figure.name in ("tstr", "trts") else 0.0
    if real is None or real - floor <= least:
        return None
    return (value - floor) / (real - floor)


def guessing(figure: Figure, evaluation: Evaluation) -> float:
    """What a classifier's score is without any knowledge: 0.5 of an AUC, one of so many classes of an accuracy,
    and 0 of what is told of numbers, such as R²."""
    if "R²" in figure.title:  # before all else, for a column may be called AUC
        return 0.0
    if "AUC" in f"{figure.title} {figure.note}":
        return 0.5
    return 1 / len(evaluation.classes) if len(evaluation.classes) > 1 else 0.0


def _wobble(evaluation: Evaluation) -> float:
    """How far a share about one half of so few samples wanders from it by chance: what is above 0.05 of three
    standard deviations."""
    return max(0.0, 3 * math.sqrt(0.25 / _fewest(evaluation)) - 0.05)


def _fewest(evaluation: Evaluation) -> int:
    """Samples of the smallest side that there is, training samples where none are held out; at least 1."""
    counts = [evaluation.samples.get(side, 0) for side in ("synthetic", "held_out", "real")]
    return max(1, min((count for count in counts if count), default=1))


def _grade_gain(gain: float, spread: float | None) -> Grade | None:
    """None of a single training, which says nothing of what chance does."""
    if spread is None:
        return None
    least = max(spread, WORTH)
    if gain > least:
        return "good"
    return "bad" if gain < -least else "fair"


def _at_least(value: float, good: float, fair: float) -> Grade:
    if value >= good:
        return "good"
    return "fair" if value >= fair else "bad"


def _at_most(value: float, good: float, fair: float) -> Grade:
    if value <= good:
        return "good"
    return "fair" if value <= fair else "bad"
