"""Plain means to get more out of few real samples, for synthetic ones to be measured against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from synthgen.errors import UnsupportedError
from synthgen.evaluation.utility.boosting import TableLearner
from synthgen.evaluation.utility.changes import change_images, change_signals, may_be_mirrored
from synthgen.evaluation.utility.examples import Examples, draw
from synthgen.evaluation.utility.lesson import learnt_from_real, make_lesson
from synthgen.evaluation.utility.oversampling import require_smote, smote
from synthgen.metric import Comparison

MOST_ROWS = 5_000
"""Real rows that SMOTE looks for neighbours among."""
MOST_MIRRORED = 2_000
"""Test images that are mirrored to see whether they keep their class."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """Either changes what is learnt from as it is learnt, or makes more of it; or is missing."""

    name: str
    note: str = ""
    change: Callable[[Tensor], Tensor] | None = None
    make: Callable[[Examples, int, int], Examples] | None = None
    """New samples from real ones: these, how many, the seed."""
    missing: str | None = None
    """Why it cannot be measured."""


def find_baseline(comparison: Comparison) -> Baseline:
    """The baseline for the comparison's kind of data."""
    lesson = comparison.once(make_lesson)
    if isinstance(lesson.learner, TableLearner):
        return _smote(lesson.learner)
    x = lesson.real.x
    if comparison.kind == "signals":
        plain = change_signals(x)
    else:
        learnt, _ = comparison.once(learnt_from_real)
        mirrored, note = may_be_mirrored(
            lesson.learner, learnt, draw(lesson.test, MOST_MIRRORED, comparison.seed)
        )
        plain = change_images((x.shape[1], x.shape[2]), mirrored, note)
    return Baseline(plain.name, plain.note, change=plain.apply)


def _smote(learner: TableLearner) -> Baseline:
    categorical = learner.categorical

    def make(real: Examples, count: int, seed: int) -> Examples:
        return smote(draw(real, MOST_ROWS, seed), categorical, count, seed)

    try:
        require_smote()
    except UnsupportedError as error:
        return Baseline("SMOTE", f"{error}.", missing=str(error))
    name = "SMOTEN" if categorical.all() else "SMOTENC" if categorical.any() else "SMOTE"
    return Baseline(name, f"{name} makes as many rows as there are synthetic ones.", make=make)
