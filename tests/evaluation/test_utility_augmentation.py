"""Whether synthetic samples help beside real ones, and plain baselines to compare them with."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from utility_data import breast_cancer, digits, in_thirds, mixed_table, relabelled, thirds

from synthgen import Comparison, Measurement
from synthgen.data.sources.synthetic_shapes import SyntheticShapes
from synthgen.data.sources.waves import Waves
from synthgen.evaluation.utility import Augmentation
from synthgen.evaluation.utility.boosting import TableLearner
from synthgen.evaluation.utility.changes import change_images, change_signals, may_be_mirrored
from synthgen.evaluation.utility.examples import Examples
from synthgen.evaluation.utility.gain import Spread, judge, margin, spread_of, told
from synthgen.evaluation.utility.lesson import learnt_from_real, make_lesson
from synthgen.evaluation.utility.oversampling import smote
from synthgen.evaluation.utility.sizes import sizes
from synthgen.metric import take_samples


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr("synthgen.evaluation.utility.lesson.STEPS", 25)
    monkeypatch.setattr("synthgen.evaluation.utility.lesson.QUICK_STEPS", 25)
    monkeypatch.setattr("synthgen.evaluation.utility.lesson.BRIEF_STEPS", 25)
    monkeypatch.setattr("synthgen.evaluation.utility.boosting._TREES", 20)
    monkeypatch.setattr(
        "synthgen.evaluation.utility.augmentation.SEEDS",
        dict.fromkeys(("images", "signals", "table"), (2, 2)),
    )


def measure(comparison: Comparison) -> Measurement:
    return Augmentation(Augmentation.Options()).measure(comparison)


def few_real(dataset, per_class: int) -> Comparison:
    """So many real samples of each class, and the others in the place of the synthetic ones."""
    real, synthetic, held_out = thirds(dataset)
    few = [np.flatnonzero(real.y == c)[:per_class] for c in range(len(real.classes))]
    return Comparison(take_samples(real, np.sort(np.concatenate(few))), synthetic, held_out)


# ------------------------------------------------------------------------------------------------- what it finds


@pytest.mark.slow
def test_more_good_images_help_where_real_ones_are_few():
    found = measure(few_real(digits(), 3))
    smallest, only = found.figures
    assert (smallest.name, only.name) == ("augmentation_gain", "augmentation_gain_all")
    assert smallest.value == only.value > 0.1
    assert smallest.spread > 0
    assert smallest.real is None
    assert smallest.unit == "%"
    assert "Adding 481 synthetic samples to 30 real ones helps" in smallest.note
    assert "had seen these 30 real samples and no others" in smallest.note
    assert set(smallest.per_class) == set("0123456789")
    assert smallest.value == pytest.approx(np.mean(list(smallest.per_class.values())), abs=0.05)


@pytest.mark.slow
def test_images_with_wrong_labels_do_not_help():
    comparison = few_real(digits(), 20)
    y = np.random.default_rng(1).permutation(comparison.synthetic.y)
    found = measure(replace(comparison, synthetic=replace(comparison.synthetic, y=y)))
    assert found.figures[0].value < 0
    assert "does not help" in found.figures[0].note
    assert found.tables[0].rows[0][-1].endswith(": does not help")


def test_a_table_has_all_sizes_and_ways_and_a_picture_of_them():
    found = measure(in_thirds(breast_cancer(), full=True))
    names = [f"augmentation_gain{size}" for size in ("", "_5_percent", "_20_percent", "_100_percent")]
    assert [figure.name for figure in found.figures] == names
    (table,), (picture,) = found.tables, found.pictures
    ways = ["real only", "synthetic only", "real + synthetic", "real + SMOTE"]
    assert list(table.columns) == [
        "real samples",
        "number",
        "seeds",
        *ways,
        "real + synthetic less real only",
    ]
    assert [row[0] for row in table.rows] == ["5 %", "20 %", "100 %"]
    assert all(" ± " in cell for row in table.rows for cell in row[3:])
    assert picture.png.startswith(b"\x89PNG")
    assert "real + SMOTE 0.9" in picture.alt
    assert found.figures[0].spread > 0
    seen, few = len(in_thirds(breast_cancer()).real), table.rows[0][1]
    assert f"The generator had seen all {seen} real samples, not these {few} alone" in found.figures[0].note


def test_all_that_a_row_of_the_table_compares_is_learnt_by_the_same_kind_of_classifier(monkeypatch):
    used, make = [], TableLearner._classifier

    def noted(self, count, seed):
        used.append(type(made := make(self, count, seed)).__name__)
        return made

    monkeypatch.setattr(TableLearner, "_classifier", noted)
    monkeypatch.setattr("synthgen.evaluation.utility.boosting.FEW", 60)
    real, synthetic, held_out = thirds(mixed_table(300))
    found = Augmentation(None).measure(Comparison(real, synthetic, held_out))
    rows = found.tables[0].rows
    assert [row[1] < 60 for row in rows] == [True, True, False]
    alone = [row[found.tables[0].columns.index("synthetic only")] for row in rows]
    assert alone[0] == alone[1] != alone[2]
    assert used[:2] == ["ExtraTreesClassifier"] * 2
    assert found.pictures


def test_rows_with_labels_turned_round_harm():
    real, synthetic, held_out = thirds(breast_cancer())
    found = measure(Comparison(real, relabelled(synthetic, 1 - synthetic.y), held_out))
    assert all(figure.value < -0.02 for figure in found.figures)
    assert "does not help" in found.figures[0].note


def test_signals_have_shifts_and_noise_beside_them():
    waves = Waves(Waves.Options(count=300, length=32, frequency=(1, 3))).load()
    found = measure(in_thirds(waves))
    assert "real + shifts and noise" in found.tables[0].columns
    assert "real + synthetic + shifts and noise" in found.tables[0].columns
    assert found.figures[0].value is not None


def test_without_imbalanced_learn_the_cells_of_smote_say_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn.over_sampling", None)
    found = measure(in_thirds(breast_cancer()))
    table = found.tables[0]
    assert all("imbalanced-learn" in row[table.columns.index("real + SMOTE")] for row in table.rows)
    assert "not installed" in found.figures[0].note
    assert found.figures[0].value is not None


def test_a_test_side_of_one_class_leaves_the_gain_open():
    real, synthetic, held_out = thirds(mixed_table())
    held_out = take_samples(held_out, np.flatnonzero(held_out.y == 0))
    found = measure(Comparison(real, synthetic, held_out))
    assert found.figures[0].value is None
    assert "all of one class" in found.figures[0].note
    assert found.tables[0].rows[0][-1] == "not measured"


# --------------------------------------------------------------------------------------------------- the verdict


def test_a_gain_helps_if_it_is_above_its_spread():
    assert judge(Spread(0.02, 0.01, 3), 1000) == "helps"
    assert judge(Spread(0.01, 0.02, 3), 1000) == "cannot be told"
    assert judge(Spread(0.02, None, 1), 1000) == "cannot be told"
    assert judge(Spread(-0.02, 0.01, 3), 1000) == "does not help"
    assert judge(Spread(0.0005, 0.001, 3), 1000) == "does not help"
    assert judge(Spread(0.01, 0.0, 3), 50) == "cannot be told"  # less than one of the test samples
    assert judge(Spread(0.015, 0.01, 2), 1000) == "cannot be told"  # two seeds


def test_a_spread_is_the_sample_deviation():
    assert spread_of([1.0, 3.0]) == Spread(2.0, pytest.approx(2**0.5), 2)
    assert spread_of([1.0]) == Spread(1.0, None, 1)
    assert spread_of([1.0, None]) is None
    assert told(Spread(0.0123, 0.004, 3), "accuracy", signed=True) == "+1.2 % ± 0.4"
    assert told(Spread(0.9153, None, 1), "ROC AUC") == "0.915"


# ----------------------------------------------------------------------------------------------------- the sizes


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([6000] * 10, ["50", "200", "1000"]),
        ([180] * 10, ["50", "all"]),
        ([1000] * 10, ["50", "200", "all"]),
        ([50] * 10, ["all"]),
        ([2, 900], ["50", "200", "all"]),
    ],
)
def test_sizes_are_those_there_are(counts, expected):
    y = np.repeat(np.arange(len(counts)), counts)
    assert [size.suffix for size in sizes(Examples(y, y), table=False)] == expected


# ------------------------------------------------------------------------------------------------------- changes


def test_images_are_moved_by_at_most_two_pixels():
    torch.manual_seed(0)
    batch = torch.zeros(64, 1, 28, 28)
    batch[:, :, 10, 20] = 1.0
    moved = change_images((28, 28), False, "").apply(batch)
    rows, columns = torch.nonzero(moved[:, 0])[:, 1:].T
    assert sorted(set(rows.tolist())) == [8, 9, 10, 11, 12]
    assert sorted(set(columns.tolist())) == [18, 19, 20, 21, 22]
    assert "up to 1 pixels" in change_images((8, 8), False, "").note


def test_mirrored_images_are_half_of_a_batch():
    torch.manual_seed(0)
    batch = torch.zeros(64, 3, 28, 28)
    batch[:, :, :, 20] = 1.0
    columns = change_images((28, 28), True, "").apply(batch)[:, 0, 0].argmax(1)
    assert 16 < (columns < 14).sum() < 48
    assert ((columns - 20).abs() <= 2).logical_or((columns - 7).abs() <= 2).all()


def test_signals_keep_their_form():
    torch.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(50, 64, 2)).cumsum(1).astype(np.float32)
    batch = torch.from_numpy(x).movedim(-1, 1)
    changed = change_signals(x).apply(batch)
    assert changed.shape == batch.shape
    assert not torch.equal(changed, batch)
    for channel in range(2):
        pair = np.stack([changed[:, channel].flatten().numpy(), batch[:, channel].flatten().numpy()])
        assert np.corrcoef(pair)[0, 1] > 0.9


def test_digits_are_not_mirrored():
    comparison = in_thirds(digits(), full=True)
    lesson = comparison.once(make_lesson)
    learnt, _ = comparison.once(learnt_from_real)
    mirrored, note = may_be_mirrored(lesson.learner, learnt, lesson.test)
    assert not mirrored
    assert "do not keep their class" in note


def test_what_looks_the_same_from_both_sides_is_mirrored():
    shapes = in_thirds(SyntheticShapes(SyntheticShapes.Options(count=90, size=16)).load(), full=True)
    lesson = shapes.once(make_lesson)
    right = {x.tobytes(): y for x, y in zip(lesson.test.x, lesson.test.y, strict=True)}

    def learnt(x):  # as sure of mirrored images as of others
        kinds = [right.get(image.tobytes(), right.get(image[:, ::-1].tobytes())) for image in x]
        return np.eye(4)[kinds]

    assert may_be_mirrored(lesson.learner, learnt, lesson.test)[0]


# --------------------------------------------------------------------------------------------------------- SMOTE


def rows(members: list[int]) -> Examples:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(members)), members)
    return Examples(rng.normal(size=(len(y), 3)) + 10 * y[:, None], y)


def test_smote_makes_rows_between_those_of_a_class():
    real = rows([40, 10])
    made = smote(real, np.zeros(3, bool), 100, 0)
    assert np.bincount(made.y).tolist() == [80, 20]
    for c in range(2):
        own, new = real.x[real.y == c], made.x[made.y == c]
        assert (new >= own.min(0)).all()
        assert (new <= own.max(0)).all()


def test_smote_bears_classes_of_one_and_two_members():
    real = rows([40, 2, 1])
    made = smote(real, np.zeros(3, bool), 430, 0)
    assert np.bincount(made.y).tolist() == [400, 20, 10]
    assert (made.x[made.y == 2] == real.x[real.y == 2]).all()
    first, second = real.x[real.y == 1]
    line = (made.x[made.y == 1] - first) / (second - first)
    assert np.allclose(line, line[:, :1])


def test_smote_of_one_class_repeats_it():
    real = rows([5])
    made = smote(real, np.zeros(3, bool), 7, 0)
    assert made.count == 7
    assert {row.tobytes() for row in made.x} <= {row.tobytes() for row in real.x}


def test_smote_keeps_categories_and_fills_what_is_missing():
    real = rows([30, 20])
    real.x[:, 1] = np.arange(50) % 3
    real.x[::7, 0] = np.nan
    real.x[::5, 1] = np.nan
    made = smote(real, np.array([False, True, False]), 50, 0)
    assert set(made.x[:, 1]) <= {-1.0, 0.0, 1.0, 2.0}
    assert np.isfinite(made.x).all()
    codes = Examples(np.floor(real.x[:, 2:]) % 4, real.y)
    assert set(smote(codes, np.array([True]), 50, 0).x[:, 0]) <= set(codes.x[:, 0])


@pytest.mark.parametrize("mean", [0.05, 0.015, 0.0, -0.015, -0.05])
@pytest.mark.parametrize("count", [2, 3])
def test_the_margin_of_a_gain_says_what_its_judge_says(mean, count):
    found = Spread(mean, 0.01, count)
    assert (mean > margin(found, 1000)) is (judge(found, 1000) == "helps")
    if mean < -margin(found, 1000):
        assert judge(found, 1000) == "does not help"
