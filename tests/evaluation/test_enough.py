"""How many samples a verdict takes, and what is said of fewer."""

from __future__ import annotations

import pytest
from verdict_figures import GOOD, REAL, counted, evaluation_of

from synthgen.evaluation.enough import LEAST_HELD_OUT, LEAST_SAMPLES, too_few
from synthgen.evaluation.verdict import verdict


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
