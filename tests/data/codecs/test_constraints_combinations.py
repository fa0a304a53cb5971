"""Only combinations that were seen."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from synthgen import DataError

from .constraint_toys import assert_same_dtypes, fit, made, saved

RULE = {"rule": "combinations", "columns": ["city", "country"]}
PLACES = [("Graz", "AT"), ("Wien", "AT"), ("Rome", "IT"), (None, "IT"), ("Rome", "US"), (None, None)]


def table(rows=200, seed=0):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [PLACES[i] for i in random.integers(0, len(PLACES), rows)], columns=["city", "country"]
    )
    return frame.assign(income=random.random(rows))


def seen(frame, columns):
    return set(
        frame[columns].astype(object).where(frame[columns].notna(), None).itertuples(index=False, name=None)
    )


def test_made_rows_have_combinations_that_were_seen_missing_values_among_them():
    frame = table()
    constraints = saved(fit(frame, RULE))
    rows = made(constraints, frame)
    assert_same_dtypes(rows, frame)
    assert seen(rows, ["city", "country"]) == set(PLACES)
    assert constraints.accepts(rows) is None
    pd.testing.assert_frame_equal(constraints.backward(constraints.forward(frame)), frame)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, 2, 3], dtype="int8"),
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series([1.5, np.nan, -0.25]),
        pd.Series([True, False, True]),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series(["a", None, "b"], dtype="string"),
        pd.Series(["a", None, "b"], dtype="category"),
        pd.Series(pd.Categorical(["mid", "low", None], ["low", "mid", "high"], ordered=True)),
        pd.Series(pd.Categorical([3, 1, 3])),
        pd.Series(pd.to_datetime(["2020-01-01 12:00:00.123456789", None, "2021-01-01"], format="ISO8601")),
        pd.Series(pd.to_datetime(["2020-01-01", None, "2021-07-01"])).dt.tz_localize("Europe/Vienna"),
        pd.Series(pd.to_timedelta(["1h", None, "3 days"])),
        pd.Series([datetime.date(2020, 1, 1), None, datetime.date(2021, 1, 1)], dtype=object),
        pd.Series(["a", 1, None], dtype=object),
    ],
    ids=lambda values: str(values.dtype),
)
def test_values_of_every_dtype_come_back(values):
    frame = pd.DataFrame({"one": values, "two": ["x", "y", "z"]})
    constraints = saved(fit(frame, {"rule": "combinations", "columns": ["one", "two"]}))
    pd.testing.assert_frame_equal(constraints.backward(constraints.forward(frame)), frame)
    rows = made(constraints, frame, 50)
    assert_same_dtypes(rows, frame)
    assert seen(rows, ["one", "two"]) == seen(frame, ["one", "two"])


def test_thousands_of_combinations_are_one_column():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.integers(0, 100, (20_000, 2)), columns=["city", "country"])
    constraints = fit(frame, RULE)
    modelled = constraints.forward(frame)
    assert modelled.shape == (20_000, 1)
    assert set(constraints.kinds.values()) == {"category"}
    assert seen(made(constraints, frame), ["city", "country"]) <= seen(frame, ["city", "country"])


def test_rows_are_judged_where_a_column_is_given():
    frame = table()
    constraints = saved(fit(frame, RULE, fixed=["country"]))
    assert constraints.forward(frame).equals(frame)
    rows = made(constraints, frame)
    judged = constraints.accepts(rows)
    assert 0 < judged.mean() < 1
    assert seen(rows[judged], ["city", "country"]) <= set(PLACES)
    assert not seen(rows[~judged], ["city", "country"]) & set(PLACES)


def test_values_that_were_never_seen_are_no_combination():
    frame = table()
    constraints = fit(frame, RULE, fixed=["country"])
    assert constraints.accepts(frame.assign(city="Atlantis")).sum() == 0


def test_other_rows_than_those_of_the_fit_must_have_seen_combinations():
    frame = table()
    constraints = fit(frame, RULE)
    other = frame.head(3).copy()
    other.loc[1, ["city", "country"]] = ["Wien", "US"]
    with pytest.raises(DataError, match=r"1 of 3 rows .* first row 1: city = 'Wien', country = 'US'"):
        constraints.forward(other)


def test_a_second_rule_on_a_column_judges_rows():
    frame = table().assign(money=lambda f: f["country"].map({"AT": "EUR", "IT": "EUR", "US": "USD"}))
    second = {"rule": "combinations", "columns": ["country", "money"]}
    constraints = fit(frame, RULE, second)
    rows = made(constraints, frame)
    judged = constraints.accepts(rows)
    assert seen(rows, ["city", "country"]) == set(PLACES)
    assert 0 < judged.mean() < 1
    assert seen(rows[judged], ["country", "money"]) == seen(frame, ["country", "money"])


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, object()])
def test_values_that_cannot_be_kept_are_refused(value):
    frame = pd.DataFrame({"city": [value, "b"], "country": [1, 2]})
    with pytest.raises(DataError, match="constraint combinations of city, country: column 'city'"):
        fit(frame, RULE)
