"""Bounds of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from synthgen import DataError

from .constraint_toys import assert_same_dtypes, fit, made, rules, saved


def table():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": random.integers(18, 90, 200),
            "price": random.gamma(2, 5, 200).round(2),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 366, 200), "D"),
            "wait": pd.to_timedelta(random.integers(0, 90, 200), "min"),
            "note": pd.Series(random.random(200)).mask(random.random(200) < 0.3),
        }
    )


ALL = [
    {"rule": "range", "column": "age", "low": 18, "high": 120},
    {"rule": "non_negative", "columns": ["price", "wait", "note"]},
    {"rule": "range", "column": "day", "low": "2020-01-01", "high": "2020-12-31"},
    {"rule": "range", "column": "wait", "high": "2 hours"},
]


def test_columns_are_modelled_as_they_are():
    frame = table()
    constraints = saved(fit(frame, *ALL))
    assert constraints.forward(frame).equals(frame)
    rows = made(constraints, frame)
    assert_same_dtypes(rows, frame)
    assert constraints.accepts(rows) is None


def test_values_out_of_bounds_are_moved_to_the_bound():
    frame = table()
    rows = frame.copy()
    rows.loc[0, ["age", "price", "note"]] = [3, -2.5, -1]
    rows.loc[1, "age"] = 500
    rows.loc[2, "day"] = pd.Timestamp("2031-05-06")
    rows.loc[3, "wait"] = pd.Timedelta("-3 min")
    held = saved(fit(frame, *ALL)).backward(rows)
    assert held.loc[[0, 1], "age"].tolist() == [frame["age"].min(), frame["age"].max()]
    assert held.loc[0, "price"] == frame["price"].min()
    assert held.loc[0, "note"] == frame["note"].min()
    assert held.loc[2, "day"] == frame["day"].max()
    assert held.loc[3, "wait"] == frame["wait"].min()
    assert_same_dtypes(held, frame)
    assert held["note"].isna().equals(rows["note"].isna())
    assert held.loc[4:].equals(frame.loc[4:])


def test_bounds_hold_where_another_rule_makes_the_column():
    frame = pd.DataFrame({"a": [1.0, 2, 3, 80], "b": [2.0, 3, 4, np.nan], "total": [3.0, 5, 7, np.nan]})
    bounds = [{"rule": "range", "column": "b", "high": 10}, {"rule": "range", "column": "total", "high": 10}]
    for other, name in (
        ({"rule": "order", "columns": ["a", "b"]}, "b"),
        ({"rule": "formula", "column": "total", "equals": "a + b"}, "total"),
    ):
        constraints = saved(fit(frame, *bounds, other))
        rows = made(constraints, frame)
        judged = constraints.accepts(rows)
        assert 0 < judged.mean() < 1
        assert not (rows[name][judged] > 10).any()
        assert not (rows["b"][judged] > 10).any()


def test_the_time_zone_of_a_bound_is_the_column_s():
    days = pd.Series(pd.date_range("2020-06-01", periods=3, tz="Asia/Tokyo"))
    frame = pd.DataFrame({"day": days})
    fit(frame, {"rule": "range", "column": "day", "low": "2020-06-01", "high": "2020-06-03"})
    with pytest.raises(DataError, match="1 of 3 rows of the data do not obey it, first row 0"):
        fit(frame, {"rule": "range", "column": "day", "low": "2020-06-01T00:00Z"})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            {"rule": "range", "column": "age", "low": 30},
            r"constraint 30 <= age: \d+ of 200 rows of the data do not obey it, first row \d+: age = \d\d$",
        ),
        ({"rule": "non_negative", "columns": ["day"]}, "column 'day' has dates, which have no sign"),
        ({"rule": "range", "column": "day", "low": 5}, "column 'day' has dates, and 5.0 is no such"),
        ({"rule": "range", "column": "day", "low": "soon"}, "column 'day' has dates, and 'soon' is no such"),
        ({"rule": "range", "column": "age", "low": "5"}, "column 'age' has numbers, and '5' is no such"),
        (
            {"rule": "range", "column": "day", "low": "2021-01-01", "high": "2020-01-01"},
            "constraint 2021-01-01 <= day <= 2020-01-01: low is more than high",
        ),
        ({"rule": "range", "column": "aeg", "low": 5}, "there is no column 'aeg'. Did you mean age?"),
    ],
)
def test_bounds_that_cannot_be_are_refused(rule, message):
    with pytest.raises(DataError, match=message):
        fit(table(), rule)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rule": "range", "column": "age"}, "neither low nor high"),
        (
            {"rule": "range", "column": "age", "low": 3, "high": 1},
            "low is 3 and high 1; low must not be more",
        ),
        ({"rule": "non_negative", "columns": []}, "at least 1 item"),
        ({"rule": "non_negative", "column": "age"}, "columns"),
        ({"rule": "order", "columns": ["a"]}, "at least 2 items"),
        ({"rule": "order", "columns": ["a", "a"]}, "a name twice"),
        ({"rule": "order", "columns": ["a", "b"], "strict": 1}, "valid boolean"),
        ({"rule": "combinations", "columns": ["a", "b", "a"]}, "a name twice"),
        ({"rule": "sum", "columns": ["a", "b"]}, "does not match any of the expected tags"),
        ({"columns": ["a", "b"]}, "Unable to extract tag"),
    ],
)
def test_rules_are_checked_before_there_is_data(rule, message):
    with pytest.raises(ValidationError, match=message):
        rules(rule)
