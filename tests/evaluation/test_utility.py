"""Train on synthetic and test on real samples, and the other way round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from utility_data import breast_cancer, digits, in_thirds, mixed_table, relabelled, thirds, wine

from synthgen import Comparison, DataError, Dataset, Figure
from synthgen.data.sources.waves import Waves
from synthgen.evaluation.utility import Utility
from synthgen.evaluation.utility.boosting import TableLearner, rows_as_numbers
from synthgen.evaluation.utility.examples import Examples, draw, draw_per_class, draw_share, halves
from synthgen.evaluation.utility.lesson import make_lesson
from synthgen.evaluation.utility.scores import score
from synthgen.metric import take_samples


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr("synthgen.evaluation.utility.lesson.STEPS", 40)
    monkeypatch.setattr("synthgen.evaluation.utility.lesson.QUICK_STEPS", 40)


def measure(comparison: Comparison) -> tuple[Figure, Figure]:
    tstr, trts = Utility(Utility.Options()).measure(comparison).figures
    assert (tstr.name, trts.name) == ("tstr", "trts")
    return tstr, trts


# ---------------------------------------------------------------------------------------------------- images


def test_other_real_images_are_worth_as_much_as_real_ones():
    tstr, trts = measure(in_thirds(digits()))
    assert tstr.real > 0.85
    assert tstr.value == pytest.approx(tstr.real, abs=0.05)
    assert trts.value == pytest.approx(trts.real, abs=0.05)
    assert trts.real == tstr.real


def test_a_full_report_has_a_spread_over_seeds_and_a_quick_one_has_none():
    comparison = in_thirds(digits())
    assert measure(comparison)[0].spread is None
    assert measure(replace(comparison, full=True))[0].spread > 0


def test_shuffled_labels_teach_nothing_and_are_not_recognised():
    real, synthetic, held_out = thirds(digits())
    y = np.random.default_rng(1).permutation(synthetic.y)
    tstr, trts = measure(Comparison(real, replace(synthetic, y=y), held_out, full=False))
    assert tstr.value < 0.3
    assert trts.value < 0.3
    assert tstr.real > 0.85


def test_a_class_without_synthetic_samples_is_named_and_never_recognised():
    real, synthetic, held_out = thirds(digits())
    synthetic = take_samples(synthetic, np.flatnonzero(synthetic.y < 2))
    tstr, trts = measure(Comparison(real, synthetic, held_out, full=False))
    assert [tstr.per_class[name] for name in "23456789"] == [0.0] * 8
    assert min(tstr.per_class[name] for name in "01") > 0.9
    assert min(tstr.per_class_real.values()) > 0.3
    assert trts.per_class["2"] is None
    assert trts.value > 0.8
    assert "Without synthetic samples: 2, 3, 4, 5, 6, 7, 8, 9." in tstr.note


def test_copies_of_one_image_a_class_look_real_and_teach_little():
    real, synthetic, held_out = thirds(digits())
    first = np.array([np.flatnonzero(synthetic.y == c)[0] for c in range(10)])
    tstr, trts = measure(Comparison(real, take_samples(synthetic, np.tile(first, 50)), held_out, full=False))
    assert trts.value > 0.85
    assert tstr.value < tstr.real - 0.15


def test_without_held_out_samples_half_of_the_real_ones_are_tested_on():
    data = digits()
    comparison = Comparison(data, data, None, full=False)
    lesson = comparison.once(make_lesson)
    assert lesson.real.count + lesson.test.count == len(data)
    assert lesson.real.count == pytest.approx(len(data) / 2, abs=5)
    known = {x.tobytes() for x in lesson.real.x}
    assert sum(x.tobytes() in known for x in lesson.test.x) < 5  # the data itself has hardly an image twice
    assert "none were held out" in measure(comparison)[0].note


def test_a_class_with_two_members_and_one_with_none_are_borne():
    real, synthetic, _ = thirds(digits())
    keep = np.sort(np.concatenate([np.flatnonzero(real.y > 1), np.flatnonzero(real.y == 0)[:2]]))
    tstr, _ = measure(Comparison(take_samples(real, keep), synthetic, None, full=False))
    assert tstr.per_class["1"] is None
    assert tstr.value is not None


def test_measuring_again_gives_the_same_and_leaves_the_random_state():
    comparison = in_thirds(digits())
    before = torch.get_rng_state()
    first, second = measure(comparison), measure(replace(comparison))
    assert first == second
    assert torch.equal(torch.get_rng_state(), before)


# ------------------------------------------------------------------------------------------- signals and tables


def test_signals_are_learnt_from_too():
    tstr, _ = measure(in_thirds(Waves(Waves.Options(count=600, length=32, frequency=(1, 3))).load()))
    assert tstr.real > 0.6
    assert tstr.value == pytest.approx(tstr.real, abs=0.15)


def test_a_table_of_two_classes_is_told_by_its_auc():
    tstr, trts = measure(in_thirds(breast_cancer()))
    assert tstr.real > 0.97
    assert tstr.value == pytest.approx(tstr.real, abs=0.03)
    assert trts.value == pytest.approx(trts.real, abs=0.03)
    assert tstr.title.endswith("ROC AUC")
    assert tstr.unit == ""
    assert not tstr.per_class


def test_a_table_of_more_classes_is_told_by_balanced_accuracy():
    tstr, _ = measure(in_thirds(wine()))
    assert tstr.title.endswith("balanced accuracy")
    assert tstr.value == pytest.approx(np.mean(list(tstr.per_class.values())))
    assert tstr.value > 0.9


def test_labels_turned_round_are_worse_than_chance():
    real, synthetic, held_out = thirds(breast_cancer())
    tstr, trts = measure(Comparison(real, relabelled(synthetic, 1 - synthetic.y), held_out, full=False))
    assert tstr.value < 0.1
    assert trts.value < 0.1


def test_one_class_of_two_teaches_nothing_and_has_no_auc():
    real, synthetic, held_out = thirds(breast_cancer())
    synthetic = take_samples(synthetic, np.flatnonzero(synthetic.y == 0))
    tstr, trts = measure(Comparison(real, synthetic, held_out, full=False))
    assert tstr.value == 0.5
    assert trts.value is None
    assert "the synthetic samples are all of one class" in trts.note


def test_categories_and_missing_values_are_learnt_from():
    tstr, _ = measure(in_thirds(mixed_table(900)))
    assert tstr.real > 0.75
    assert tstr.value == pytest.approx(tstr.real, abs=0.08)


def test_few_rows_are_learnt_from_by_a_forest():
    rng = np.random.default_rng(0)
    y = np.arange(24) % 2
    few = Examples(rng.normal(size=(24, 3)) + 2 * y[:, None], y)
    learner = TableLearner(2, np.zeros(3, bool))
    assert learner.score(learner.learn(few, seed=0), Examples(few.x[::-1] + 0.1, y[::-1])).value > 0.9


def test_what_is_added_does_not_change_the_kind_of_classifier(monkeypatch):
    kinds, make = [], TableLearner._classifier

    def noted(self, count, seed):
        classifier = make(self, count, seed)
        kinds.append(type(classifier).__name__)
        return classifier

    monkeypatch.setattr(TableLearner, "_classifier", noted)
    x = np.random.default_rng(0).normal(size=(600, 2))
    rows = Examples(x, (x[:, 0] > 0).astype(np.int64))
    learner = TableLearner(2, np.zeros(2, bool))
    for extra in (None, rows):
        learner.learn(rows.some(np.arange(40)), seed=2**32, extra=extra)
    assert kinds == ["ExtraTreesClassifier"] * 2


def test_rows_that_are_added_weigh_no_more_than_those_they_are_added_to():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 1))
    given = Examples(x, (x[:, 0] > 0).astype(np.int64))
    wrong = Examples(np.repeat(x, 20, 0), np.repeat(1 - given.y, 20))
    half_wrong = Examples(np.concatenate([wrong.x, wrong.x]), np.concatenate([wrong.y, 1 - wrong.y]))
    learner = TableLearner(2, np.zeros(1, bool))
    learnt = learner.learn(given, seed=0, extra=half_wrong)
    assert learner.score(learnt, given).value > 0.95  # unweighted, the real rows would be one in forty


def test_ids_and_infinite_numbers_do_no_harm():
    frame = pd.DataFrame(
        {"id": [f"id {i}" for i in range(40)], "a": [np.inf, *range(39)], "kind": ["x", "y"] * 20}
    )
    (rows,), categorical = rows_as_numbers([frame], "kind")
    assert rows.shape == (40, 1)
    assert np.isnan(rows[0, 0])
    assert categorical.tolist() == [False]


# ---------------------------------------------------------------------------------------------------- bad input


def unlabelled(dataset: Dataset) -> Dataset:
    return replace(dataset, y=np.zeros(len(dataset), np.int64), classes=(), target=None)


def test_data_without_labels_has_nothing_to_learn():
    data = digits()
    with pytest.raises(DataError, match="the data has no labels to learn"):
        measure(Comparison(unlabelled(data), unlabelled(data), full=False))
    with pytest.raises(DataError, match="the real and the synthetic data must both have them"):
        measure(Comparison(data, unlabelled(data), full=False))
    with pytest.raises(DataError, match="no labels to learn"):
        measure(Comparison(unlabelled(wine()), unlabelled(wine()), full=False))


def test_a_single_class_has_nothing_to_tell_apart():
    data = digits()
    zeros = take_samples(data, np.flatnonzero(data.y == 0))
    zeros = replace(zeros, classes=zeros.classes[:1])
    with pytest.raises(DataError, match="one class, '0'"):
        measure(Comparison(zeros, zeros, full=False))


def test_sides_without_samples_are_told():
    data = digits()
    none = take_samples(data, np.zeros(0, np.int64))
    with pytest.raises(DataError, match="too few synthetic samples"):
        measure(Comparison(data, none, full=False))
    with pytest.raises(DataError, match="too few real samples"):
        measure(Comparison(take_samples(data, np.arange(1)), data, full=False))


def test_a_table_of_labels_alone_is_told():
    data = mixed_table()
    bare = replace(data, x=data.x[["kind"]])
    with pytest.raises(DataError, match="no column to learn the labels from"):
        measure(Comparison(bare, bare, full=False))


# --------------------------------------------------------------------------------------------- scores and draws


def test_auc_is_the_share_of_pairs_in_the_right_order():
    second = np.array([0.1, 0.4, 0.35, 0.8])  # of the four pairs, one is in the wrong order
    found = score("ROC AUC", np.stack([1 - second, second], 1), np.array([0, 0, 1, 1]))
    assert found.value == 0.75
    assert found.recalled == (1.0, 0.5)


def test_balanced_accuracy_is_the_mean_of_what_was_recognised_of_each_class():
    probabilities = np.eye(3)[[0, 0, 0, 1]]
    y = np.array([0, 0, 1, 1])
    assert score("balanced accuracy", probabilities, np.array([0, 0, 0, 1])).value == 1.0
    assert score("balanced accuracy", probabilities, y) == (0.75, (1.0, 0.5, None))
    assert score("accuracy", probabilities, np.array([0, 1, 1, 1])).value == 0.5


def test_draws_keep_classes_and_grow():
    y = np.repeat([0, 1, 2], [100, 10, 2])
    examples = Examples(np.arange(112), y)
    few, more = draw_per_class(examples, 5, 0), draw_per_class(examples, 50, 0)
    assert np.bincount(few.y).tolist() == [5, 5, 2]
    assert np.bincount(more.y).tolist() == [50, 10, 2]
    assert set(few.x) < set(more.x)
    part = draw_share(examples, 0.05, 0)
    assert np.bincount(part.y).tolist() == [5, 1, 1]
    assert set(part.x) < set(draw_share(examples, 0.2, 0).x)
    assert draw(examples, 7, 0).count == 7
    first, second = halves(y, 0)
    assert np.bincount(y[first]).tolist() == [50, 5, 1]
    assert sorted([*first, *second]) == list(range(112))
