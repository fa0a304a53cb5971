"""Numbers may be plainly themselves to the networks, as textbooks have it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from synthgen.data.codecs.columns.column import Encoded
from synthgen.data.codecs.columns.datetime_column import DatetimeColumn
from synthgen.data.codecs.columns.number import NumberColumn

from .tables import codec

PLAIN = codec(numbers="plain").options
VALUES = pd.Series(np.linspace(-4.0, 9.0, 200), name="x")


def test_networks_see_the_numbers_and_give_them():
    column = NumberColumn.fit(VALUES, PLAIN)
    encoded = column.encode(VALUES)
    np.testing.assert_allclose(encoded.numbers, VALUES, rtol=1e-6)
    back = column.decode(encoded, np.random.default_rng(0))
    np.testing.assert_allclose(back, VALUES, rtol=1e-6)


def test_what_is_made_stays_in_the_columns_range():
    column = NumberColumn.fit(VALUES, PLAIN)
    made = column.decode(Encoded(None, np.array([-50.0, 0.25, 50.0], np.float32)), np.random.default_rng(0))
    assert made.tolist() == [-4.0, 0.25, 9.0]


def test_it_is_kept_with_the_model():
    state = json.loads(json.dumps(NumberColumn.fit(VALUES, PLAIN).to_json()))
    column = NumberColumn.from_json("x", state)
    np.testing.assert_allclose(column.encode(VALUES).numbers, VALUES, rtol=1e-6)
    del state["plain"]  # a model saved before there was a choice
    assert abs(NumberColumn.from_json("x", state).encode(VALUES).numbers).max() < 4


def test_dates_are_scores_all_the_same():
    dates = pd.Series(pd.date_range("2020-01-01", periods=200), name="day")
    assert abs(DatetimeColumn.fit(dates, PLAIN).encode(dates).numbers).max() < 4
