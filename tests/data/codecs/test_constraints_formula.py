"""A column that follows from others."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from synthgen import DataError

from .constraint_toys import assert_same_dtypes, fit, made, saved

RULE = {"rule": "formula", "column": "total", "equals": "price * quantity"}


def table(rows=200, seed=0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"price": random.gamma(2, 5, rows).round(2), "quantity": random.integers(1, 9, rows)}
    )
    return frame.assign(total=(frame["price"] * frame["quantity"]).round(2), other=random.random(rows))


def test_the_column_is_not_modelled_but_computed_and_rounded_as_the_real_one():
    frame = table()
    constraints = saved(fit(frame, RULE))
    assert list(constraints.forward(frame).columns) == ["price", "quantity", "other"]
    rows = made(constraints, frame)
    assert_same_dtypes(rows, frame)
    assert rows["total"].equals((rows["price"] * rows["quantity"]).round(2))
    assert constraints.accepts(rows) is None
    assert not rows["total"].isin(frame["total"]).all()


@pytest.mark.parametrize("dtype", ["int64", "int32", "Int64", "float32", "Float64", "int64[pyarrow]"])
def test_results_have_the_dtype_of_the_column(dtype):
    pytest.importorskip("pyarrow") if "arrow" in dtype else None
    frame = table().assign(total=lambda f: (f["price"] * f["quantity"]).round().astype(dtype))
    constraints = saved(fit(frame, RULE))
    rows = made(constraints, frame)
    assert_same_dtypes(rows, frame)
    exact = rows["price"] * rows["quantity"]
    assert (rows["total"].astype(float) - exact).abs().max() <= 0.5000001
    judged = constraints.accepts(rows)
    assert judged is None or judged.all()


def test_results_too_large_for_the_dtype_are_refused():
    frame = pd.DataFrame({"price": [1, 100], "quantity": [100, 1], "total": [100, 100]}, dtype="int8")
    constraints = fit(frame, RULE)
    rows = made(constraints, frame, 100)
    judged = constraints.accepts(rows)
    exact = rows["price"].astype(int) * rows["quantity"]
    assert 0 < judged.mean() < 1
    assert (exact[judged] == rows["total"][judged]).all()
    assert (exact[~judged] == 10_000).all()


def test_a_missing_operand_makes_the_result_missing_where_it_is_so_in_the_data():
    frame = table()
    frame.loc[::4, ["price", "total"]] = np.nan
    constraints = saved(fit(frame, RULE))
    rows = made(constraints, frame)
    assert "total" not in constraints.forward(frame)
    assert rows["total"].isna().equals(rows["price"].isna())
    assert 0.15 < rows["total"].isna().mean() < 0.35


def test_a_pattern_of_missing_values_of_the_column_s_own_is_kept():
    frame = table()
    frame.loc[::4, "total"] = np.nan  # though it could be computed
    frame.loc[1::4, "price"] = np.nan  # though the total is known
    constraints = saved(fit(frame, RULE))
    pd.testing.assert_frame_equal(constraints.backward(constraints.forward(frame)), frame)
    rows = made(constraints, frame)
    assert rows["total"].isna().mean() == pytest.approx(0.25, abs=0.05)
    assert rows["total"][rows["price"].isna()].notna().mean() == pytest.approx(0.75, abs=0.07)
    both = rows.dropna()
    assert both["total"].equals((both["price"] * both["quantity"]).round(2))


def test_where_a_divisor_is_zero_the_rule_does_not_apply():
    frame = pd.DataFrame({"km": [10.0, 20, 30, 5], "h": [2.0, 0, 1, 0]})
    frame["speed"] = [5.0, np.nan, 30, np.nan]
    constraints = saved(fit(frame, {"rule": "formula", "column": "speed", "equals": "km / h"}))
    rows = made(constraints, frame)
    assert rows["speed"].isna().equals(rows["h"] == 0)
    assert constraints.accepts(rows).all()


def test_rows_without_a_result_are_refused_where_the_column_is_never_missing():
    frame = pd.DataFrame({"a": [3, 4, 5, 6], "b": [1, 2, 3, 4], "c": [2, 2, 2, 2]})
    frame["ratio"] = [4, 4, 4, 4]
    constraints = saved(fit(frame, {"rule": "formula", "column": "ratio", "equals": "8 / (a - b)"}))
    rows = made(constraints, frame)
    judged = constraints.accepts(rows)
    assert_same_dtypes(rows, frame)
    assert (rows["a"][~judged] == rows["b"][~judged]).any()
    good = rows[judged]
    assert ((good["ratio"] - 8 / (good["a"] - good["b"])).abs() <= 0.5001).all()


def test_a_formula_over_columns_of_other_rules_is_computed_after_them():
    random = np.random.default_rng(0)
    start = random.integers(0, 50, 200)
    frame = pd.DataFrame({"long": 0, "start": start, "end": start + random.integers(0, 9, 200)})
    frame["long"] = frame["end"] - frame["start"]
    formula = {"rule": "formula", "column": "long", "equals": "end - start"}
    order = {"rule": "order", "columns": ["start", "end"]}
    for raw in ([formula, order], [order, formula]):
        constraints = saved(fit(frame, *raw))
        rows = made(constraints, frame)
        assert rows["long"].equals(rows["end"] - rows["start"])
        assert rows["long"].min() >= 0
        assert constraints.accepts(rows) is None
        assert_same_dtypes(rows, frame)


def test_rules_that_follow_from_each_other_do_not_go_in_circles():
    frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 4, 6, 8]})
    double = {"rule": "formula", "column": "b", "equals": "a * 2"}
    half = {"rule": "formula", "column": "a", "equals": "b / 2"}
    constraints = fit(frame, double, half)
    rows = made(constraints, frame)
    assert (rows["b"] == rows["a"] * 2).all()
    assert constraints.accepts(rows).all()


def test_rows_are_judged_where_the_column_is_given():
    frame = pd.DataFrame({"a": [0, 1, 1, 0], "b": [0, 1, 0, 1], "sum": [0, 2, 1, 1]})
    constraints = saved(fit(frame, {"rule": "formula", "column": "sum", "equals": "a + b"}, fixed=["sum"]))
    assert constraints.forward(frame).equals(frame)
    rows = made(constraints, frame)
    assert np.array_equal(constraints.accepts(rows), rows["sum"] == rows["a"] + rows["b"])


@pytest.mark.parametrize("name", ["unit price", "class", 7, "preis in €", "it's", "µ", "a # b"])
def test_columns_go_by_whatever_name_they_have(name):
    frame = table().rename(columns={"price": name})
    word = str(name) if name == "µ" else f"`{name}`"
    rows = made(fit(frame, RULE | {"equals": f"{word} * 'quantity'"}), frame)
    assert rows["total"].equals((rows[name] * rows["quantity"]).round(2))


def test_numbers_that_are_objects_stay_what_they_are():
    frame = table()
    frame["price"] = [Decimal(f"{price:.2f}") for price in frame["price"]]
    frame["total"] = [
        price * quantity for price, quantity in zip(frame["price"], frame["quantity"], strict=True)
    ]
    rows = made(saved(fit(frame, RULE)), frame)
    assert (rows["total"] == rows["price"] * rows["quantity"]).all()
    assert type(rows["total"].iloc[0]) is Decimal


def test_categories_of_numbers_are_numbers():
    frame = table().assign(quantity=lambda f: f["quantity"].astype("category"))
    rows = made(saved(fit(frame, RULE)), frame)
    assert rows["total"].equals((rows["price"] * rows["quantity"].astype(int)).round(2))


def test_single_precision_and_unrounded_results_agree():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.random((500, 2)) * 1000, columns=["price", "quantity"]).astype("float32")
    frame["total"] = frame["price"] * frame["quantity"]
    fit(frame, RULE)
    frame["total"] *= np.float32(1.001)
    with pytest.raises(DataError, match="500 of 500 rows"):
        fit(frame, RULE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"total": [30.0, 31.2]},
            "constraint total = price * quantity: 1 of 2 rows of the data do not obey it, first row 1: "
            "total = 31.2, price = 10.5, quantity = 3, expected total = 31.5",
        ),
        (
            {"price": ["a", "b"]},
            "constraint total = price * quantity: column 'price' has text; a formula is of numbers",
        ),
        (
            {"price": pd.to_datetime(["2020-01-01"] * 2)},
            "constraint total = price * quantity: column 'price' has dates; a formula is of numbers",
        ),
        (
            {"total": [np.nan, np.nan]},
            "constraint total = price * quantity: all of column 'total' is missing; a formula is of numbers",
        ),
    ],
)
def test_data_that_does_not_obey_is_refused_with_what_was_expected(change, message):
    frame = pd.DataFrame({"price": [10, 10.5], "quantity": [3, 3], "total": [30.0, 31.5]}).assign(**change)
    with pytest.raises(DataError) as caught:
        fit(frame, RULE)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (RULE | {"equals": "prize * quantity"}, "there is no column 'prize'. Did you mean price?"),
        (
            RULE | {"column": "sum"},
            "there is no column 'sum'. Its columns are price, quantity, total, other.",
        ),
        (
            RULE | {"equals": "total * 1"},
            "constraint total = total \\* 1: a column cannot follow from itself",
        ),
    ],
)
def test_formulas_of_other_columns_than_there_are_are_refused(rule, message):
    with pytest.raises(DataError, match=message):
        fit(table(), rule)
