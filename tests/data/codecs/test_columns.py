"""Every kind of column: what it is taken for, that its values come back, that no others are made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen import DataError
from synthgen.data.codecs.columns.choosing import kind_of
from synthgen.data.codecs.columns.column import Encoded
from synthgen.data.codecs.row_layout import RowLayout

from .tables import any_rows, codec, exact_columns, fit, through

EXACT = exact_columns()
OPTIONS = codec().options


@pytest.mark.parametrize("what", EXACT)
def test_values_dtype_and_missing_values_come_back_exactly(what):
    values = EXACT[what].rename(what)
    back = through(fit(values), values)
    pd.testing.assert_series_equal(back, values, check_freq=False)
    if values.dtype == object:
        assert [type(value) for value in back] == [type(value) for value in values]


@pytest.mark.parametrize("what", EXACT)
def test_whatever_a_network_makes_is_a_value_that_the_column_allows(what):
    values = EXACT[what].rename(what)
    column = fit(values)
    rows = any_rows(RowLayout([column]))
    made = column.decode(RowLayout([column]).split(rows)[0], np.random.default_rng(0))
    assert made.dtype == values.dtype
    assert not made.isna().any() or values.isna().any()
    if column.kind == "category":
        assert set(made.dropna()) <= set(values.dropna())
    elif values.notna().any():
        known = made.dropna()
        assert known.tolist()  # some are there
        order = str if isinstance(known.iloc[0], str) and "-" in known.iloc[0] else None
        if order or not isinstance(known.iloc[0], str):
            assert min(values.dropna()) <= min(known)
            assert max(known) <= max(values.dropna())


@pytest.mark.parametrize("what", EXACT)
def test_any_value_can_be_asked_for_as_it_is_and_as_its_text(what):
    values = EXACT[what].rename(what)
    column = fit(values)
    for value in values.dropna().iloc[[0, -1]] if values.notna().any() else []:
        for wanted in (value, str(value)):
            assert column.parse(wanted).tolist() == [value]


def test_times_can_be_asked_for_by_hour_and_minute():
    column = fit(pd.Series([dt.time(n // 4, n % 4) for n in range(90)], name="from"))
    assert column.parse("09:02").tolist() == [dt.time(9, 2)]


N = 3000
NORMAL = np.random.default_rng(0).normal(size=N)
KINDS = {
    "number": [
        pd.Series(NORMAL),
        pd.Series(NORMAL * 1e6).astype(int),
        pd.Series([Decimal(f"{x:.3f}") for x in NORMAL]),
        pd.Series(np.arange(N) * 3),
        pd.Series(NORMAL[:30].round(1)),
    ],
    "category": [
        pd.Series(["x", "y", None] * 100),
        pd.Series([f"name {i % 400}" for i in range(N)]),
        pd.Series([1, 2, 3] * 100),
        pd.Series(["only"]),
        pd.Series([f"v{i}" for i in range(19)]),
        pd.Series(pd.Categorical([f"v{i}" for i in range(N)])),
        pd.Series([dt.date(2020, 1, 1), dt.date(2021, 1, 1)] * 20),
    ],
    "datetime": [
        pd.Series(pd.date_range("2020-01-01", periods=N, freq="h")),
        pd.Series(pd.date_range("2020-01-01", periods=N, freq="D").strftime("%Y-%m-%d")),
        pd.Series([f"2020-01-01T10:{i // 60:02}:{i % 60:02}.25+01:00" for i in range(N)]),
        pd.Series([dt.time(i // 60, i % 60) for i in range(400)]),
        pd.Series(pd.date_range("2020-01-01", periods=N, freq="h").strftime("%m/%d/%Y %I:%M %p")),
        pd.Series([f"{i % 12 + 1}/{i % 28 + 1}/{2000 + i % 20} {i % 24}:{i % 60:02}" for i in range(N)]),
        pd.Series(pd.date_range("2020-01-01", periods=N, freq="D").strftime("%b %d, %Y")),
        pd.Series(pd.to_timedelta(NORMAL, "D")),
    ],
    "id": [
        pd.Series(np.arange(100)),
        pd.Series(np.random.default_rng(0).permutation(1000) + 10_000),
        pd.Series(np.arange(100) * 977, name="customer_id"),
        pd.Series(np.arange(100) * 977, name="orderId"),
        pd.Series([np.nan, *range(1, 100)]),
        pd.Series([f"C-{i:05}" for i in range(100)]),
        pd.Series([UUID(int=i) for i in range(100)], dtype=object),
    ],
    "text": [
        pd.Series([f"the {i}th remark of a customer" for i in range(100)]),
        pd.Series([f"word{i % 95}" for i in range(100)]),
        pd.Series([f"note no {i}".encode() for i in range(100)], dtype=object),
    ],
}


@pytest.mark.parametrize(
    ("kind", "values"), [(kind, values) for kind, columns in KINDS.items() for values in columns]
)
def test_kinds_are_found_out(kind, values):
    assert kind_of(values, OPTIONS) == kind


@pytest.mark.parametrize("values", [*KINDS["id"][:5], KINDS["text"][0], KINDS["id"][5]])
def test_ids_and_text_are_learnt_like_others_if_they_must_be(values):
    assert kind_of(values, OPTIONS, learn=True) in ("number", "category")


# numbers between which others are made


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(np.round(NORMAL * 1000, 2)),
        pd.Series(np.exp(NORMAL * 3)),
        pd.Series((NORMAL * 1e5).astype("int32")),
        pd.Series(NORMAL * 100).astype("float32").round(1),
        pd.Series(NORMAL * 100, dtype="Float64"),
        pd.Series((NORMAL * 1e5).astype("int64"), dtype=pd.ArrowDtype(pa.int32())),
        pd.Series((NORMAL * 1e4).round() * 100),
    ],
)
def test_numbers_come_back_within_the_interpolation_with_their_decimals(values):
    column = fit(values)
    back = through(column, values)
    assert back.dtype == values.dtype
    inner = values[(values.rank(pct=True) > 0.01) & (values.rank(pct=True) < 0.99)].index
    ranks = pd.concat([values, back]).rank(pct=True)
    assert np.abs(ranks.iloc[:N].to_numpy() - ranks.iloc[N:].to_numpy())[inner].max() < 0.003
    whole = back.astype("float64") * 100
    if np.array_equal(np.rint(values.astype("float64") * 100), values.astype("float64") * 100):
        assert np.array_equal(np.rint(whole), whole)


@pytest.mark.parametrize("often", [1, 5])
def test_decimals_of_few_numbers_are_not_lost(often):
    numbers = np.round(np.random.default_rng(0).integers(0, 900_000, 40_000) / 100, 2)
    numbers[::4] = 100 * (np.arange(10_000) // often)
    values = pd.Series(numbers)
    back = through(fit(values), values)
    assert (back % 1 > 0).mean() > 0.7


@pytest.mark.parametrize("dtype", ["float32", "Float32", pd.ArrowDtype(pa.float32())])
def test_decimals_are_those_of_the_precision(dtype):
    column = fit(pd.Series((NORMAL * 100).round(1).astype("float32")).astype(dtype))
    made = column.decode(Encoded(None, np.linspace(-3, 3, 500, dtype=np.float32)), np.random.default_rng(0))
    assert (made.astype("float64").round(1).astype("float32") == made.astype("float32")).all()
    assert column.parse(0.3).tolist() == column.parse(np.float32(0.3)).tolist()
    with pytest.raises(ValueError, match=r"in steps of 0\.1"):
        column.parse(0.33)


def test_the_bounds_that_a_message_tells_can_be_asked_for():
    values = pd.Series(np.random.default_rng(0).normal(size=99))
    column = fit(values)
    assert values.min().item() in column.parse(column.describe().split(" to ")[0]).tolist()


@pytest.mark.filterwarnings("error")
def test_numbers_may_be_as_far_apart_as_floats_can_be():
    assert fit(pd.Series(np.linspace(-1, 1, 50) * 1.7e308)).kind == "number"


def test_hundreds_stay_hundreds_and_days_stay_days():
    hundreds = pd.Series((NORMAL * 1e4).round() * 100)
    made = fit(hundreds).decode(
        Encoded(None, np.linspace(-3, 3, 500, dtype=np.float32)), np.random.default_rng(0)
    )
    assert (made % 100 == 0).all()
    days = pd.Series(np.datetime64("1990-01-01", "s") + (NORMAL * 3000).astype("m8[D]"))
    for values in (days, days.dt.tz_localize("Europe/Berlin")):
        made = fit(values).decode(
            Encoded(None, np.linspace(-3, 3, 500, dtype=np.float32)), np.random.default_rng(0)
        )
        assert made.dtype == values.dtype
        assert (made == made.dt.normalize()).all()


def test_frequent_numbers_are_categories_and_the_rest_a_gated_number():
    values = pd.Series(np.where(np.arange(N) % 10 < 8, 0, np.round(np.exp(9 + NORMAL), 2)))
    values[5] = np.nan
    column = fit(values)
    assert (column.categories, column.has_number, column.gate) == (3, True, 2)
    back = through(column, values)
    assert np.array_equal(back == 0, values == 0)
    assert back.isna().equals(values.isna())
    assert "often 0" in column.describe()


def test_a_small_table_has_no_atoms_of_single_numbers():
    column = fit(pd.Series(NORMAL[:30]))
    assert (column.categories, column.has_number) == (0, True)


# categories


def test_of_thousands_of_categories_the_rare_ones_share_one_and_are_drawn_by_frequency():
    random = np.random.default_rng(0)
    values = pd.Series((random.pareto(1.0, 20_000) * 300).astype(int).clip(0, 4000)).map("place {}".format)
    column = fit(values, max_categories=50)
    assert column.categories == 51
    back = through(column, values)
    top = values.value_counts().index[:50]
    assert back[values.isin(top)].equals(values[values.isin(top)])
    rare, drawn = values[~values.isin(top)], back[~values.isin(top)]
    assert set(drawn) <= set(rare)
    shares = pd.concat(
        [rare.value_counts(normalize=True), drawn.value_counts(normalize=True)], axis=1
    ).fillna(0)
    assert shares.diff(axis=1).iloc[:, 1].abs().max() < 0.01


def test_categories_of_the_dtype_that_do_not_occur_stay_in_it_and_are_never_made():
    values = pd.Series(pd.Categorical(["a", "b"] * 10, categories=["c", "b", "a"], ordered=True))
    column = fit(values)
    assert column.categories == 2
    assert through(column, values).dtype == values.dtype


def test_values_that_were_not_there_are_refused():
    column = fit(pd.Series(["a", "b"] * 5, name="x"))
    with pytest.raises(DataError, match="column 'x': 'c' in row 1 was not there"):
        column.encode(pd.Series(["a", "c"]))
    with pytest.raises(DataError, match="in row 0 was not there"):
        column.encode(pd.Series([None, "a"], dtype=object))
    with pytest.raises(DataError, match="missing in row 1"):
        fit(pd.Series(NORMAL, name="n")).encode(pd.Series([0.0, np.nan]))


# what no column can be


class Thing:
    pass


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, np.inf, -np.inf], "column 'c' has 2 infinite numbers, the first in row 1"),
        (pd.Series([1.0, -np.inf], dtype="Float32"), "has 1 infinite numbers, the first in row 1"),
        (pd.Series([1.0, np.inf], dtype=object), "has 1 infinite numbers"),
        (
            ["a", 1, None, "b", 2.5],
            r"mixes types: str \(first in row 0: 'a'\), int \(first in row 1: 1\), float",
        ),
        (pd.Series([None, 1, 2.5], dtype=object), r"mixes types: int \(first in row 1: 1\), float"),
        (pd.Series([True, 1], dtype=object), "mixes types: bool"),
        ([dt.date(2020, 1, 1), dt.datetime(2020, 1, 1)], "mixes types: date .*, datetime"),
        ([None, [1, 2]], "has a list in row 1: several values in a cell"),
        ([{"a": 1}], "has a dict in row 0"),
        ([(1, 2), None], "has a tuple in row 0"),
        ([np.zeros(2)], "has a ndarray in row 0"),
        (pd.Series([[1]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "several values in a cell"),
        ([1j, 2], "complex numbers"),
        (pd.Series([1j], dtype=object), "complex numbers"),
        (pd.Series(pd.arrays.SparseArray([0, 0, 1])), "is sparse; make it dense"),
        (pd.Series([Thing(), Thing()], dtype=object), "values of type Thing cannot be saved"),
        (pd.Series([2**70 + i * i for i in range(50)], dtype=object), "more than 64 bits"),
        (pd.Series([-1] + [2**63 + i * i for i in range(50)], dtype=object), "more than 64 bits"),
        (pd.Series(["a"] * 2 + [b"a"], dtype=object), "mixes types: str .*, bytes"),
        (
            pd.Series([pd.Timestamp(i, tz="UTC" if i else "Asia/Tokyo") for i in range(50)], dtype=object),
            "mixes time zones: Asia/Tokyo, UTC",
        ),
        ([dt.time(1, i, tzinfo=dt.UTC) for i in range(50)], "times of day with a time zone"),
    ],
)
def test_what_no_column_can_be_is_refused_with_where_it_is(values, message):
    values = pd.Series(values, name="c") if isinstance(values, list) else values.rename("c")
    with pytest.raises(DataError, match=message):
        fit(values)


# kinds that are asked for


def test_a_kind_can_be_asked_for():
    zips = pd.Series(np.arange(1000, 4000))
    assert fit(zips, "category", max_categories=10).categories == 11
    assert fit(pd.Series([1, 2, 3] * 9), "number").has_number is False  # each is frequent, and so an atom
    assert fit(pd.Series(["2020-01-01", "2020-02-01"]), "datetime").kind == "datetime"


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a", "b"], "number", "column 'c' cannot be of kind number: it has texts such as 'a'"),
        ([True, False], "number", "cannot be of kind number: it has categories such as True"),
        ([1, 2], "datetime", "cannot be of kind datetime: it has numbers such as 1"),
        (
            ["2020-01-01", "2020-01-02", "31.2"],
            "datetime",
            r"'31.2' is not written as other dates in it are \(%Y-%m-%d\)",
        ),
        (["soon"], "datetime", "'soon' is no date or time that could be read"),
        ([1, 2], "text", "cannot be of kind text: it has numbers such as 1"),
        ([True], "id", "cannot be of kind id: it has categories such as True"),
    ],
)
def test_a_kind_that_does_not_fit_is_refused(values, kind, message):
    with pytest.raises(DataError, match=message):
        fit(pd.Series(values, name="c"), kind)


# ids and text that are made anew


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (pd.Series(np.arange(1000)), None),
        (pd.Series(np.arange(1000), dtype="int32"), None),
        (pd.Series([np.nan, *range(1, 100)]), None),
        (pd.Series([None, *range(1, 100)], dtype="Int64"), None),
        (pd.Series(np.arange(1000, dtype="uint64") + np.uint64(2**63)), None),
        (pd.Series(list(range(50)), dtype=object), None),
        (pd.Series([f"C-{i:07}x" for i in range(300)]), r"C-\d{7,}x\d*"),
        (pd.Series([f"{i:04x}" for i in range(5000, 6000)], dtype=object), r"[0-9a-f]{4}\d*"),
        (
            pd.Series([None, *(str(UUID(int=2**127 + i * 7**40, version=4)) for i in range(99))]),
            r"[0-9a-f-]{36}",
        ),
        (
            pd.Series([UUID(int=2**127 + i * 7**40, version=4) for i in range(99)], dtype=object),
            r"[0-9a-f-]{36}",
        ),
    ],
)
def test_new_ids_are_of_the_shape_of_the_real_ones_and_none_of_them(values, shape):
    column = fit(values, "id")
    rows = RowLayout([column]).split(any_rows(RowLayout([column]), 4096))[0]
    made = column.decode(rows, np.random.default_rng(0))
    assert made.dtype == values.dtype
    assert type(made.dropna().iloc[0]) is type(values.dropna().iloc[0])
    assert not set(made.dropna()) & set(values)
    assert made.dropna().is_unique
    assert made.isna().any() == values.isna().any()
    if shape:
        assert made.dropna().astype(str).str.fullmatch(shape).all()


def test_no_ids_are_made_where_there_is_no_room():
    with pytest.raises(
        DataError, match=r"int16 has no room for 1,000,000 new ids above 99; .*such as number"
    ):
        fit(pd.Series(np.arange(100), dtype="int16", name="n"), "id")


def test_text_made_anew_is_a_placeholder():
    texts = pd.Series([f"remark {i} of them" for i in range(50)] + [None])
    made = through(fit(texts, "text"), texts)
    assert made.dtype == texts.dtype
    assert set(made[:50]) == {"synthetic text"}
    assert made.isna().equals(texts.isna())
