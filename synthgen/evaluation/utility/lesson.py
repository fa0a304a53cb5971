"""What there is to learn from in a comparison: real and synthetic samples, and real ones to test on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.utility.boosting import TableLearner, rows_as_numbers
from synthgen.evaluation.utility.convolution import NetworkLearner
from synthgen.evaluation.utility.examples import Examples, draw, halves
from synthgen.evaluation.utility.learning import Learner, Learnt
from synthgen.metric import Comparison, draw_samples, take_samples

MOST_REAL, MOST_SYNTHETIC, MOST_TEST = 40_000, 20_000, 10_000
"""Of each that are looked at; a quick report takes a quarter."""
STEPS, QUICK_STEPS, BRIEF_STEPS = 300, 200, 100
"""Of the CNN. In brief, 500 of MNIST's images teach it as much as in full (0.875 and 0.872), 10,000 teach it less
(0.946 and 0.971)."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Samples to learn from and to test on, and what learns."""

    learner: Learner
    brief: Learner
    """As `learner`, but quicker: where many are trained and only compared with each other."""
    names: tuple[str, ...]
    real: Examples
    synthetic: Examples
    test: Examples
    """Real ones; none of them is in `real`."""
    unseen: bool
    """Whether the model has never seen the test samples."""
    seen: int
    """Real samples that the model learnt from, as far as is known."""

    def tested_on(self, count: int) -> str:
        """A sentence on so many test samples."""
        return tested_on(count, unseen=self.unseen)


def tested_on(count: int, *, unseen: bool) -> str:
    """A sentence on so many test samples, which the model has not seen, or may have."""
    if unseen:
        return f"Tested on {count:,} held-out real samples."
    return (
        f"Tested on {count:,} real samples that the model may have learnt from, for none were held out; what is"
        " tested learnt from other ones."
    )


def make_lesson(comparison: Comparison) -> Lesson:
    """The lesson of a comparison, for `Comparison.once`.

    Without held-out samples one half of each class of the real ones is to learn from and the other to test on.
    Raises DataError where there are fewer than two classes, and where one side has no samples.
    """
    names = comparison.names
    _check_labels(comparison)
    real, test = comparison.real, comparison.held_out
    if test is None:
        first, second = halves(real.y, comparison.seed)
        real, test = take_samples(real, first), take_samples(real, second)
    part = 1 if comparison.full else 4
    limits = (MOST_REAL // part, MOST_SYNTHETIC // part, MOST_TEST // part)
    sides = [
        draw_samples(side, limit, np.random.default_rng(comparison.seed))
        for side, limit in zip((real, comparison.synthetic, test), limits, strict=True)
    ]
    for side, which in zip(sides, ("real", "synthetic", "real"), strict=True):
        if not len(side):
            raise DataError(f"there are too few {which} samples to learn from and to test on")
    learner, brief, inputs = _learners(comparison, sides)
    parts = [Examples(x, side.y) for x, side in zip(inputs, sides, strict=True)]
    unseen = comparison.held_out is not None
    return Lesson(learner, brief, names, parts[0], parts[1], parts[2], unseen, len(comparison.real))


def learnt_from_real(comparison: Comparison) -> tuple[Learnt, Examples]:
    """What is learnt from as many real samples as there are synthetic ones, and these; for `Comparison.once`."""
    lesson = comparison.once(make_lesson)
    given = draw(lesson.real, lesson.synthetic.count, comparison.seed)
    return lesson.learner.learn(given, seed=comparison.seed), given


def _check_labels(comparison: Comparison) -> None:
    for dataset in (comparison.real, comparison.synthetic):
        if not dataset.classes and dataset.target is not None:
            raise DataError(f"{dataset.target} is a number, and this is measured of labels only")
        if not dataset.classes:
            both = not comparison.real.classes and not comparison.synthetic.classes
            raise DataError(
                "the data has no labels to learn"
                if both
                else "there are no labels to learn: the real and the synthetic data must both have them"
            )
    if len(comparison.names) < 2:
        raise DataError(
            f"the data has one class, '{comparison.names[0]}': there is nothing to learn to tell apart"
        )


def _learners(comparison: Comparison, sides: list[Dataset]) -> tuple[Learner, Learner, list[np.ndarray]]:
    """What learns, what learns in brief, and each side's samples as they take them."""
    classes = len(comparison.names)
    if comparison.kind == "table":
        rows, categorical = rows_as_numbers([side.x for side in sides], comparison.real.target)
        if not len(categorical):
            raise DataError("the table has no column to learn the labels from")
        learner = TableLearner(classes, categorical)
        return learner, learner, rows
    steps = STEPS if comparison.full else QUICK_STEPS
    first, second = (NetworkLearner(comparison.kind, classes, count) for count in (steps, BRIEF_STEPS))
    return first, second, [side.x for side in sides]
