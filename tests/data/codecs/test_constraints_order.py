"""Columns in an order, whatever a model makes."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from synthgen import DataError
from synthgen.data.codecs.constraints.measuring import measure

from .constraint_toys import assert_same_dtypes, fit, made, saved

N = 300


def numbers(missing=(0.0, 0.0, 0.0), decimals=0, seed=0):
    """Three columns in ascending order, some values missing."""
    random = np.random.default_rng(seed)
    values = np.cumsum(random.gamma(2, 10, (N, 3)), 1).round(decimals)
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    return frame.mask(random.random((N, 3)) < missing)


def ascend(frame, columns, strict=False):
    """Whether in each row the values that are there ascend."""
    rows = frame[columns].astype(object).where(frame[columns].notna(), None)
    known = [[value for value in row if value is not None] for row in rows.itertuples(index=False)]
    return all(x < y or (x == y and not strict) for row in known for x, y in pairwise(row))


def dates(frame, start="2020-02-01"):
    return frame.apply(lambda column: pd.Timestamp(start) + pd.to_timedelta(column, "D"))


def objects(frame, kind):
    return frame.apply(lambda column: pd.Series([kind(value) for value in column], dtype=object))


DTYPES = {
    "int64": lambda f: f.astype("int64"),
    "int16": lambda f: f.astype("int16"),
    "float64": lambda f: f + 0.25,
    "float32": lambda f: (f / 7).astype("float32"),
    "days": dates,
    "ns": lambda f: dates(f).astype("datetime64[ns]"),
    "s": lambda f: dates(f).astype("datetime64[s]"),
    "zone": lambda f: dates(f).apply(lambda c: c.dt.tz_localize("Europe/Vienna")),
    "durations": lambda f: f.apply(lambda c: pd.to_timedelta(c, "h")),
    "text": lambda f: dates(f).apply(lambda c: c.dt.strftime("%d/%m/%Y")),
    "text without zeros": lambda f: dates(f).apply(
        lambda c: c.map(lambda d: f"{d.year}-{d.month}-{d.day} 7:05")
    ),
    "objects": lambda f: dates(f).apply(lambda c: c.dt.date.astype(object)),
    "ints": lambda f: objects(f, int),
    "decimals": lambda f: objects(f, lambda value: Decimal(f"{value:.2f}")),
    "times": lambda f: objects(f, lambda value: datetime.time(int(value) // 60 % 24, int(value) % 60)),
}
NULLABLE = {
    "float64": lambda f: f / 3,
    "float32": lambda f: (f / 10).astype("float32"),
    "Int64": lambda f: f.astype("Int64"),
    "Float64": lambda f: f.astype("Float64"),
    "days": dates,
    "zone": lambda f: dates(f).apply(lambda c: c.dt.tz_localize("UTC")),
    "arrow": lambda f: f.astype("Int64").astype("int32[pyarrow]"),
    "arrow times": lambda f: dates(f).astype("timestamp[us][pyarrow]"),
    "arrow dates": lambda f: dates(f).astype("date32[day][pyarrow]"),
}


def as_dates(frame, kind):
    """Text as the dates that it stands for."""
    formats = {"text": "%d/%m/%Y", "text without zeros": "%Y-%m-%d %H:%M"}
    return frame.apply(lambda c: pd.to_datetime(c, format=formats[kind])) if kind in formats else frame


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("kind", DTYPES)
def test_made_rows_ascend_in_every_dtype(kind, strict):
    frame = numbers() + np.arange(3) * strict
    frame = DTYPES[kind](frame)
    rule = {"rule": "order", "columns": ["a", "b", "c"], "strict": strict}
    constraints = saved(fit(frame, rule))
    rows = made(constraints, frame)
    assert_same_dtypes(rows, frame)
    assert ascend(as_dates(rows, kind), ["a", "b", "c"], strict)
    assert not rows.isna().any(axis=None)
    assert constraints.accepts(rows) is None  # by construction


@pytest.mark.parametrize("missing", [(0, 0.3, 0), (0.3, 0, 0), (0.3, 0.3, 0.3)])
@pytest.mark.parametrize("kind", NULLABLE)
def test_made_rows_ascend_past_missing_values(kind, missing):
    pytest.importorskip("pyarrow") if "arrow" in kind else None
    frame = NULLABLE[kind](numbers(missing))
    constraints = saved(fit(frame, {"rule": "order", "columns": ["a", "b", "c"]}))
    rows = made(constraints, frame)
    assert_same_dtypes(rows, frame)
    assert ascend(rows, ["a", "b", "c"])
    assert rows.isna().mean().to_numpy() == pytest.approx(frame.isna().mean().to_numpy(), abs=0.08)


@pytest.mark.parametrize("missing", [(0, 0, 0), (0, 0.3, 0), (0.3, 0, 0), (0.3, 0.3, 0.3), (1, 0.2, 0.2)])
@pytest.mark.parametrize("fixed", [(), ("a",), ("b",), ("c",)])
def test_real_rows_come_back_as_they_were(missing, fixed):
    frame = numbers(missing, decimals=2)
    constraints = saved(fit(frame, {"rule": "order", "columns": ["a", "b", "c"]}, fixed=fixed))
    pd.testing.assert_frame_equal(constraints.backward(constraints.forward(frame)), frame)


def test_values_that_are_all_missing_stay_so():
    frame = numbers((1, 0, 0.1))
    rows = made(fit(frame, {"rule": "order", "columns": ["a", "b", "c"]}), frame)
    assert rows["a"].isna().all()
    assert ascend(rows, ["b", "c"])


def test_made_values_stay_between_the_least_and_the_greatest_real_one():
    frame = numbers().astype(int)
    rows = made(fit(frame, {"rule": "order", "columns": ["a", "b", "c"]}), frame)
    for name in frame:
        assert rows[name].between(frame[name].min(), frame[name].max()).all()


def test_an_end_before_the_latest_start_makes_room_for_the_order():
    frame = pd.DataFrame({"start": [1.0, 2, 90, 100], "end": [3.0, 4, np.nan, np.nan]})
    constraints = fit(frame, {"rule": "order", "columns": ["start", "end"], "strict": True})
    rows = made(constraints, frame)
    both = rows.dropna()
    assert (both["start"] > 50).any()
    assert (both["start"] < both["end"]).all()


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("fixed", ["a", "c"])
def test_a_given_column_may_be_missing(fixed, strict):
    frame = numbers((0.3, 0.1, 0.3)).astype("Int64") + np.arange(3) * strict
    rule = {"rule": "order", "columns": ["a", "b", "c"], "strict": strict}
    constraints = saved(fit(frame, rule, fixed=[fixed]))
    assert constraints.forward(frame)[fixed].equals(frame[fixed])
    pd.testing.assert_frame_equal(constraints.backward(constraints.forward(frame)), frame)
    rows = made(constraints, frame)
    assert ascend(rows, ["a", "b", "c"], strict)
    assert rows.isna().mean().to_numpy() == pytest.approx(frame.isna().mean().to_numpy(), abs=0.06)


@pytest.mark.parametrize("fixed", ["a", "b", "c"])
def test_a_given_column_is_left_alone_and_the_others_ordered_around_it(fixed):
    frame = numbers().astype(int)
    constraints = fit(frame, {"rule": "order", "columns": ["a", "b", "c"]}, fixed=[fixed])
    assert constraints.forward(frame)[fixed].equals(frame[fixed])
    rows = made(constraints, frame)
    assert ascend(rows, ["a", "b", "c"])
    assert constraints.accepts(rows) is None
    assert_same_dtypes(rows, frame)


@pytest.mark.parametrize(("fixed", "missing"), [(("a", "c"), (0, 0, 0)), (("b",), (0, 0.2, 0))])
def test_rows_are_judged_where_the_given_columns_leave_no_choice(fixed, missing):
    frame = numbers(missing)
    constraints = saved(fit(frame, {"rule": "order", "columns": ["a", "b", "c"]}, fixed=fixed))
    assert constraints.forward(frame).equals(frame)
    rows = made(constraints, frame)
    judged = constraints.accepts(rows)
    assert 0 < judged.mean() < 1
    assert ascend(rows[judged], ["a", "b", "c"])
    assert not any(ascend(rows[i : i + 1], ["a", "b", "c"]) for i in np.flatnonzero(~judged)[:50])


def test_two_orders_that_share_a_column_both_hold():
    frame = numbers().astype(int)
    orders = [{"rule": "order", "columns": ["b", "c"]}, {"rule": "order", "columns": ["a", "b"]}]
    for raw in (orders, orders[::-1]):
        constraints = fit(frame, *raw)
        rows = made(constraints, frame)
        assert ascend(rows, ["a", "b", "c"])
        assert constraints.accepts(rows) is None


def test_decimals_stay_the_column_s_own():
    frame = pd.DataFrame({"low": [0.25, 1.75, 2.5, 3.25], "high": [1.0, 2, 3, 4]})
    rows = made(fit(frame, {"rule": "order", "columns": ["low", "high"]}), frame)
    assert (rows["low"] <= rows["high"]).all()
    assert (rows["high"] % 1 == 0).all()


def test_single_precision_does_not_round_across_the_bound():
    own = measure(pd.Series([32.395416, 90.184799], dtype="float32"))
    bound = np.array([43.6521])  # the nearest in single precision is less, by more than the column's decimals
    assert own.snap(bound) < bound < own.above(bound)
    assert own.below(bound) < bound


def test_whole_days_stay_whole_days():
    frame = dates(numbers())
    rows = made(fit(frame, {"rule": "order", "columns": ["a", "b"]}), frame)
    assert (rows["b"] == rows["b"].dt.normalize()).all()


def test_large_whole_numbers_keep_their_last_digit():
    start = 2**62 + np.arange(50) * 3
    frame = pd.DataFrame({"a": start, "b": start + np.arange(50) % 7})
    constraints = fit(frame, {"rule": "order", "columns": ["a", "b"]})
    assert constraints.backward(constraints.forward(frame)).equals(frame)
    rows = made(constraints, frame)
    assert (rows["a"] <= rows["b"]).all()


def test_ordered_categories_are_judged():
    order = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    frame = pd.DataFrame({"before": ["low", "low", "mid"], "after": ["mid", "high", "high"]}, dtype=order)
    constraints = saved(fit(frame, {"rule": "order", "columns": ["before", "after"], "strict": True}))
    rows = pd.DataFrame({"before": ["low", "mid", "high"], "after": ["mid", "mid", "low"]}, dtype=order)
    assert constraints.accepts(rows).tolist() == [True, False, False]


def test_the_names_of_made_columns_are_nobody_else_s():
    frame = numbers((0.2, 0, 0))
    frame["b - a"] = frame["a if missing"] = 1.0
    constraints = fit(frame, {"rule": "order", "columns": ["a", "b"]})
    modelled = constraints.forward(frame)
    assert len(set(modelled.columns)) == len(modelled.columns)
    pd.testing.assert_frame_equal(constraints.backward(modelled), frame)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            pd.DataFrame({"a": [1, 5, 9], "b": [2, 3, 4]}),
            "constraint a <= b: 2 of 3 rows of the data do not obey it, first row 1: a = 5, b = 3",
        ),
        (
            pd.DataFrame({"a": [1, 5], "c": [2, 3]}),
            "constraint a <= b: there is no column 'b'. Its columns are a, c.",
        ),
        (
            pd.DataFrame({"a": [1, 5], "b": ["x", "y"]}),
            "constraint a <= b: column 'b': 'x' is no date or time that could be read and written again; read the"
            " column as dates first, with pandas.to_datetime",
        ),
        (
            pd.DataFrame({"a": [1, 5], "b": pd.to_datetime(["2020-01-01"] * 2)}),
            "constraint a <= b: only values of one kind have an order; column 'a' has numbers, column 'b' has"
            " dates",
        ),
        (
            pd.DataFrame({"a": [1, 5], "b": [2, np.inf]}),
            "constraint a <= b: column 'b' is infinite in row 1; only finite numbers are possible",
        ),
        (
            pd.DataFrame({"a": [1, 5], "b": pd.Categorical(["x", "y"])}),
            "constraint a <= b: column 'b' has categories without an order",
        ),
        (
            pd.DataFrame({"a": [1, 5], "b": [2j, 5]}),
            "constraint a <= b: column 'b' has complex numbers, not numbers with an order",
        ),
    ],
)
def test_data_without_the_order_is_refused_with_its_first_row(frame, message):
    with pytest.raises(DataError) as caught:
        fit(frame, {"rule": "order", "columns": ["a", "b"]})
    assert str(caught.value) == message


def test_a_strict_order_refuses_equal_real_values():
    frame = pd.DataFrame({"a": [1, 2], "b": [2, 2]})
    fit(frame, {"rule": "order", "columns": ["a", "b"]})
    with pytest.raises(DataError, match=r"constraint a < b: 1 of 2 rows .* first row 1: a = 2, b = 2"):
        fit(frame, {"rule": "order", "columns": ["a", "b"], "strict": True})


def test_a_missing_value_in_between_does_not_hide_a_broken_order():
    frame = pd.DataFrame({"a": [1.0, 9], "b": [2.0, np.nan], "c": [3.0, 5]})
    with pytest.raises(DataError, match=r"first row 1: a = 9.0, b = missing, c = 5.0"):
        fit(frame, {"rule": "order", "columns": ["a", "b", "c"]})


def test_object_dates_come_back_as_dates():
    frame = DTYPES["objects"](numbers())
    rows = made(fit(frame, {"rule": "order", "columns": ["a", "b"]}), frame)
    assert type(rows["b"].iloc[0]) is datetime.date
