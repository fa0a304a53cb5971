from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from judged_data import bars, cloud_table, clouds, comparison, images

from synthgen.components import Dataset
from synthgen.evaluation import features
from synthgen.evaluation.diversity import Duplicates, Recall, Spread
from synthgen.evaluation.evaluate import NamedMetric, evaluate
from synthgen.evaluation.fidelity import FrechetDistance, KernelDistance, Precision
from synthgen.evaluation.results import Evaluation
from synthgen.metric import Comparison

METRICS = (FrechetDistance, KernelDistance, Precision, Recall, Spread, Duplicates)
FIGURES = ["frechet", "kid", "precision", "density", "recall", "coverage", "missing_classes", "spread_ratio"]


def judge(given: Comparison, metrics: Sequence[type] = METRICS) -> Evaluation:
    return evaluate(given, [NamedMetric(metric.__name__, metric(metric.Options())) for metric in metrics])


@pytest.fixture(scope="module")
def real() -> Dataset:
    return clouds(300)


@pytest.fixture(scope="module")
def good(real) -> Evaluation:
    return judge(comparison(real, clouds(300, seed=1), clouds(300, seed=2)))


def test_samples_of_the_same_distribution_do_as_real_ones_do(good):
    assert [figure.name for figure in good.figures()] == [*FIGURES, "duplicates"]
    for name in ("precision", "density", "recall", "coverage", "spread_ratio"):
        figure = good.figure(name)
        assert figure.value == pytest.approx(figure.real, abs=0.12), name
        assert figure.value == pytest.approx(1, abs=0.15), name
        assert list(figure.per_class) == list(figure.per_class_real) == ["left", "right", "both"]
    assert abs(good.value("kid")) < 0.02
    assert good.value("frechet") < 0.1
    assert good.value("missing_classes") == good.value("duplicates") == 0


def test_wrong_labels_are_seen_as_a_whole_and_by_class(real, good):
    made = clouds(300, seed=1)
    wrong = made.y.copy()
    wrong[:90] = (wrong[:90] + 1) % 3
    found = judge(comparison(real, cloud_table(made.x[["a", "b"]].to_numpy(), wrong), clouds(300, seed=2)))
    assert found.value("precision") == pytest.approx(0.7 * good.value("precision"), abs=0.03)
    assert max(found.figure("precision").per_class.values()) < 0.8
    assert found.value("frechet") > 5 * good.value("frechet")
    assert found.value("kid") > good.value("kid") + 0.015
    for name, value in found.figure("frechet").per_class.items():
        assert value > good.figure("frechet").per_class[name] + 0.1


def test_a_class_that_is_left_out_is_missed(real, good):
    found = judge(comparison(real, clouds(300, seed=1, classes=(0, 2)), clouds(300, seed=2)))
    assert found.value("missing_classes") == 1
    assert found.figure("missing_classes").note.startswith("missing: right;")
    for name in ("recall", "coverage"):
        assert found.value(name) < 0.75 * good.value(name)
        assert found.figure(name).per_class["right"] == 0
    assert found.figure("precision").per_class["right"] is None
    assert found.value("precision") == pytest.approx(good.value("precision"), abs=0.05)


def test_a_class_so_rare_that_real_samples_would_lack_it_too_is_not_missed():
    def rare(count: int, few: int, seed: int) -> Dataset:
        return cloud_table(
            np.random.default_rng(seed).normal(size=(count, 2)),
            np.arange(count) % 2 + (np.arange(count) < few),
        )

    found = judge(comparison(rare(300, 8, 0), rare(60, 0, 1)), [Recall])
    assert found.figure("recall").per_class["both"] is None
    assert "both" not in found.figure("missing_classes").note


def test_a_class_that_looks_like_another_one_is_missed(real):
    made = clouds(300, seed=1)
    points = made.x[["a", "b"]].to_numpy(copy=True)
    points[made.y == 1] += 8
    found = judge(comparison(real, cloud_table(points, made.y), clouds(300, seed=2)), [Recall])
    assert found.value("missing_classes") == 1
    assert found.figure("missing_classes").note.startswith("missing: right;")


def test_repeated_samples_are_counted_whatever_their_class(real):
    made = clouds(300, seed=1)
    points = made.x[["a", "b"]].to_numpy(copy=True)
    points[:60] = points[60:120] + 1e-6
    found = judge(comparison(real, cloud_table(points, made.y), clouds(300, seed=2)), [Duplicates])
    assert found.value("duplicates") == pytest.approx(120 / 300)
    assert found.figure("duplicates").real < 0.02
    assert found.figure("duplicates").per_class["left"] == pytest.approx(0.4)


