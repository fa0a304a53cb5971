"""What figures come to, in words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthgen.evaluation.enough import LEAST_A_CLASS, LEAST_HELD_OUT, LEAST_SAMPLES, too_few
from synthgen.evaluation.grading import BOUNDS, grade, kept
from synthgen.evaluation.results import Evaluation, MetricResult
from synthgen.evaluation.verdict import RUINED, verdict
from synthgen.evaluation.wording import listing, number, shown
from synthgen.metric import Figure, Measurement

REAL = {
    "tstr": 0.97,
    "trts": 0.97,
    "precision": 0.92,
    "recall": 0.9,
    "coverage": 0.96,
    "spread_ratio": 1.0,
    "missing_classes": 0.0,
    "duplicates": 0.0,
    "exact_copies": 0.0,
    "near_copies": 0.001,
    "dcr_share": 0.5,
    "nndr": 0.8,
    "membership_auc": 0.5,
    "shapes": 0.99,
    "trends": 0.98,
    "c2st_boosting": 0.5,
}
PRIVATE = {"exact_copies": 0.0, "near_copies": 0.002, "dcr_share": 0.51, "nndr": 0.8, "membership_auc": 0.52}
GOOD = {
    **{"tstr": 0.945, "trts": 0.96, "precision": 0.85, "recall": 0.75, "coverage": 0.85},
    **{"spread_ratio": 0.9, "missing_classes": 0.0, "duplicates": 0.0},
    **PRIVATE,
}
COLLAPSED = {**GOOD, "tstr": 0.58, "trts": 0.999, "precision": 0.97, "recall": 0.1, "coverage": 0.3}


def evaluation_of(
    values: dict[str, float | None], classes: int = 10, real: dict[str, float] | None = None, **more: Any
) -> Evaluation:
    real = REAL if real is None else real
    percent = {"tstr", "trts", "duplicates", "exact_copies", "near_copies", "dcr_share"}
    figures = [
        Figure(
            **{"name": name, "title": name, "value": value, "real": real.get(name)}
            | {"unit": "%" * (name in percent)}
            | more.get(name, {})
        )
        for name, value in values.items()
    ]
    return Evaluation(
        kind="images",
        classes=tuple(f"c{index}" for index in range(classes)),
        samples={"real": 5000, "held_out": 1000, "synthetic": 5000},
        full=True,
        seed=0,
        seconds=1.0,
        results=(MetricResult("all", "other", 1.0, Measurement(tuple(figures))),),
    )


LADDER = {
    "real data": ({**GOOD, **{name: REAL[name] for name in GOOD}}, "good"),
    "a good generator": (GOOD, "good"),
    "collapsed but perfectly recognised": (COLLAPSED, "collapsed"),
    "collapsed, judged by classifiers alone": ({"tstr": 0.58, "trts": 0.999}, "collapsed"),
    "two classes dropped": ({**GOOD, "tstr": 0.78, "coverage": 0.7, "missing_classes": 2.0}, "collapsed"),
    "every sample five times": ({**GOOD, "duplicates": 0.8}, "collapsed"),
    "one shape a class": ({**GOOD, "tstr": 0.5, "spread_ratio": 0.3, "trts": 0.99}, "collapsed"),
    "one blot": ({**COLLAPSED, "trts": 0.1, "precision": 0.0, "spread_ratio": 0.01}, "collapsed"),
    "training samples themselves": ({**GOOD, "exact_copies": 1.0, "dcr_share": 1.0}, "copies"),
    "training samples with a trifle of noise": ({**GOOD, "near_copies": 0.7}, "copies"),
    "nearer to training samples than held-out ones are": ({**GOOD, "dcr_share": 0.8}, "copies"),
    "betrayed by an attack": ({**GOOD, "membership_auc": 0.85}, "copies"),
    "noise": (
        {**GOOD, "tstr": 0.3, "trts": 0.2, "precision": 0.05, "recall": 0.0, "coverage": 0.02}
        | {"missing_classes": 10.0, "spread_ratio": 0.3},
        "not_useful",
    ),
    "half of the labels wrong": ({**GOOD, "tstr": 0.5, "trts": 0.5}, "not_useful"),
    "an early snapshot": ({**GOOD, "tstr": 0.8, "trts": 0.75, "precision": 0.6, "coverage": 0.6}, "partly"),
    "slightly blurred": (
        {**GOOD, "tstr": 0.88, "recall": 0.12, "coverage": 0.36, "spread_ratio": 0.7},
        "partly",
    ),
    "badly blurred": (
        {**GOOD, "tstr": 0.67, "trts": 0.75, "precision": 0.27, "recall": 0.0, "coverage": 0.02}
        | {"spread_ratio": 0.4, "missing_classes": 10.0, "duplicates": 0.16},
        "partly",
    ),
    "a fifth of the labels wrong": ({**GOOD, "tstr": 0.93, "trts": 0.77}, "good"),
    "a sixth repeated": ({**GOOD, "duplicates": 0.16}, "collapsed"),
    "no labels, few shapes": ({"precision": 0.95, "recall": 0.05, "coverage": 0.2}, "collapsed"),
    "no labels, close": ({"precision": 0.9, "recall": 0.85, "coverage": 0.9, **PRIVATE}, "like_real"),
    "no labels, blurred": ({"precision": 0.2, "recall": 0.5, "coverage": 0.3}, "unlike_real"),
    "no labels, between": ({"precision": 0.7, "recall": 0.5, "coverage": 0.6}, "partly"),
    "a table without target": ({"shapes": 0.97, "trends": 0.95, "c2st_boosting": 0.65}, "like_real"),
    "nothing": ({}, "unknown"),
    "nothing that is a number": ({"tstr": float("nan"), "recall": None, "trts": float("inf")}, "unknown"),
}


@pytest.mark.parametrize("case", LADDER)
def test_outcome_of_known_quality(case: str):
    values, outcome = LADDER[case]
    said = verdict(evaluation_of(values))
    assert said.outcome == outcome, said.to_text()
    assert said.headline.endswith(".")


def test_collapse_is_named_with_what_it_is_good_and_bad_at():
    said = verdict(evaluation_of(COLLAPSED))
    assert said.headline.startswith("Collapsed")
    assert "99.9 %" in said.headline and "58.0 %" in said.headline and "97.0 %" in said.headline
    assert said.finding("faithful").answer == "yes"
    assert said.finding("diverse").answer == "no"


def test_headline_of_good_data_tells_both_scores():
    headline = verdict(evaluation_of(GOOD)).headline
    assert headline.startswith("Good to train on:")
    assert "94.5 %" in headline and "97.0 %" in headline


def test_headline_of_copied_data_says_how_many():
    assert verdict(evaluation_of({**GOOD, "exact_copies": 0.3})).headline == (
        "Copies its training data: 30.0 % of the samples are training samples."
    )


def test_collapsed_onto_training_samples_is_both():
    said = verdict(evaluation_of({**COLLAPSED, "exact_copies": 1.0}))
    assert said.outcome == "collapsed"
    assert "copies its training data" in said.headline
    assert {"collapsed", "copies"} == set(RUINED)


def test_doubts_stand_in_the_headline():
    said = verdict(evaluation_of({**GOOD, "coverage": 0.7, "dcr_share": 0.65}))
    assert said.outcome == "good"
    assert "but less varied than real data and perhaps too close to its training data" in said.headline


def test_copying_is_a_bad_yes():
    yes = verdict(evaluation_of({**GOOD, "exact_copies": 1.0})).finding("copies")
    no = verdict(evaluation_of(GOOD)).finding("copies")
    assert (yes.answer, yes.tone, no.answer, no.tone) == ("yes", "bad", "no", "good")


def test_copies_that_held_out_data_has_too_are_no_copying():
    real = {**REAL, "exact_copies": 0.2, "near_copies": 0.25}
    values = {**GOOD, "exact_copies": 0.2, "near_copies": 0.25}
    assert verdict(evaluation_of(values, real=real)).finding("copies").answer == "no"


def test_one_sample_over_and_over_is_not_called_a_copy_for_lying_nearer_to_a_training_sample():
    blot = {**COLLAPSED, "duplicates": 1.0, "dcr_share": 1.0, "nndr": 0.98, "membership_auc": 0.9}
    said = verdict(evaluation_of(blot))
    assert said.outcome == "collapsed" and "copies" not in said.headline
    assert said.finding("copies").answer == "no"
    assert verdict(evaluation_of({**blot, "near_copies": 0.9})).finding("copies").answer == "yes"


def test_held_out_samples_that_were_trained_on_cannot_tell_copies():
    figures = (
        Figure("exact_copies", "Exact copies", 1.0, real=0.9),
        Figure("near_copies", "Near", 1.0, real=0.9),
    )
    found = MetricResult("copies", "privacy", 1.0, Measurement(figures))
    samples = {"real": 500, "held_out": 500, "synthetic": 500}
    answer = verdict(Evaluation("table", (), samples, True, 0, 1.0, (found,))).finding("copies")
    assert answer.answer == "unknown"
    assert "of the held-out samples are training samples, too" in answer.sentence


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


def test_data_from_which_nothing_can_be_learnt_has_no_use_to_judge():
    said = verdict(evaluation_of({"tstr": 0.11}, real={"tstr": 0.12}))
    assert said.finding("useful").answer == "unknown"
    assert "hardly learns from the real samples" in said.finding("useful").sentence


def test_use_that_could_not_be_measured_says_why():
    failed = MetricResult("utility", "utility", 0.0, error="all samples are of one class")
    said = verdict(replace(evaluation_of({}), results=(failed,))).finding("useful")
    assert (said.answer, said.sentence) == ("unknown", "Could not be measured: all samples are of one class.")


def test_class_far_behind_is_named_and_spoils_the_yes():
    per_class = {"c0": 0.2, "c1": 0.95, "c2": None}
    more = {"per_class": per_class, "per_class_real": {"c0": 0.9, "c1": 0.96}}
    said = verdict(evaluation_of(GOOD, tstr=more)).finding("useful")
    assert said.answer == "partly"
    assert "c0 (20.0 %, real 90.0 %)" in said.sentence and "c1" not in said.sentence


def test_missing_classes_are_named():
    per_class = {"c0": 0.9, "c1": 0.01, "c2": None, "c3": 0.0}
    more = {"per_class": per_class, "per_class_real": {"c0": 0.9, "c1": 0.9, "c2": 0.9, "c3": None}}
    said = verdict(evaluation_of({**GOOD, "tstr": 0.8, "missing_classes": 3.0}, coverage=more))
    assert said.headline == "Collapsed: 3 of 10 classes are missing (c1, c2 and c3)."
    assert "Hardly covered: c1, c2 and c3." in said.finding("diverse").sentence


def test_class_that_could_not_be_measured_is_not_called_missing():
    more = {
        "per_class": {"c0": 0.9, "c1": 0.0, "c2": None},
        "per_class_real": {"c0": 0.9, "c1": None, "c2": None},
    }
    said = verdict(evaluation_of({**GOOD, "missing_classes": 1.0}, coverage=more))
    assert said.headline == "Collapsed: 1 of 10 classes is missing (c1)."
    assert "Hardly covered: c1." in said.finding("diverse").sentence


def test_gain_beside_real_samples_makes_useless_data_partly_useful():
    alone = evaluation_of({**GOOD, "tstr": 0.5})
    beside = evaluation_of(
        {**GOOD, "tstr": 0.5, "augmentation_gain": 0.03}, augmentation_gain={"spread": 0.01, "unit": "%"}
    )
    assert verdict(alone).finding("useful").answer == "no"
    helped = verdict(beside).finding("useful")
    assert helped.answer == "partly"
    assert "helps: +3.0 ± 1.0 %" in helped.sentence


@pytest.mark.parametrize(("gain", "words"), [(0.01, "makes no clear difference"), (-0.05, "harms")])
def test_gain_within_its_spread_is_none(gain: float, words: str):
    values = {**GOOD, "augmentation_gain": gain}
    said = verdict(evaluation_of(values, augmentation_gain={"spread": 0.02})).finding("useful")
    assert words in said.sentence


@pytest.mark.parametrize("gain", [0.001, -0.001])
def test_gain_that_is_worth_nothing_is_none_however_sure(gain: float):
    values = {**GOOD, "augmentation_gain": gain}
    said = verdict(evaluation_of(values, augmentation_gain={"spread": 0.0001})).finding("useful")
    assert "makes no clear difference" in said.sentence


HEALTH: dict[str, tuple[Any, str]] = {
    "nobody watched": (None, "unknown"),
    "nothing": ([], "yes"),
    "collapsed at the end": ([{"kind": "collapse", "step": 5, "text": "it collapsed"}], "no"),
    "over again": (
        [{"kind": "oscillation", "step": 5, "text": "it swung", "until": 9, "attempt": 0}],
        "partly",
    ),
    "a warning": ([{"kind": "oscillation", "step": 5, "text": "it swung", "severity": "warning"}], "partly"),
    "restarted": (
        [
            {"kind": "collapse", "step": 5, "text": "it collapsed", "until": None, "attempt": 0},
            {"kind": "restart", "step": 5, "back_to": 0, "because": "collapse"},
        ],
        "partly",
    ),
    "without any word": ([{}], "no"),
}


@pytest.mark.parametrize("case", HEALTH)
def test_health_of_training(case: str):
    events, answer = HEALTH[case]
    finding = verdict(evaluation_of(GOOD), events).finding("healthy")
    assert finding.answer == answer
    for event in events or ():
        assert str(event.get("text", "")) in finding.sentence.lower()


def test_findings_name_the_figures_they_go_by():
    said = verdict(evaluation_of(GOOD))
    assert said.finding("diverse").figures == (
        *("recall", "coverage", "spread_ratio"),
        *("missing_classes", "duplicates"),
    )
    for finding in said.findings:
        assert set(finding.figures) <= set(GOOD)


def test_text_has_every_question_in_short_lines():
    said = verdict(evaluation_of(GOOD))
    lines = said.to_text().splitlines()
    assert lines[0].startswith("Good to train on")
    assert max(map(len, lines)) <= 100
    for finding in said.findings:
        assert any(line.startswith(f"  {finding.answer:<8} {finding.question}") for line in lines)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9451, "%", "94.5 %"),
        (0.9997, "%", "99.97 %"),
        (1.0, "%", "100 %"),
        (0.001, "%", "0.1 %"),
        (0.0, "%", "0 %"),
        (0.00012, "%", "0.012 %"),
        (-0.02, "%", "−2.0 %"),
        (12345.6, "", "12,346"),
        (0.000012, "", "1.20e−05"),
        (3.0, "s", "3 s"),
        (None, "%", "–"),
        (float("nan"), "", "not a number"),
        (float("-inf"), "", "infinite"),
    ],
)
def test_numbers_in_words(value: float | None, unit: str, text: str):
    assert number(value, unit) == text


def test_spread_stands_behind_its_value():
    assert shown(Figure("a", "A", 0.5, spread=0.012, unit="%")) == "50.0 ± 1.2 %"
    assert shown(Figure("a", "A", 0.5, spread=0.01234)) == "0.5 ± 0.012"


def test_long_listing_is_cut():
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(list("abcdefgh"), most=3) == "a, b and 6 others"


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


# ------------------------------------------------------------------------------------------------ few samples


def counted(evaluation: Evaluation, **samples: int) -> Evaluation:
    return replace(evaluation, samples={**evaluation.samples, **samples})


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ({"synthetic": 5}, "5 synthetic samples, where a verdict takes at least 100"),
        ({"synthetic": LEAST_SAMPLES - 1}, "99 synthetic samples"),
        ({"held_out": 24}, "24 held-out real samples, where a verdict takes at least 25"),
        ({"real": 80, "held_out": 0}, "80 real samples"),
        (
            {"synthetic": 1, "held_out": 9},
            "1 synthetic sample, where a verdict takes at least 100; 9 held-out",
        ),
    ],
)
def test_too_few_samples_are_no_verdict(samples: dict[str, int], words: str):
    said = verdict(counted(evaluation_of(GOOD), **samples))
    assert said.outcome == "unknown"
    assert said.headline.startswith("Too few to tell: ") and words in said.headline
    assert {said.finding(key).answer for key in ("useful", "diverse", "faithful", "copies")} == {"unknown"}
    assert "Too few samples to tell" in said.finding("useful").sentence
    assert "94.5 %" in said.finding("useful").sentence


def test_just_enough_samples_are_judged():
    least = {"synthetic": LEAST_SAMPLES, "real": LEAST_SAMPLES, "held_out": LEAST_HELD_OUT}
    assert verdict(counted(evaluation_of(GOOD), **least)).outcome == "good"


def test_many_classes_take_more_samples():
    many = counted(evaluation_of(GOOD, classes=200), synthetic=1500)
    assert "1,500 synthetic samples, where a verdict takes at least 2,000, 10 for each class" in (
        verdict(many).headline
    )


def test_no_more_samples_are_asked_for_than_a_full_report_makes():
    enough = counted(evaluation_of(GOOD, classes=3000), synthetic=10_000)
    assert too_few(enough) is None
    assert (too_few(counted(enough, synthetic=9_999)) or "").endswith("takes at least 10,000")


def test_tables_of_150_rows_have_enough_held_out():
    wine = counted(evaluation_of(GOOD, classes=3), real=120, held_out=30, synthetic=120)
    assert verdict(wine).outcome == "good"


@pytest.mark.parametrize(("copied", "answer"), [(1, "unknown"), (4, "unknown"), (5, "yes"), (20, "yes")])
def test_of_few_samples_one_copy_is_no_verdict(copied: int, answer: str):
    said = verdict(counted(evaluation_of({**GOOD, "exact_copies": copied / 20}), synthetic=20))
    assert said.finding("copies").answer == answer
    assert said.outcome == ("copies" if answer == "yes" else "unknown")


def test_copies_that_real_data_has_as_well_are_not_counted_among_few():
    values, real = {**GOOD, "exact_copies": 0.3}, {**REAL, "exact_copies": 0.1}
    assert verdict(counted(evaluation_of(values, real=real), synthetic=20)).outcome == "unknown"


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"duplicates": 0.8}, "collapsed"),
        ({"exact_copies": 0.5}, "copies"),
        ({"recall": 0.1, "coverage": 0.1, "tstr": 0.5, "missing_classes": 7.0}, "unknown"),
    ],
)
def test_of_few_samples_only_what_needs_no_more_is_said(values: dict[str, float], outcome: str):
    assert verdict(counted(evaluation_of({**GOOD, **values}), synthetic=20)).outcome == outcome


# --------------------------------------------------------------------------------------- a collapse nobody saw


def test_training_whose_collapse_was_not_noticed_was_not_healthy():
    finding = verdict(evaluation_of(COLLAPSED), []).finding("healthy")
    assert (finding.answer, finding.tone) == ("partly", "fair")
    assert "Nothing was noticed while it trained, yet the samples have collapsed" in finding.sentence
    assert "most of all in a short training" in finding.sentence


@pytest.mark.parametrize(("kind", "missed"), [("oscillation", True), ("collapse", False), ("repeats", False)])
def test_collapse_beside_other_events_is_told_if_nobody_saw_it(kind: str, missed: bool):
    events = [{"kind": kind, "step": 5, "text": "so it was", "severity": "warning"}]
    sentence = verdict(evaluation_of(COLLAPSED), events).finding("healthy").sentence
    assert ("That the samples have collapsed was not noticed." in sentence) is missed


def test_a_verdict_is_printed_in_a_line():
    said = verdict(evaluation_of(GOOD))
    assert repr(said) == f"Verdict(outcome='good', headline={said.headline!r})"


# --------------------------------------------------------------------------------------------------- gains


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


# --------------------------------------------------------------------------------- labels and faithfulness

ROWS = {"precision": 0.9, "shapes": 0.98, "trends": 0.97, "c2st_boosting": 0.55}


@pytest.mark.parametrize(("trts", "answer", "many"), [(0.78, "partly", "some"), (0.4, "no", "many")])
def test_labels_that_do_not_fit_are_named_as_what_is_wrong(trts: float, answer: str, many: str):
    finding = verdict(evaluation_of({**ROWS, "trts": trts})).finding("faithful")
    assert finding.answer == answer
    assert finding.sentence.startswith(
        f"The samples could pass for real ones, but {many} are not what their label says: precision"
    )


def test_rows_that_are_unlike_real_ones_are_not_put_down_to_labels():
    finding = verdict(evaluation_of({**ROWS, "trts": 0.78, "shapes": 0.9})).finding("faithful")
    assert finding.sentence.startswith("Most samples are like real ones, but they can be told from them")


def test_without_a_target_faithfulness_says_that_labels_were_not_looked_at():
    rows = replace(evaluation_of(ROWS, classes=0), kind="table")
    finding = verdict(rows).finding("faithful")
    assert finding.answer == "yes" and finding.sentence.endswith("labels fit their rows was not looked at.")
    assert "target" not in verdict(replace(rows, kind="images")).finding("faithful").sentence
