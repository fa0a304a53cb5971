"""The metric `utility`: train on synthetic and test on real samples, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from synthgen.evaluation.utility.examples import draw
from synthgen.evaluation.utility.gain import spread_of, unit
from synthgen.evaluation.utility.lesson import Lesson, learnt_from_real, make_lesson
from synthgen.evaluation.utility.regression import has_number_to_predict, measure_regression
from synthgen.evaluation.utility.scores import Score
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

SEEDS = {"images": 2, "signals": 2, "table": 3}
"""Trainings of each side in a full report; a quick one makes one."""


class Utility(Metric):
    """What a classifier learns from synthetic samples, and how well one that learnt from real ones knows them; of a
    target that is a number, what regression does.

    `tstr`: train on synthetic, test on real (classification accuracy score: Ravuri and Vinyals 2019); falls with
    a lack of diversity as well as of fidelity. `trts`: train on real, test on synthetic (GAN-test: Shmelkov et al.
    2018); says whether samples are like their class, and nothing of diversity.
    """

    section: ClassVar[Section] = "utility"
    figures: ClassVar[tuple[str, ...]] = ("tstr", "trts")
    seconds: ClassVar[float] = 6.0

    def measure(self, comparison: Comparison) -> Measurement:
        """`tstr` and `trts`, of a target that is a number as R²; raises DataError where there are no two classes to
        tell apart."""
        if has_number_to_predict(comparison):
            return measure_regression(comparison)
        lesson = comparison.once(make_lesson)
        learner = lesson.learner
        count = min(lesson.real.count, lesson.synthetic.count)
        by_synthetic, by_real, of_synthetic = [], [], []
        seeds = SEEDS[comparison.kind] if comparison.full else 1
        for seed in range(comparison.seed, comparison.seed + seeds):
            learnt = learner.learn(draw(lesson.synthetic, count, seed), seed=seed)
            by_synthetic.append(learner.score(learnt, lesson.test))
            if seed == comparison.seed:
                learnt, _ = comparison.once(learnt_from_real)
            else:
                learnt = learner.learn(draw(lesson.real, count, seed), seed=seed)
            by_real.append(learner.score(learnt, lesson.test))
            of_synthetic.append(learner.score(learnt, lesson.synthetic))
        tested = lesson.tested_on(lesson.test.count)
        backwards = (
            f"Tested on {lesson.synthetic.count:,} synthetic samples; real: {tested[0].lower()}{tested[1:]}"
        )
        return Measurement(
            (
                _figure("tstr", lesson, by_synthetic, by_real, _note(lesson, count, tested)),
                _figure("trts", lesson, of_synthetic, by_real, _note(lesson, count, backwards)),
            )
        )


def _note(lesson: Lesson, count: int, tested: str) -> str:
    note = f"By {lesson.learner.about(count)}. Trained on {count:,} samples of each side. {tested}"
    members = np.bincount(lesson.synthetic.y, minlength=len(lesson.names))
    lost = [name for name, number in zip(lesson.names, members, strict=True) if not number]
    return f"{note} Without synthetic samples: {', '.join(lost)}." if lost else note


def _figure(
    name: Literal["tstr", "trts"], lesson: Lesson, scores: Sequence[Score], real: Sequence[Score], note: str
) -> Figure:
    kind = lesson.learner.kind
    words = {"tstr": "Train on synthetic, test on real", "trts": "Train on real, test on synthetic"}
    found, beside = (spread_of([score.value for score in side]) for side in (scores, real))
    if found is None:
        which = "test" if name == "tstr" else "synthetic"
        note = f"Not measured: the {which} samples are all of one class, and a {kind} takes two. {note}"
    by_class = kind != "ROC AUC"
    return Figure(
        name=name,
        title=f"{words[name]}: {kind}",
        value=found.mean if found else None,
        real=beside.mean if beside else None,
        spread=found.deviation if found else None,
        better="higher" if name == "tstr" else "near_real",
        per_class=_by_class(lesson, scores) if by_class else {},
        per_class_real=_by_class(lesson, real) if by_class else {},
        unit=unit(kind),
        note=note,
    )


def _by_class(lesson: Lesson, scores: Sequence[Score]) -> dict[str, float | None]:
    """The mean share of each class's samples that were recognised; None for a class that was not tested."""
    spreads = [spread_of([score.recalled[index] for score in scores]) for index in range(len(lesson.names))]
    return {
        name: spread.mean if spread is not None else None
        for name, spread in zip(lesson.names, spreads, strict=True)
    }
