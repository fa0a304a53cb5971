"""Decoded samples are joined and taken alike, be they arrays or DataFrames."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.values import join, take

FRAME = pd.DataFrame(
    {
        "a": pd.array([1, None, 3], "Int64"),
        1: pd.Categorical(["x", "y", "x"], ["y", "x", "z"], ordered=True),
        "when": pd.to_datetime(["2020-01-01", "2021-01-01", None]).tz_localize("Europe/Vienna"),
    }
)


def test_arrays_are_joined_along_the_samples():
    parts = [np.zeros((2, 3), np.uint8), np.ones((1, 3), np.uint8)]
    assert join(parts).tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 1]]
    assert join(parts).dtype == np.uint8


def test_frames_are_joined_with_their_types_and_counted_anew():
    both = join([FRAME, FRAME[1:]])
    assert both.dtypes.equals(FRAME.dtypes)
    assert both.index.tolist() == [0, 1, 2, 3, 4]
    assert both[1].tolist() == ["x", "y", "x", "y", "x"]


@pytest.mark.parametrize("part", [np.arange(3), FRAME], ids=["array", "frame"])
def test_one_part_is_what_is_joined(part):
    assert join([part]) is part


def test_rows_are_taken_by_position_as_often_as_asked():
    assert take(np.array([[5, 6], [7, 8]]), np.array([1, 1, 0])).tolist() == [[7, 8], [7, 8], [5, 6]]
    some = take(FRAME.set_axis([7, 8, 9]), np.array([2, 0, 2]))
    assert some.dtypes.equals(FRAME.dtypes)
    assert some.index.tolist() == [0, 1, 2]
    assert some["a"].tolist() == [3, 1, 3]
    assert some[1].tolist() == ["x", "x", "x"]
