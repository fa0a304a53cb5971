"""Column shapes, pair trends, classifier tests and broken constraints, against values computed by hand."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from compared_tables import measure, mixed, table

from synthgen import Comparison, DataError
from synthgen.data.codecs.table import TableCodec
from synthgen.evaluation.columns import read_columns
from synthgen.evaluation.tables import trends
from synthgen.evaluation.tables.c2st import BoostingTest, LogisticTest
from synthgen.evaluation.tables.shapes import Shapes, column_shape
from synthgen.evaluation.tables.trends import PairTables, Trends
from synthgen.evaluation.tables.violations import Violations
from synthgen.evaluation.tables.wording import percent

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import table_judge

PNG = b"\x89PNG"


@pytest.fixture
def no_pictures(monkeypatch):
    """Leaves out what takes nearly all of the time."""
    monkeypatch.setattr("synthgen.evaluation.tables.shapes.draw_columns", lambda *args: None)
    monkeypatch.setattr("synthgen.evaluation.tables.trends.draw_trends", lambda *args: None)


def shape(real, other):
    frames = [pd.DataFrame({"c": pd.Series(values)}) for values in (real, other)]
    (column,) = read_columns(frames, frames[0])
    return column_shape(column, *column.parts)


def trend(real: dict, other: dict) -> float:
    frames = [pd.DataFrame(values) for values in (real, other)]
    columns = read_columns(frames, frames[0])
    return PairTables(columns, 0).compare(PairTables(columns, 1))[0, 1]


# ---------------------------------------------------------------------------------------------------------- shapes


def test_shape_of_numbers_is_1_less_the_largest_gap_between_their_distributions():
    # up to 11: 12 of 12 real numbers, 6 of 12 others
    assert shape(np.arange(12.0), np.arange(6.0, 18.0)).value == pytest.approx(0.5)
    assert shape(np.arange(12.0), np.arange(12.0)).value == 1
    assert shape(np.arange(12.0), np.arange(100.0, 112.0)).value == 0


def test_shape_of_categories_is_1_less_half_the_sum_of_differences():
    assert shape(list("aabbbbbbcc"), list("aaaaabbbbd")).value == pytest.approx(
        1 - (0.3 + 0.2 + 0.2 + 0.1) / 2
    )


def test_missing_categories_are_a_category():
    assert shape(["a", "a", "b", "b"], ["a", "a", "b", None]).value == pytest.approx(0.75)


def test_missing_numbers_count_where_they_differ_more_than_the_known_ones():
    numbers = np.arange(20.0)
    some = np.where(numbers % 2, np.nan, numbers)
    found = shape(numbers, some)
    assert found.value == pytest.approx(0.5)
    assert re.fullmatch(r"missing: 0(\.0)? % of real, 50(\.0)? % of synthetic", found.differs)
    assert shape(some, some).value == 1


def test_column_that_is_all_missing_is_compared():
    assert shape([None, None], [None, None]).value == 1
    assert shape(np.arange(20.0), [np.nan] * 20).value == 0
    assert shape([np.nan] * 20, np.arange(20.0)).value == 0


def test_one_valued_and_infinite_columns_are_compared():
    assert shape([5.0] * 20, [5.0] * 20).value == 1
    assert shape([5.0] * 20, [5.1] * 20).value == 0
    assert shape([*np.arange(19.0), np.inf], [*np.arange(19.0), np.inf]).value == 1
    assert shape([*np.arange(19.0), 30.0], [*np.arange(19.0), np.inf]).value == pytest.approx(0.95)


def test_numbers_that_are_codes_are_compared_as_categories():
    # as numbers they would be up to 0.5 alike: the gap is between 1 and 3 alone
    assert shape([1, 1, 3, 3] * 5, [2.0] * 20).value == 0


def test_what_differs_is_told_in_words():
    assert (
        shape(["a"] * 3 + ["b"], ["a", "b", "b", "b"]).differs
        == f"a: {percent(0.75)} of real, {percent(0.25)} of synthetic"
    )
    days = pd.Series(pd.date_range("2020-01-01", periods=20))
    assert "up to 2020-01-20" in shape(days, days + pd.Timedelta(days=50)).differs


def test_shapes_are_the_mean_over_columns_with_the_worst_first_and_by_class():
    real, again = mixed(400, 0), mixed(400, 1)
    shifted = mixed(400, 2)
    shifted.loc[shifted.label == "yes", "m"] += 9
    found = measure(Shapes, Comparison(table(real, "label"), table(shifted, "label"), table(again, "label")))
    (figure,), (details,) = found.figures, found.tables
    assert figure.value == pytest.approx(np.mean([row[1] for row in details.rows]), abs=1e-4)
    assert figure.value < figure.real - 0.05
    assert details.rows[0][0] == "m"
    assert [row[1] for row in details.rows] == sorted(row[1] for row in details.rows)
    assert figure.per_class["yes"] < figure.per_class["no"] - 0.1
    assert abs(figure.per_class_real["yes"] - figure.per_class_real["no"]) < 0.1
    assert found.pictures[0].png.startswith(PNG)


@pytest.mark.usefixtures("no_pictures")
def test_class_without_synthetic_rows_has_no_shapes_and_others_do():
    real = mixed(200, 0)
    only = mixed(200, 1, label="no")
    comparison = Comparison(table(real, "label"), table(only, "label"))
    (figure,) = measure(Shapes, comparison).figures
    assert figure.per_class["yes"] is None
    assert figure.per_class["no"] > 0.8


@pytest.mark.usefixtures("no_pictures")
def test_ids_are_passed_over_and_the_note_says_so():
    real = mixed(100, 0, id=[f"r{i}" for i in range(100)])
    made = mixed(100, 1, id=[f"s{i}" for i in range(100)])
    comparison = Comparison(table(real), table(made))
    (figure,) = measure(Shapes, comparison).figures
    assert figure.value > 0.8
    assert figure.note.endswith("without ids and free text: id")
    assert measure(LogisticTest, comparison).figures[0].value < 0.7


def test_table_of_ids_alone_cannot_be_compared():
    ids = pd.DataFrame({"id": [f"r{i}" for i in range(100)]})
    with pytest.raises(DataError, match="ids or free text"):
        measure(Shapes, Comparison(table(ids), table(ids)))


def test_no_synthetic_rows_are_an_error():
    with pytest.raises(DataError, match="no synthetic rows"):
        measure(Shapes, Comparison(table(mixed(20, 0)), table(mixed(0, 0))))


# ---------------------------------------------------------------------------------------------------------- trends


def test_trend_of_numbers_is_1_less_half_the_difference_of_correlations():
    x = np.arange(20.0)
    assert trend({"a": x, "b": x}, {"a": x, "b": -x}) == pytest.approx(0)
    y = np.random.default_rng(0).normal(0, 1, 20)
    assert trend({"a": x, "b": x}, {"a": x, "b": y}) == pytest.approx(1 - (1 - np.corrcoef(x, y)[0, 1]) / 2)


def test_trend_of_categories_is_1_less_the_distance_of_contingency_tables():
    real = {"a": list("xxyy"), "b": list("uvuv")}
    other = {"a": list("xxyy"), "b": list("uuvv")}
    assert trend(real, other) == pytest.approx(0.5)
    assert trend(real, real) == 1


def test_trend_of_a_number_and_a_category_is_of_tenths():
    x = np.arange(20.0)
    real = {"a": x, "b": ["low"] * 10 + ["high"] * 10}
    assert trend(real, {"a": x[::-1], "b": real["b"]}) == pytest.approx(0)
    assert trend(real, {"a": x, "b": real["b"][:18] + ["low"] * 2}) == pytest.approx(0.9)


def test_correlations_are_over_rows_that_have_both_numbers():
    rng = np.random.default_rng(0)
    a, b = rng.normal(5, 2, (2, 50))
    a[:10], b[5:20], a[30] = np.nan, np.nan, np.inf
    both = np.isfinite(a) & np.isfinite(b)
    same = np.arange(50.0)
    expected = 1 - (1 - np.corrcoef(a[both], b[both])[0, 1]) / 2
    assert trend({"a": same, "b": same}, {"a": a, "b": b}) == pytest.approx(expected)


def test_constant_and_huge_numbers_have_trends():
    x = np.arange(20.0)
    assert trend({"a": x, "b": x}, {"a": x, "b": np.full(20, 3.3)}) == pytest.approx(0.5)
    assert trend({"a": x * 1e300, "b": x}, {"a": x, "b": x}) == pytest.approx(1)


def test_trends_find_the_pair_that_was_torn_apart():
    real, again, made = mixed(300, 0), mixed(300, 1), mixed(300, 2)
    made["m"] = np.random.default_rng(0).permutation(made["m"])
    found = measure(Trends, Comparison(table(real), table(made), table(again)))
    (figure,), (details,) = found.figures, found.tables
    assert figure.value < figure.real - 0.02
    assert set(details.rows[0][:2]) in ({"n", "m"}, {"m", "colour"})
    assert len(details.rows) == 10
    assert "correlation" in next(row[4] for row in details.rows if set(row[:2]) == {"n", "m"})
    assert found.pictures[0].png.startswith(PNG)


@pytest.mark.usefixtures("no_pictures")
def test_pairs_of_many_columns_are_drawn_and_the_target_is_among_them(monkeypatch):
    monkeypatch.setattr(trends, "MOST_COLUMNS", 4)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(30, 8)), columns=[f"c{i}" for i in range(8)])
    frame["label"] = list("ab") * 15
    comparison = Comparison(table(frame, "label"), table(frame, "label"))
    found = measure(Trends, comparison)
    assert found.figures[0].note.startswith("6 pairs")
    assert "4 columns drawn at random" in found.figures[0].note
    assert "label" in {name for row in found.tables[0].rows for name in row[:2]}


def test_table_of_one_column_has_no_trends():
    one = table(pd.DataFrame({"a": np.arange(20.0)}))
    with pytest.raises(DataError, match="single column"):
        measure(Trends, Comparison(one, one))


def test_benchmark_gives_the_same_shapes_and_trends():
    real, made = mixed(300, 0).drop(columns="day"), mixed(300, 5).drop(columns="day")
    made["m"] = made["m"] * 1.3 + 0.2
    columns = read_columns([real, made], real)
    shapes = table_judge.column_shapes(real, made)
    for column in columns:
        assert column_shape(column, *column.parts).value == pytest.approx(shapes[column.name])
    found = PairTables(columns, 0).compare(PairTables(columns, 1))
    names = [column.name for column in columns]
    for (a, b), value in table_judge.pair_trends(real, made).items():
        assert found[names.index(a), names.index(b)] == pytest.approx(value)


# ------------------------------------------------------------------------------------------------------------ c2st


def comparison_of(made: pd.DataFrame) -> Comparison:
    return Comparison(table(mixed(240, 0)), table(made), table(mixed(240, 1)))


@pytest.mark.parametrize("test", [LogisticTest, BoostingTest])
def test_real_rows_cannot_be_told_from_real_rows(test):
    (figure,) = measure(test, comparison_of(mixed(240, 2))).figures
    assert abs(figure.value - 0.5) < 0.1
    assert abs(figure.real - 0.5) < 0.1
    assert 0 <= figure.spread < 0.1


@pytest.mark.parametrize("test", [LogisticTest, BoostingTest])
def test_shifted_rows_are_told_apart(test):
    made = mixed(240, 2)
    made["n"] += 3
    assert measure(test, comparison_of(made)).figures[0].value > 0.9


def test_boosting_sees_a_relation_that_logistic_regression_does_not():
    made = mixed(240, 2)
    made["m"] = np.random.default_rng(0).permutation(made["m"])
    assert measure(BoostingTest, comparison_of(made)).figures[0].value > 0.65
    assert abs(measure(LogisticTest, comparison_of(made)).figures[0].value - 0.5) < 0.1


def test_missing_infinite_and_constant_columns_can_be_told_apart():
    odd = {"gap": [np.nan] * 240, "inf": [np.inf, 1.0] * 120, "one": [7] * 240, "many": range(240)}
    real, again = (mixed(240, seed, **odd) for seed in (0, 1))
    made = mixed(240, 2, **odd | {"gap": [1.0, np.nan] * 120})
    for test in (LogisticTest, BoostingTest):
        (figure,) = measure(test, Comparison(table(real), table(made), table(again))).figures
        assert figure.value > 0.65


def test_few_rows_are_an_error_that_says_how_many_it_takes():
    few = table(mixed(6, 0))
    with pytest.raises(DataError, match="there are 6 rows of a side to tell apart; it takes 20"):
        measure(LogisticTest, Comparison(few, few, few))


# ------------------------------------------------------------------------------------------------------ violations


def fitted(frame: pd.DataFrame, *constraints: dict) -> TableCodec:
    return TableCodec(TableCodec.Options(constraints=list(constraints))).fit(table(frame))


def test_rows_that_break_constraints_are_counted_once_and_by_constraint():
    real = pd.DataFrame({"low": np.arange(20.0), "high": np.arange(20.0) + 1})
    codec = fitted(
        real,
        {"rule": "order", "columns": ["low", "high"]},
        {"rule": "range", "column": "high", "high": 20},
    )
    made = pd.DataFrame({"low": [0.0, 5.0, 30.0, 1.0], "high": [1.0, 4.0, 25.0, 21.0]})
    found = measure(Violations, Comparison(table(real), table(made), codec=codec))
    (figure,), (details,) = found.figures, found.tables
    assert (figure.value, figure.real) == (0.75, 0)
    assert [row[:3] for row in details.rows] == [("low <= high", 2, 0.5), ("high <= 20", 2, 0.5)]


def test_real_rows_that_break_constraints_are_told():
    real = pd.DataFrame({"n": np.arange(20.0)})
    codec = fitted(real, {"rule": "non_negative", "columns": ["n"]})
    held_out = pd.DataFrame({"n": [-1.0, 1.0]})
    found = measure(Violations, Comparison(table(real), table(real), table(held_out), codec=codec))
    assert (found.figures[0].value, found.figures[0].real) == (0, 0.5)


def test_without_constraints_there_is_no_figure_and_no_error():
    real = mixed(30, 0)
    assert not measure(Violations, Comparison(table(real), table(real))).figures
    assert not measure(Violations, Comparison(table(real), table(real), codec=fitted(real))).figures
