"""The answers to single questions, and the figures and classes that they name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdict_figures import COLLAPSED, GOOD, REAL, evaluation_of

from synthgen.evaluation.results import Evaluation, MetricResult
from synthgen.evaluation.verdict import verdict
from synthgen.metric import Figure, Measurement


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


ROWS = {"precision": 0.9, "shapes": 0.98, "trends": 0.97, "c2st_boosting": 0.55}


@pytest.mark.parametrize(("trts", "answer", "many"), [(0.78, "partly", "some"), (0.4, "no", "many")])
def test_labels_that_do_not_fit_are_named_as_what_is_wrong(trts: float, answer: str, many: str):
    finding = verdict(evaluation_of({**ROWS, "trts": trts})).finding("faithful")
    assert finding.answer == answer
    assert finding.sentence.startswith(
        f"The samples could pass for real ones, but {many} are not what their label says: precision"
    )


def test_of_labels_alone_nothing_is_said_of_the_samples():
    """Whether samples could pass for real ones is not known where only their labels were looked at."""
    for trts, lead in ((0.96, "Labels go with the samples"), (0.78, "Of the samples some are not what")):
        assert verdict(evaluation_of({"trts": trts})).finding("faithful").sentence.startswith(lead)


def test_where_only_repeats_are_amiss_nothing_else_is_said_to_be():
    finding = verdict(evaluation_of({**GOOD, "duplicates": 0.04})).finding("diverse")
    assert finding.answer == "partly"
    assert finding.sentence.startswith("The samples vary about as much as real ones, but more of them repeat")


def test_rows_that_are_unlike_real_ones_are_not_put_down_to_labels():
    finding = verdict(evaluation_of({**ROWS, "trts": 0.78, "shapes": 0.9})).finding("faithful")
    assert finding.sentence.startswith("Most samples are like real ones, but they can be told from them")


def test_without_a_target_faithfulness_says_that_labels_were_not_looked_at():
    rows = replace(evaluation_of(ROWS, classes=0), kind="table")
    finding = verdict(rows).finding("faithful")
    assert finding.answer == "yes" and finding.sentence.endswith("labels fit their rows was not looked at.")
    assert "target" not in verdict(replace(rows, kind="images")).finding("faithful").sentence