def test_a_class_that_is_too_alike_has_little_spread_and_recall(real):
    made = clouds(300, seed=1)
    points = made.x[["a", "b"]].to_numpy(copy=True)
    some = made.y == 2
    points[some] = 16 + 0.1 * (points[some] - 16)
    found = judge(comparison(real, cloud_table(points, made.y), clouds(300, seed=2)))
    assert found.figure("spread_ratio").per_class["both"] == pytest.approx(0.1, abs=0.03)
    assert found.value("spread_ratio") == pytest.approx(0.7, abs=0.06)
    assert found.figure("recall").per_class["both"] < 0.2
    assert found.figure("recall").per_class["left"] > 0.8


def blurred(x: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(x, (0, 1, 1))


def test_of_images_blur_and_noise_lower_precision(monkeypatch):
    monkeypatch.setattr(features, "STEPS", 20)
    monkeypatch.setattr(features, "BATCH", 16)
    real, made, held_out = bars(180), bars(180, seed=1), bars(180, seed=2)
    noise = np.random.default_rng(0).integers(-60, 60, made.x.shape)
    noisy = np.clip(made.x.astype(int) + noise, 0, 255).astype(np.uint8)
    values = [
        judge(comparison(real, images(x, made.y), held_out), [FrechetDistance, Precision])
        for x in (made.x, blurred(made.x), noisy)
    ]
    assert values[0].value("precision") > 0.85
    for bad in values[1:]:
        assert bad.value("precision") < 0.5
        assert bad.value("frechet") > 5 * values[0].value("frechet")


def test_without_held_out_samples_half_of_the_real_ones_stand_in(real):
    found = judge(comparison(real, clouds(300, seed=1)), [Precision])
    assert found.figure("precision").real > 0.8
    assert "150 synthetic and as many real samples" in found.figure("precision").note


def test_without_classes_there_are_figures_as_a_whole_only():
    given = comparison(bars(60, labelled=False), bars(60, 1, labelled=False), bars(60, 2, labelled=False))
    found = judge(given)
    assert [figure.name for figure in found.figures()] == [n for n in FIGURES if n != "missing_classes"] + [
        "duplicates"
    ]
    assert all(figure.value is not None and not figure.per_class for figure in found.figures())
    assert found.value("spread_ratio") == pytest.approx(1, abs=0.1)


def test_of_one_class_there_are_figures_as_a_whole_only():
    parts = [clouds(60, seed, classes=(0,)) for seed in range(3)]
    found = judge(comparison(*(replace(part, classes=part.classes[:1]) for part in parts)))
    assert [figure.name for figure in found.figures()][-2:] == ["spread_ratio", "duplicates"]
    assert found.value("spread_ratio") == pytest.approx(1, abs=0.15)
    for name in ("frechet", "precision", "recall", "spread_ratio"):
        assert not found.figure(name).per_class
    assert found.figure("missing_classes") is None


def test_a_class_with_two_members_is_left_out_with_a_note():
    real, made = (
        cloud_table(np.random.default_rng(seed).normal(size=(62, 2)), np.r_[np.arange(60) % 2, 2, 2])
        for seed in (0, 1)
    )
    found = judge(comparison(real, made, made))
    for name in ("frechet", "kid", "precision", "recall"):
        figure = found.figure(name)
        assert figure.per_class["both"] is None
        assert "too few samples of both" in figure.note
        assert figure.per_class["left"] is not None
    assert found.figure("spread_ratio").per_class["both"] is None
    assert found.value("missing_classes") == 0


@pytest.mark.parametrize("count", [1, 3, 7])
def test_of_few_samples_what_can_be_told_is_told(count):
    found = judge(comparison(clouds(40), clouds(count, seed=1), clouds(40, seed=2)))
    errors = {result.name: result.error for result in found.results if result.error}
    assert "10 of each at least" in errors["FrechetDistance"]
    assert not any("failed" in error for error in errors.values()), errors
    assert ("Recall" in errors) == (count < 6)
    assert ("Duplicates" in errors) == (count < 2)


@pytest.mark.parametrize("labelled", [True, False])
def test_constant_data_is_judged(monkeypatch, labelled):
    monkeypatch.setattr(features, "STEPS", 4)
    real = images(np.full((30, 8, 8), 9, np.uint8), np.arange(30) % 3, labelled)
    found = judge(comparison(real, replace(real, name="made"), real))
    errors = {result.name: result.error for result in found.results if result.error}
    assert list(errors) == ["Spread"]
    assert "all the same" in errors["Spread"]
    assert found.value("frechet") == pytest.approx(0, abs=1e-6)
    assert found.value("precision") == found.value("coverage") == found.value("duplicates") == 1


def test_same_comparison_gives_the_same_figures(real, good):
    again = judge(comparison(real, clouds(300, seed=1), clouds(300, seed=2)))
    assert list(again.figures()) == list(good.figures())
