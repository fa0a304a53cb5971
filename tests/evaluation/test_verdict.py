"""What figures come to, in one outcome and one headline."""

from __future__ import annotations

import pytest
from verdict_figures import COLLAPSED, GOOD, PRIVATE, REAL, evaluation_of

from synthgen.evaluation.verdict import RUINED, verdict

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


def test_a_verdict_is_printed_in_a_line():
    said = verdict(evaluation_of(GOOD))
    assert repr(said) == f"Verdict(outcome='good', headline={said.headline!r})"
