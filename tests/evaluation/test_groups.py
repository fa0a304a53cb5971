from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from judged_data import clouds, comparison

from synthgen.errors import DataError
from synthgen.evaluation.features import Features, learnt_features
from synthgen.evaluation.groups import by_class, scores, with_classes


def features(real_y: list[int], made_y: list[int], again_y: list[int] | None = None) -> Features:
    """Points on a line, counted from 0 on each side."""

    def points(y: list[int]) -> np.ndarray:
        return np.arange(len(y), dtype=np.float32)[:, None]

    return Features(
        real=points(real_y),
        real_y=np.array(real_y),
        again=points(again_y) if again_y is not None else None,
        again_y=np.array(again_y) if again_y is not None else None,
        synthetic=points(made_y),
        synthetic_y=np.array(made_y),
        classes=("a", "b", "c"),
        words="by hand",
        about={},
    )


def gap(real: np.ndarray, others: np.ndarray) -> int:
    return len(real) - len(others)


def test_classes_of_a_group_have_as_many_members_on_each_side():
    groups = by_class(features([0] * 9 + [1] * 4, [0] * 6 + [1] * 7, [0] * 8 + [1] * 3 + [2]), 3)
    assert {name: group and len(group.real) for name, group in groups.items()} == {"a": 6, "b": 3, "c": None}
    group = groups["b"]
    assert len(group.again) == len(group.synthetic) == 3
    assert set(group.synthetic.ravel()) <= set(range(6, 13))


def test_other_real_samples_are_left_out_of_a_class_where_they_are_too_few():
    group = by_class(features([0] * 9, [0] * 9, [0] * 2), 3)["a"]
    assert group.again is None
    assert len(group.real) == 9


def test_classes_with_too_few_members_have_no_score_and_a_note_says_so():
    found = scores(features([0] * 9 + [1] * 2, [0] * 9 + [1] * 9, [0] * 9), gap, 3)
    assert found.per_class == {"a": 0, "b": None, "c": None}
    assert found.per_class_real == {"a": 0, "b": None, "c": None}
    assert "too few samples of b, c: 3 at least" in found.note
    assert found.value == -7
    with pytest.raises(DataError, match="2 real and 9 synthetic samples are too few: 3 of each"):
        scores(features([0] * 2, [0] * 9), gap, 3)


def test_other_shares_of_the_classes_are_noted():
    assert "33 % of the samples" in scores(features([0, 1, 2] * 4, [0, 1] * 6), gap, 3).note
    assert "shares" not in scores(features([0, 1, 2] * 4, [0, 1, 2] * 3), gap, 3).note


def test_a_class_is_as_long_as_points_are_on_average():
    given = learnt_features(comparison(clouds(60), clouds(60, seed=1)))
    group = with_classes(given)
    own = given.real.shape[1]
    assert (group.real[:, :own] == given.real).all()
    length = np.sqrt(np.square(given.real - given.real.mean(0)).sum(1).mean())
    assert np.allclose(np.sort(group.synthetic[:, own:], 1), [0, 0, length])
    assert (group.synthetic[:, own:].argmax(1) == given.synthetic_y).all()
    assert with_classes(replace(given, classes=())).real is given.real
