"""The score that snapshots are chosen by puts what is better first, and says which class is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synthgen.components import ClassLabel, Dataset
from synthgen.errors import DataError
from synthgen.evaluation.scoring import make_scorer
from synthgen.evaluation.table_scoring import area_error
from synthgen.metric import take_samples

CLASSES = (ClassLabel(0, "left"), ClassLabel(1, "right"))


def images(count: int, seed: int, *, labelled: bool = True) -> Dataset:
    """A bright bar at a random height, on the left or on the right."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 60, (count, 8, 8), dtype=np.uint8)
    y = np.arange(count) % 2
    for number, height in enumerate(rng.integers(0, 8, count)):
        x[number, height, 4 * y[number] : 4 * y[number] + 4] = rng.integers(180, 255)
    return Dataset("bars", x, y if labelled else np.zeros(count, np.int64), CLASSES if labelled else ())


def rows(count: int, seed: int) -> Dataset:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=count)
    frame = pd.DataFrame({"a": a, "b": a + 0.3 * rng.normal(size=count), "c": np.where(a > 0, "up", "down")})
    return Dataset("rows", frame, np.zeros(count, np.int64), (), kind="table")


@pytest.fixture
def scorer(monkeypatch):
    monkeypatch.setattr("synthgen.evaluation.features.STEPS", 40)
    return make_scorer(images(600, 0), images(300, 1), samples=300, floor=0.7)


def test_images_like_real_ones_score_best_and_worse_ones_in_their_order(scorer):
    good = images(300, 2)
    noisy = replace(good, x=(good.x * 0.7 + 70).astype(np.uint8))
    wrong = replace(good, x=np.full_like(good.x, 120))
    values = [scorer.score(some).value for some in (good, noisy, wrong)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(0, abs=0.1)
    assert scorer.score(good).passes
    assert "300 held-out samples" in scorer.about


def test_a_class_that_has_collapsed_falls_below_the_floor_and_is_named(scorer):
    made = images(300, 2)
    x = made.x.copy()
    x[made.y == 1] = x[1]
    score = scorer.score(replace(made, x=x))
    assert not score.passes
    assert "class right covers" in score.text
    assert score.parts["coverage"] < 0.2


def test_a_class_without_samples_is_not_covered(scorer):
    made = images(300, 2)
    score = scorer.score(take_samples(made, np.flatnonzero(made.y == 0)))
    assert not score.passes
    assert score.parts["coverage"] == 0


def test_images_without_labels_are_covered_as_a_whole():
    scorer = make_scorer(images(600, 0, labelled=False), None, samples=300, floor=0.7)
    assert scorer.score(images(300, 2, labelled=False)).passes
    made = images(300, 2, labelled=False)
    assert not scorer.score(replace(made, x=made.x[np.zeros(300, int)])).passes


def test_a_class_of_a_few_members_is_no_reason_to_fail(scorer, monkeypatch):
    real, held_out = images(600, 0), images(300, 1)
    few = [
        take_samples(one, np.flatnonzero((one.y == 0) | (np.arange(len(one)) < 6)))
        for one in (real, held_out)
    ]
    score = make_scorer(*few, samples=300, floor=0.7).score(
        take_samples(images(300, 2), np.arange(0, 300, 2))
    )
    assert score.passes
    assert "class left covers" in score.text


def test_rows_like_real_ones_score_best_and_worse_ones_in_their_order():
    scorer = make_scorer(rows(400, 0), rows(300, 1), samples=300, floor=0.7)
    good = rows(300, 2)
    shuffled = good.x.assign(b=good.x["b"].sample(frac=1, random_state=0).to_numpy())
    shifted = shuffled.assign(a=shuffled["a"] + 3)
    values = [scorer.score(replace(good, x=frame)).value for frame in (good.x, shuffled, shifted)]
    assert values == sorted(values)
    assert values[0] < 0.1 < values[1]
    assert set(scorer.score(good).parts) == {"shapes", "trends", "c2st_boosting"}


def test_a_table_of_one_column_is_scored_by_what_it_allows():
    real, made = (replace(rows(300, seed), x=rows(300, seed).x[["a"]]) for seed in (0, 1))
    assert set(make_scorer(real, None, samples=300, floor=0).score(made).parts) == {"shapes", "c2st_boosting"}


def test_few_held_out_samples_give_way_to_those_of_the_training():
    scorer = make_scorer(rows(400, 0), rows(20, 1), samples=300, floor=0.7)
    assert "200 real samples" in scorer.about


def test_too_few_real_samples_are_said_to_be():
    with pytest.raises(DataError, match="too few"):
        make_scorer(images(2, 0, labelled=False), None, samples=300, floor=0.7)


def test_the_error_of_a_table_s_score_is_about_how_far_scores_of_other_samples_are_apart():
    scorer = make_scorer(rows(600, 0), rows(500, 1), samples=500, floor=0.7)
    scores = [scorer.score(rows(500, seed)) for seed in range(2, 10)]
    spread = np.std([score.value for score in scores], ddof=1)
    assert 0.5 * spread < np.mean([score.error for score in scores]) < 3 * spread


@pytest.mark.parametrize(
    ("area", "rows", "expected"), [(0.5, 100, 0.0409), (0.9, 100, 0.0219), (1.0, 50, 0.0)]
)
def test_the_error_of_an_area_is_that_of_hanley_and_mcneil(area, rows, expected):
    assert area_error(area, rows) == pytest.approx(expected, abs=2e-3)
