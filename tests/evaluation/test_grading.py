"""Whether a figure is good, fair or bad beside what real data gets."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verdict_figures import GOOD, evaluation_of

from synthgen.evaluation.enough import LEAST_A_CLASS, LEAST_HELD_OUT, LEAST_SAMPLES
from synthgen.evaluation.grading import BOUNDS, grade, kept
from synthgen.evaluation.verdict import verdict


def test_share_of_few_samples_may_be_off_by_chance():
    many = evaluation_of({"dcr_share": 0.65})
    few = replace(many, samples={"real": 300, "held_out": 60, "synthetic": 300})
    assert grade(many.figure("dcr_share"), many) == "fair"
    assert grade(few.figure("dcr_share"), few) == "good"


def test_score_counts_above_guessing():
    two = evaluation_of({"tstr": 0.58}, classes=2)
    ten = evaluation_of({"tstr": 0.58}, classes=10)
    auc = evaluation_of({"tstr": 0.58}, classes=10, tstr={"note": "ROC AUC of boosting"})
    values = [kept(one.figure("tstr"), one) for one in (two, ten, auc)]
    assert values == pytest.approx([0.08 / 0.47, 0.48 / 0.87, 0.08 / 0.47])


@pytest.mark.parametrize(("gain", "found"), [(-0.03, "fair"), (-0.05, "bad"), (0.03, "fair"), (0.05, "good")])
def test_gain_that_its_metric_cannot_tell_from_chance_has_no_badge_for_or_against_it(gain: float, found: str):
    evaluation = evaluation_of(
        {"augmentation_gain": gain}, augmentation_gain={"spread": 0.02, "margin": 0.04}
    )
    assert grade(evaluation.figure("augmentation_gain"), evaluation) == found


def test_gain_of_a_single_training_has_no_badge():
    evaluation = evaluation_of({**GOOD, "augmentation_gain": 0.05})
    assert grade(evaluation.figure("augmentation_gain"), evaluation) is None
    assert "Added to few real samples" not in verdict(evaluation).finding("useful").sentence


def test_regression_of_a_column_called_auc_is_no_auc():
    more = {"title": "Train on synthetic, test on real: R² of AUC", "note": "R² of AUC, by boosting."}
    evaluation = evaluation_of({"tstr": 0.45}, 0, {"tstr": 0.9}, tstr=more)
    assert kept(evaluation.figure("tstr"), evaluation) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("name", "value", "real", "found"),
    [
        ("density", 0.9, 1.0, "good"),
        ("density", 1.4, 1.0, "good"),
        ("density", 0.6, 1.0, "fair"),
        ("density", 0.1, 1.0, "bad"),
        ("frechet", 1.1, 0.6, "good"),
        ("frechet", 3.4, 0.6, "fair"),
        ("frechet", 12.0, 0.6, "bad"),
        ("frechet", 12.0, None, None),
        ("kid", 0.3, 0.001, None),
    ],
)
def test_likeness_goes_by_what_other_real_samples_get(name: str, value: float, real: Any, found: str | None):
    evaluation = evaluation_of({name: value}, real={name: real})
    assert grade(evaluation.figure(name), evaluation) == found


def test_docs_tell_the_bounds_as_they_are():
    docs = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    told: dict[str, tuple[str, float, float]] = {}
    for row in re.findall(
        r"^\| (.*) \| (.*) \| (?:from|up to) (\S+) \| (?:below|above) (\S+) \|$", docs, re.MULTILINE
    ):
        for name in re.findall(r"`(\w+)`", row[0]):
            told[name] = (re.findall(r"`(\w+)`", row[1])[0], float(row[2]), float(row[3]))
    assert told == {name: (bounds.by, bounds.good, bounds.fair) for name, bounds in BOUNDS.items()}
    for least in (f"{LEAST_SAMPLES} synthetic", f"{LEAST_A_CLASS} for each class", f"{LEAST_HELD_OUT} that"):
        assert least in docs
