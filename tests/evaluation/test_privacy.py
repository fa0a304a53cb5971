"""Nearness to training samples, copies of them, and the membership attack, on samples whose answer is known."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
import torch
from compared_tables import measure, mixed, table
from PIL import Image

from synthgen import Comparison, DataError, Dataset
from synthgen.evaluation.nearest import find_nearest
from synthgen.evaluation.privacy import points as points_module
from synthgen.evaluation.privacy.closest import DcrShare, Nndr
from synthgen.evaluation.privacy.copies import ExactCopies, NearCopies
from synthgen.evaluation.privacy.membership import MembershipAuc, area_under_curve
from synthgen.evaluation.privacy.points import points

ALL = (DcrShare, Nndr, ExactCopies, NearCopies, MembershipAuc)


def images(count: int, seed: int) -> Dataset:
    """Random pictures of 6 x 5 pixels."""
    x = np.random.default_rng(seed).integers(0, 256, (count, 6, 5), np.uint8)
    return of_images(x)


def of_images(x: np.ndarray) -> Dataset:
    return Dataset("toy", x, np.zeros(len(x), np.int64), ())


def signals(count: int, seed: int, channels: int = 2) -> Dataset:
    x = np.random.default_rng(seed).normal(0, 1, (count, 12, channels)).astype(np.float32)
    x[:, :, 0] *= 1000
    return Dataset("toy", x, np.zeros(count, np.int64), (), kind="signals")


def rows(count: int, seed: int) -> Dataset:
    return table(mixed(count, seed), "label")


def some(dataset: Dataset, count: int) -> Dataset:
    x = dataset.x.iloc[:count].reset_index(drop=True) if dataset.kind == "table" else dataset.x[:count]
    return Dataset("toy", x, dataset.y[:count], dataset.classes, kind=dataset.kind, target=dataset.target)


def value(metric, comparison: Comparison) -> float:
    return measure(metric, comparison).figures[0].value


# ---------------------------------------------------------------------------------------------- the nearest points


def test_nearest_points_are_found_in_order_with_exact_distances():
    among = np.array([[0, 0], [3, 4], [1, 0], [0, 2]], np.float32)
    found = find_nearest(np.array([[0, 0], [3, 4]], np.float32), among, 3)
    np.testing.assert_allclose(found.distances, [[0, 1, 2], [0, np.sqrt(13), np.sqrt(20)]], rtol=1e-6)
    assert found.places.tolist() == [[0, 2, 3], [1, 3, 2]]


def test_a_point_is_passed_over_but_its_twin_is_not():
    among = np.array([[1, 1], [1, 1], [4, 5]], np.float32)
    found = find_nearest(among[[0, 2]], among, 5, own=np.array([0, 2]))
    assert found.distances.tolist() == [[0, 5], [5, 5]]
    assert found.places[0].tolist() == [1, 2]


def test_near_points_far_from_the_origin_keep_their_distances():
    among = (1e4 + np.arange(5.0)[:, None] * [[0.5, 0]]).astype(np.float32)
    found = find_nearest(among[:1], among, 3)
    assert found.distances.tolist() == [[0, 0.5, 1]]


def test_many_points_are_searched_in_groups_and_tiles_with_the_same_result(monkeypatch):
    rng = np.random.default_rng(0)
    among = np.round(rng.normal(size=(2_011, 3)), 1).astype(np.float32)  # with ties and equal points
    own = np.array([5, 300, 2_010])
    monkeypatch.setattr("synthgen.evaluation.nearest._GROUP", 8)
    monkeypatch.setattr("synthgen.evaluation.nearest._CELLS", 3 * 700)  # the tiles are of 700 points
    found = find_nearest(among[own], among, 5, own=own)
    apart = np.linalg.norm(among[own][:, None].astype(float) - among, axis=2)
    apart[np.arange(3), own] = np.inf
    assert found.distances == pytest.approx(np.sort(apart, 1)[:, :5], abs=1e-6)
    assert np.take_along_axis(apart, found.places, 1) == pytest.approx(found.distances, abs=1e-6)


def test_beside_very_many_training_samples_fewer_are_asked_for_and_the_note_says_so(monkeypatch):
    monkeypatch.setattr("synthgen.evaluation.privacy.neighbours.PAIRS", 4_000)
    monkeypatch.setattr("synthgen.evaluation.privacy.neighbours.FEWEST_ASKED", 10)
    rng = np.random.default_rng(0)
    real, made = (
        Dataset(
            "x", rng.normal(size=(200, 4, 1)).astype(np.float32), np.zeros(200, np.int64), (), kind="signals"
        )
        for _ in range(2)
    )
    figure = NearCopies(None).measure(Comparison(real, made)).figures[0]
    assert "of 20 synthetic samples" in figure.note


def test_chunks_do_not_change_what_is_nearest(monkeypatch):
    rng = np.random.default_rng(0)
    queries, among = (rng.normal(size=(n, 3)).astype(np.float32) for n in (17, 40))
    whole = find_nearest(queries, among, 4)
    monkeypatch.setattr("synthgen.evaluation.nearest._CELLS", 100)
    parts = find_nearest(queries, among, 4)
    np.testing.assert_array_equal(whole.places, parts.places)
    brute = np.sqrt(((queries[:, None] - among) ** 2).sum(2))
    np.testing.assert_allclose(whole.distances, np.sort(brute, 1)[:, :4], rtol=1e-5)


# ---------------------------------------------------------------------------------------------- values by hand


def line(*numbers: int) -> Dataset:
    """Signals of a single value; their standard deviation is taken as a unit, which changes no ratio."""
    x = np.array(numbers, np.float32)[:, None]
    return Dataset("toy", x, np.zeros(len(x), np.int64), (), kind="signals")


def test_dcr_share_counts_ties_half():
    # 0: a training sample; 5: as near to 4 as to 6; 7 and 9: nearer to held-out ones
    comparison = Comparison(line(0, 4, 20), line(0, 5, 7, 9), line(6, 10, 30))
    (figure,) = measure(DcrShare, comparison).figures
    assert figure.value == 1.5 / 4
    assert figure.real == 0.5


def test_nndr_is_the_median_ratio():
    # nearest over second nearest: 1/9, 2/8, 0/10
    comparison = Comparison(line(0, 10, 20), line(1, 12, 20), line(5, 15, 26))
    (figure,) = measure(Nndr, comparison).figures
    assert figure.value == pytest.approx(1 / 9)
    assert figure.real == pytest.approx(1)  # 5/5, 5/5, 6/16


def test_exact_copies_are_counted_among_all_training_samples():
    (figure,) = measure(ExactCopies, Comparison(line(1, 2, 3), line(3, 3, 4, 5), line(1, 9))).figures
    assert (figure.value, figure.real) == (0.5, 0.5)


def test_rows_that_differ_in_the_sign_of_zero_are_exact_copies():
    real, made, held = (
        pd.DataFrame({"a": [first, *rest], "b": list("xyzxyz")})
        for first, *rest in ((0.0, 2, 3, 4, 5, 6), (-0.0, 7, 8, 9, 10, 11), (1.5, 20, 21, 22, 23, 24))
    )
    (figure,) = measure(ExactCopies, Comparison(table(real), table(made), table(held))).figures
    assert figure.value == pytest.approx(1 / 6)


def test_rounding_does_not_break_the_ties_of_categories():
    rng = np.random.default_rng(0)
    real, made, held = (table(pd.DataFrame(rng.integers(0, 4, (150, 20)).astype(str))) for _ in range(3))
    (figure,) = measure(DcrShare, Comparison(real, made, held)).figures
    codes = [part.x.to_numpy() for part in (made, real, held)]
    to_real, to_held = ((codes[0][:, None] != side).sum(2).min(1) for side in codes[1:])
    assert (to_real == to_held).sum() > 10
    assert figure.value == ((to_real < to_held) + 0.5 * (to_real == to_held)).mean()


def test_area_under_the_curve_is_that_of_scikit_learn_and_its_error_is_that_of_many_draws():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    draws = [(rng.normal(0.3, 1, 80).round(1), rng.normal(0, 1, 120).round(1)) for _ in range(200)]
    areas, errors = zip(*(area_under_curve(*draw) for draw in draws), strict=True)
    expected = roc_auc_score(np.repeat([1, 0], [80, 120]), np.concatenate(draws[0]))
    assert areas[0] == pytest.approx(expected)
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.2)


# ----------------------------------------------------------------------------------------- copies and fresh samples


@pytest.mark.parametrize("make", [images, signals, rows])
def test_copies_of_training_samples_are_caught_by_every_metric(make):
    real = make(150, 0)
    comparison = Comparison(real, real, make(150, 1))
    assert value(DcrShare, comparison) > 0.98
    assert value(ExactCopies, comparison) == 1
    assert value(NearCopies, comparison) == 1
    assert value(Nndr, comparison) == 0
    assert value(MembershipAuc, comparison) > 0.98


@pytest.mark.parametrize("make", [images, rows])
def test_fresh_samples_are_no_nearer_to_training_than_to_held_out_samples(make):
    comparison = Comparison(make(300, 0), make(300, 2), make(300, 1))
    for metric in (DcrShare, MembershipAuc):
        (figure,) = measure(metric, comparison).figures
        assert abs(figure.value - 0.5) < 4 * figure.spread
        assert 0.01 < figure.spread < 0.06
    assert value(ExactCopies, comparison) == 0
    assert value(NearCopies, comparison) < 0.05
    (figure,) = measure(Nndr, comparison).figures
    assert figure.value == pytest.approx(figure.real, abs=0.06)


def test_copies_with_noise_are_near_and_not_exact():
    real, rng = images(200, 0), np.random.default_rng(1)
    noisy = of_images(np.clip(real.x + rng.normal(0, 8, real.x.shape), 0, 255).astype(np.uint8))
    comparison = Comparison(real, noisy, images(200, 2))
    assert value(ExactCopies, comparison) == 0
    assert value(NearCopies, comparison) > 0.95
    assert value(DcrShare, comparison) > 0.9


def test_copies_of_a_sample_that_the_training_data_has_three_times_are_near():
    base = images(60, 0).x
    real = of_images(np.concatenate([base, base[:1], base[:1]]))
    noisy = np.clip(base[:1].astype(int) + np.random.default_rng(0).integers(-4, 5, (10, 6, 5)), 0, 255)
    assert value(NearCopies, Comparison(real, of_images(noisy.astype(np.uint8)), images(60, 1))) == 1


def test_simple_samples_are_not_taken_for_copies():
    rng = np.random.default_rng(0)
    scales = rng.choice([1, 100], 400)  # half of the pictures are nearly blank: all near to each other
    x = np.clip(128 + scales[:, None, None] * rng.normal(0, 1, (400, 6, 5)), 0, 255).astype(np.uint8)
    blank = np.clip(128 + rng.normal(0, 1, (100, 6, 5)), 0, 255).astype(np.uint8)
    assert value(NearCopies, Comparison(of_images(x[:200]), of_images(blank), of_images(x[200:]))) < 0.1


def test_rows_that_real_data_repeats_show_in_the_real_value():
    doubled = pd.DataFrame({"a": list("xyzw") * 25, "b": np.repeat(np.arange(20), 5)})
    real, held = table(doubled), table(doubled.iloc[::-1].reset_index(drop=True))
    (exact,) = measure(ExactCopies, Comparison(real, real, held)).figures
    (near,) = measure(NearCopies, Comparison(real, real, held)).figures
    assert (exact.value, exact.real) == (1, 1)
    assert (near.value, near.real) == (1, 1)
    (unheld,) = measure(ExactCopies, Comparison(real, real)).figures
    assert unheld.real == doubled.duplicated(keep=False).mean()


# --------------------------------------------------------------------------------------------------- what is shown


def test_most_suspicious_images_are_shown_in_pairs():
    real, made = images(50, 0), images(40, 1)
    made.x[7] = real.x[3]
    (picture,) = measure(NearCopies, Comparison(real, made, images(50, 2))).pictures
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    height, width = pixels.shape
    first = [pixels[row : row + height // 2 - 4] for row in (2, height // 2 + 1)]
    assert width > 600
    assert "Real samples are shown" in picture.caption
    column = slice(width - 12 * (width // 14), None)
    assert first[0][:, column].std() > 20


def test_rows_that_are_nearest_are_listed_with_what_differs():
    real, made = mixed(60, 0), mixed(40, 1)
    made.loc[5] = real.loc[9]
    made.loc[8] = real.loc[2]
    made.loc[8, "m"] += 1e-4
    (details,) = measure(NearCopies, Comparison(table(real), table(made), table(mixed(60, 2)))).tables
    assert details.rows[0] == (5, 9, 0.0, 5, "nothing: an exact copy")
    assert details.rows[1][:2] == (8, 2)
    assert details.rows[1][4].startswith("m: ")
    assert len(details.rows) == 12


def test_signals_are_drawn_in_pairs():
    comparison = Comparison(signals(20, 0), signals(20, 1), signals(20, 2))
    assert measure(NearCopies, comparison).pictures[0].png.startswith(b"\x89PNG")


# ------------------------------------------------------------------------------------------------------- few, none


@pytest.mark.parametrize("metric", [DcrShare, MembershipAuc])
@pytest.mark.parametrize("held_out", [None, 0])
def test_without_held_out_samples_an_error_says_so(metric, held_out):
    comparison = Comparison(images(9, 0), images(9, 1), None if held_out is None else some(images(3, 2), 0))
    with pytest.raises(DataError, match="no samples were held out"):
        measure(metric, comparison)


def test_without_held_out_samples_training_samples_stand_for_real_ones():
    comparison = Comparison(images(100, 0), images(100, 1))
    (near,) = measure(NearCopies, comparison).figures
    (ratio,) = measure(Nndr, comparison).figures
    assert near.real == pytest.approx(0.01)
    assert ratio.real == pytest.approx(ratio.value, abs=0.05)
    assert "among the other training samples" in ratio.note


@pytest.mark.parametrize(
    ("real", "made", "words"), [(2, 9, "2 training samples"), (9, 2, "2 synthetic samples")]
)
def test_fewer_than_three_samples_are_an_error(real, made, words):
    for metric in ALL:
        with pytest.raises(DataError, match=words):
            measure(metric, Comparison(images(real, 0), images(made, 1), images(9, 2)))


def test_three_samples_are_enough():
    for make in (images, rows):
        comparison = Comparison(some(make(9, 0), 3), some(make(9, 1), 3), some(make(9, 2), 1))
        for metric in ALL:
            assert np.isfinite(value(metric, comparison))


# ------------------------------------------------------------------------------------------------- the same again


def test_many_values_are_projected_and_copies_still_found(monkeypatch):
    monkeypatch.setattr(points_module, "EXACT", 100)
    monkeypatch.setattr(points_module, "COMPONENTS", 10)
    monkeypatch.setattr(points_module, "_TOGETHER", 1200)
    real = images(120, 0)
    comparison = Comparison(real, some(images(120, 2), 60), images(60, 1))
    assert comparison.once(points).real.shape == (120, 10)
    assert "10 principal components of the pixels" in comparison.once(points).about
    assert abs(value(DcrShare, comparison) - 0.5) < 0.2
    assert value(NearCopies, Comparison(real, real, images(60, 1))) == 1


def test_channels_of_signals_count_alike():
    real = signals(20, 0)
    found = Comparison(real, signals(20, 1)).once(points).real.reshape(20, 12, 2)
    np.testing.assert_allclose(found.std((0, 1)), 1, rtol=1e-4)


def test_figures_are_the_same_again_and_random_numbers_are_left_alone():
    def figures():
        comparison = Comparison(images(90, 0), images(90, 1), images(90, 2), seed=3, full=False)
        return [measure(metric, comparison).figures for metric in ALL]

    state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    assert figures() == figures()
    assert torch.equal(state, torch.get_rng_state())
    assert (numpy_state == np.random.get_state()[1]).all()
