"""Values, names and dtypes of every type go through JSON and come back the same."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.data.codecs.columns.dtypes import dtype_from_json, dtype_to_json
from synthgen.data.codecs.columns.json_values import value_from_json, value_to_json

VALUES = [
    None, True, 0, -(2**70), 1.0, 0.1, "", "ü", "\udcff", b"\x00\xff",
    float("inf"), -float("inf"), Decimal("1.10"), complex(1, -2), UUID(int=5),
    dt.date(9999, 12, 31), dt.time(1, 2, 3, 4), dt.time(1, tzinfo=dt.UTC), dt.timedelta(-1, 2, 3),
    dt.datetime(2020, 1, 2, 3, 4, 5, 6), dt.datetime(2020, 1, 2, tzinfo=dt.UTC),
    dt.datetime(2021, 10, 31, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    pd.Timestamp("2020-01-02 03:04:05.000000006"), pd.Timestamp(np.datetime64("9000-01-01", "s")),
    pd.Timestamp("2021-10-31 01:30", tz="UTC").tz_convert("Europe/Berlin"), pd.Timestamp("2020-01-01", tz="+02:00"),
    pd.Timedelta("1ns"), pd.Timedelta(np.timedelta64(5, "s")), np.datetime64("2020-01-01", "D"),
    np.timedelta64(3, "h"), pd.Period("2020Q3"), pd.Interval(0, 1.5, "left"),
    pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021")), ("a", 1, None, ("b", dt.date(2020, 1, 1))), (),
]  # fmt: skip


def there_and_back(value):
    return value_from_json(json.loads(json.dumps(value_to_json(value), allow_nan=False)))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_equal_and_of_their_type(value):
    back = there_and_back(value)
    assert type(back) is type(value)
    assert back == value
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        assert back.unit == value.unit
    if isinstance(value, dt.datetime):
        assert str(back) == str(value)  # the time zone is the same, and which of two equal hours


def test_missing_values_come_back_as_what_they_were():
    assert math.isnan(there_and_back(float("nan")))
    assert there_and_back(pd.NaT) is pd.NaT
    assert there_and_back(pd.NA) is pd.NA


def test_numbers_of_numpy_come_back_as_python_s():
    for value, kind in (
        (np.int8(3), int),
        (np.float32(0.5), float),
        (np.bool_(True), bool),
        (np.str_("a"), str),
    ):
        back = there_and_back(value)
        assert type(back) is kind
        assert back == value


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, object(), (1, [2])])
def test_other_types_are_refused(value):
    with pytest.raises(TypeError, match="cannot be saved"):
        value_to_json(value)


DTYPES = [
    "int8", "uint64", "float16", "bool", "object", "datetime64[s]", "datetime64[ns]", "timedelta64[ms]",
    "Int8", "Float32", "boolean", "period[M]", "period[W-SUN]", "interval[int64, left]",
    pd.DatetimeTZDtype("us", "Europe/Berlin"), pd.DatetimeTZDtype("ns", dt.timezone(dt.timedelta(hours=-3))),
    pd.StringDtype("python"), pd.StringDtype("pyarrow"), pd.Series(["a"]).dtype,
    pd.CategoricalDtype(["b", "a"]), pd.CategoricalDtype([3, 1], ordered=True), pd.CategoricalDtype([]),
    pd.CategoricalDtype(pd.Index(["a", 1, dt.date(2020, 1, 1)], dtype=object)),
    pd.CategoricalDtype(pd.interval_range(0, 3)), pd.CategoricalDtype(pd.date_range("2020", periods=2, tz="UTC")),
    pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.decimal128(9, 3)), pd.ArrowDtype(pa.timestamp("ms", "Asia/Tokyo")),
    pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string())), pd.ArrowDtype(pa.time64("ns")),
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_dtypes_come_back(dtype):
    dtype = pd.api.types.pandas_dtype(dtype)
    back = dtype_from_json(json.loads(json.dumps(dtype_to_json(dtype), allow_nan=False)))
    assert back == dtype
    assert str(back) == str(dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        assert list(back.categories) == list(dtype.categories)
        assert back.categories.dtype == dtype.categories.dtype
        assert back.ordered == dtype.ordered
    if isinstance(dtype, pd.StringDtype):
        assert back.storage == dtype.storage


def test_a_time_zone_without_a_name_is_refused():
    class Nowhere(dt.tzinfo):
        def utcoffset(self, moment):
            return dt.timedelta(hours=1)

        def dst(self, moment):
            return None

        def __str__(self):
            return "nowhere"

    with pytest.raises(TypeError, match="time zone nowhere has no name"):
        value_to_json(dt.datetime(2020, 1, 1, tzinfo=Nowhere()))
