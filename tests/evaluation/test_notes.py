"""What an evaluation notes of the data and the metrics, beside their figures."""

from __future__ import annotations

import numpy as np

from synthgen import ClassLabel, Comparison, Dataset
from synthgen.evaluation.evaluate import NamedMetric, evaluate
from synthgen.evaluation.results import Evaluation
from synthgen.plugins import load_plugins

CLASSES = tuple(ClassLabel(i, name) for i, name in enumerate(("often", "also", "rare")))


def pictures(counts: tuple[int, int, int], seed: int) -> Dataset:
    y = np.repeat(np.arange(3), counts)
    x = np.random.default_rng(seed).integers(0, 256, (len(y), 8, 8), dtype=np.uint8)
    return Dataset("noise", x, y, CLASSES)


def judged(made: tuple[int, int, int], **options: int) -> Evaluation:
    registered = load_plugins(installed=False).find("metric", "recall")
    metric = NamedMetric("recall", registered.build(registered.component.Options(**options)))
    return evaluate(Comparison(pictures((40, 40, 2), 0), pictures(made, 1), full=False), [metric])


def test_a_class_without_samples_is_told_however_rare_it_is():
    found = judged((41, 41, 0))
    assert found.notes == ("there are no synthetic samples of rare (2); in brackets: real ones",)
    figure = found.figure("missing_classes")
    assert figure is not None and figure.value == 0  # so few real ones may have none by chance


def test_nothing_is_told_of_classes_that_have_samples():
    assert judged((40, 40, 2)).notes == ()


def test_options_that_are_not_the_usual_ones_are_told():
    (note,) = judged((40, 40, 2), neighbours=3).notes
    assert note.startswith("recall was measured with neighbours 3;")
