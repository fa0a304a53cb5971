from __future__ import annotations

import numpy as np
import pytest

from synthgen.evaluation import neighbours as module
from synthgen.evaluation.neighbours import coverage, nearest, overlap, squared_radii


def by_loops(real: np.ndarray, made: np.ndarray, k: int) -> tuple[float, float, float, float]:
    """Kynkäänniemi et al. 2019 and Naeem et al. 2020, as they are written."""

    def apart(x: np.ndarray, y: np.ndarray) -> float:
        return float(np.linalg.norm(x - y))

    def radii(points: np.ndarray) -> list[float]:
        others = [sorted(apart(x, y) for j, y in enumerate(points) if j != i) for i, x in enumerate(points)]
        return [near[k - 1] for near in others]

    of_real, of_made = radii(real), radii(made)
    inside = [[apart(x, y) <= radius for x, radius in zip(real, of_real, strict=True)] for y in made]
    precision = np.mean([any(row) for row in inside])
    density = sum(map(sum, inside)) / (k * len(made))
    covered = np.mean([any(row[i] for row in inside) for i in range(len(real))])
    recall = np.mean(
        [any(apart(x, y) <= radius for y, radius in zip(made, of_made, strict=True)) for x in real]
    )
    return float(precision), float(recall), float(density), float(covered)


@pytest.mark.parametrize("offset", [0, 300])
def test_the_four_numbers_are_those_of_the_papers(monkeypatch, offset):
    monkeypatch.setattr(module, "_BLOCK", 16)
    rng = np.random.default_rng(0)
    real = (rng.normal(size=(50, 3)) + offset).astype(np.float32)
    made = (rng.normal(size=(40, 3)) * 1.3 + 0.7 + offset).astype(np.float32)
    for k in (1, 5):
        expected = by_loops(real.astype(float), made.astype(float), k)
        assert overlap(real, made, k) == pytest.approx(expected, abs=1e-6)
        assert coverage(real, made, k) == pytest.approx(expected[3], abs=1e-6)
        assert 0.1 < expected[0] < 1


def test_on_a_line_they_are_as_counted_by_hand():
    real = np.array([[0.0], [1], [3], [10]], np.float32)
    made = np.array([[0.5], [2], [20]], np.float32)
    # radii with k = 1: real 1 1 2 7, made 1.5 1.5 18; so 0.5 is in the balls of 0 and 1, 2 in those of 1 and 3
    assert squared_radii(real, 1).tolist() == [1, 1, 4, 49]
    found = overlap(real, made, 1)
    assert found.precision == pytest.approx(2 / 3)
    assert found.density == pytest.approx(4 / 3)
    assert found.coverage == pytest.approx(3 / 4)
    assert found.recall == 1  # the ball around 20 reaches to 2, and 0 is in that around 0.5


def test_copies_are_precise_and_cover_everything():
    real = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    found = overlap(real, real.copy())
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)


def test_points_that_are_all_the_same_lie_among_each_other():
    same = np.full((9, 3), 7.3, np.float32)
    assert overlap(same, same.copy()) == (1, 1, 9 / 5, 1)
    assert overlap(same, same + 1) == (0, 0, 0, 0)


def test_a_mode_left_out_lowers_recall_and_coverage_but_not_precision():
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(size=(60, 2)), rng.normal(size=(30, 2)) + 50]).astype(np.float32)
    made = rng.normal(size=(90, 2)).astype(np.float32)
    found = overlap(real, made)
    assert found.recall < 0.67 > found.coverage
    assert found.precision > 0.9


def test_nearest_points_are_told_exactly_far_from_the_origin_too():
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(20, 3)) * 100).astype(np.float32)
    points[11] = points[4] + np.float32([2**-10, 0, 0])
    points[17] = points[2]
    distances, positions = nearest(points, None, 2)
    assert positions[[11, 4, 17, 2], 0].tolist() == [4, 11, 2, 17]
    assert distances[17, 0] == 0
    assert distances[11, 0] == pytest.approx(np.linalg.norm(points[11] - points[4]), rel=1e-5)
    assert (np.diff(distances, axis=1) >= 0).all()


def test_without_made_points_nothing_is_covered_and_too_few_points_have_no_neighbours():
    points = np.zeros((5, 2), np.float32)
    assert coverage(np.zeros((6, 2), np.float32), points[:0]) == 0
    with pytest.raises(ValueError, match="5 nearest points asked for, of 4"):
        overlap(points, np.zeros((9, 2), np.float32))


def test_one_point_far_away_does_not_make_all_others_near():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(60, 2)).astype(np.float32)
    made = np.concatenate([rng.normal(size=(60, 2)) + 50, [[1e6, 0]]]).astype(np.float32)
    found = overlap(real, made)
    assert (found.precision, found.density, found.coverage) == (0, 0, 0)
    assert coverage(real, made) == 0
