"""Rows of tables as points, and what is a category."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from synthgen import DataError
from synthgen.evaluation.columns import read_columns
from synthgen.evaluation.rows import encode_rows


def squared(points: np.ndarray, a: int, b: int) -> float:
    return float(((points[a] - points[b]) ** 2).sum())


def test_distances_count_deviations_of_numbers_and_categories_that_differ():
    reference = pd.DataFrame({"n": np.arange(20.0), "c": list("ab") * 10})
    rows = pd.DataFrame({"n": [1.0, 1.0, 4.0], "c": ["a", "b", "a"]})
    (points,) = encode_rows([rows], reference)
    assert points.dtype == np.float32
    assert squared(points, 0, 1) == pytest.approx(1)
    assert squared(points, 0, 2) == pytest.approx(9 / np.arange(20.0).var(), rel=1e-5)
    assert squared(points, 1, 2) == pytest.approx(1 + 9 / np.arange(20.0).var(), rel=1e-5)


def test_missing_values_are_as_far_from_known_ones_as_other_categories():
    reference = pd.DataFrame({"n": [*np.arange(19.0), np.nan], "c": ["a", "b"] * 10})
    rows = pd.DataFrame({"n": [9.0, None, 9.0], "c": ["a", "a", None]})
    (points,) = encode_rows([rows], reference)
    assert squared(points, 0, 1) == pytest.approx(1)
    assert squared(points, 0, 2) == pytest.approx(1)


def test_categories_that_the_reference_lacks_are_one():
    reference = pd.DataFrame({"c": ["a", "b"] * 10})
    (points,) = encode_rows([pd.DataFrame({"c": ["a", "x", "y"]})], reference)
    assert squared(points, 0, 1) == pytest.approx(1)
    assert squared(points, 1, 2) == 0


def test_width_goes_by_the_reference_alone():
    reference = pd.DataFrame({"n": np.arange(20.0), "c": ["a", "b"] * 10})
    odd = pd.DataFrame({"n": [np.nan, np.inf], "c": ["new", None]})
    widths = {points.shape[1] for frames in ([reference], [odd]) for points in encode_rows(frames, reference)}
    assert len(widths) == 1


def test_ids_and_many_values_stay_narrow():
    rng = np.random.default_rng(0)
    reference = pd.DataFrame(
        {"id": [f"u{i}" for i in range(2000)], "city": [f"c{i}" for i in rng.integers(0, 300, 2000)]}
    )
    (points,) = encode_rows([reference], reference)
    assert points.shape[1] <= 60
    assert len(np.unique(points[:, :2], axis=0)) == 1  # an id says nothing


def test_infinite_and_huge_numbers_stay_finite():
    reference = pd.DataFrame({"n": [*np.arange(20.0), np.inf], "h": [1e308, -1e308, *np.arange(19.0)]})
    rows = pd.DataFrame({"n": [np.inf, -np.inf, 1e300], "h": [1e308, np.inf, 0.0]})
    (points,) = encode_rows([rows], reference)
    assert np.isfinite(points).all()
    assert points[0, 0] > points[1, 0]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, 2, None, 40] * 5, dtype="Int64"),
        pd.Series([1, 2, None, 40] * 5, dtype="float32"),
        pd.Series([1, 2, None, 40] * 5, dtype=object),
        pd.Series([Decimal(1), Decimal(2), None, Decimal(40)] * 5, dtype=object),
    ],
)
def test_numbers_of_every_dtype_are_the_same_numbers(values):
    plain = pd.DataFrame({"n": np.arange(20.0)})
    (column,) = read_columns([pd.DataFrame({"n": values})], plain)
    assert column.number
    np.testing.assert_array_equal(column.parts[0], [1, 2, np.nan, 40] * 5)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", None])),
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", None], utc=True)),
        pd.Series([date(2020, 1, 1), date(2020, 1, 2), None], dtype=object),
        pd.Series(["2020-01-01", "2020-01-02", None]),
        pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", None])).astype("datetime64[s]"),
    ],
)
def test_dates_of_every_kind_are_seconds(values):
    reference = pd.DataFrame({"t": pd.to_datetime(["2020-01-01", "2021-01-01"] * 10)})
    (column,) = read_columns([pd.DataFrame({"t": values})], reference)
    assert column.number
    np.testing.assert_array_equal(column.parts[0], [1577836800.0, 1577923200.0, np.nan])


@pytest.mark.parametrize("dtype", ["category", "string", object, None])
def test_texts_of_every_dtype_are_the_same_categories(dtype):
    reference = pd.DataFrame({"c": ["a", "b", "b", None]})
    values = pd.Series(["b", None, "x", "a"], dtype=dtype)
    (column,) = read_columns([pd.DataFrame({"c": values})], reference)
    assert column.labels == ("b", "a", "x")
    assert column.parts[0].tolist() == [0, -1, 2, 1]
    assert column.reference.tolist() == [1, 0, 0, -1]


def test_truth_values_and_their_texts_are_the_same_categories():
    reference = pd.DataFrame({"c": [True, False, True]})
    (column,) = read_columns([pd.DataFrame({"c": ["True", "False", None]})], reference)
    assert column.parts[0].tolist() == [0, 1, -1]


def test_mixed_objects_are_categories():
    reference = pd.DataFrame({"c": [1, "a", (1, 2), [3], None]}, dtype=object)
    (column,) = read_columns([reference], reference)
    assert not column.number
    assert column.parts[0].tolist() == [0, 1, 2, 3, -1]


def test_a_handful_of_numbers_are_categories_and_so_is_a_named_column():
    few = pd.DataFrame({"k": [1, 2, 3] * 10, "n": np.arange(30)})
    assert [column.number for column in read_columns([few], few)] == [False, True]
    assert [column.number for column in read_columns([few], few, categories=["n"])] == [False, False]
    (seen, _) = read_columns([pd.DataFrame({"k": [2.0, 2.5], "n": [0, 1]})], few)
    assert seen.labels == ("1", "2", "3", "2.5")
    assert seen.parts[0].tolist() == [1, 3]


def test_column_without_values_is_read():
    empty = pd.DataFrame({"c": [None, None]})
    (column,) = read_columns([pd.DataFrame({"c": [1.5, np.nan]})], empty)
    assert column.reference.tolist() == [-1, -1]
    (points,) = encode_rows([pd.DataFrame({"c": ["x", None]})], empty)
    assert squared(points, 0, 1) == pytest.approx(1)


def test_names_of_any_type_may_be_there():
    frame = pd.DataFrame([[1.0, "a"], [2.0, "b"]], columns=pd.Index([0, np.nan], dtype=object))
    assert len(read_columns([frame.copy()], frame)) == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["x", "y"], "column 'age' has numbers in one table and text, such as 'x' in another"),
        (pd.to_datetime(["2020-01-01", None]), "column 'age' has numbers in one table and dates or times"),
    ],
)
def test_numbers_here_and_text_there_is_an_error_that_names_the_column(values, words):
    with pytest.raises(DataError, match=words):
        encode_rows([pd.DataFrame({"age": values})], pd.DataFrame({"age": [1.0, 2.0]}))


def test_other_columns_are_an_error_that_names_them():
    reference = pd.DataFrame({"a": [1], "b": [2]})
    with pytest.raises(DataError, match="one lacks b"):
        encode_rows([pd.DataFrame({"a": [1]})], reference)
    with pytest.raises(DataError, match="one has c"):
        encode_rows([pd.DataFrame({"a": [1], "b": [1], "c": [1]})], reference)
    with pytest.raises(DataError, match="different orders"):
        encode_rows([reference[["b", "a"]]], reference)
