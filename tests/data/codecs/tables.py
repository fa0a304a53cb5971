"""Columns of every kind, and tables made of them, to test with."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from synthgen import ClassLabel, Dataset
from synthgen.data.codecs.columns.choosing import column_from_json, column_to_json, fit_column, kind_of
from synthgen.data.codecs.columns.column import Column
from synthgen.data.codecs.row_layout import RowLayout
from synthgen.data.codecs.table import TableCodec

ROWS = 200


def table(frame: pd.DataFrame, target: Any = None) -> Dataset:
    """The frame as a dataset; with a target, its different values are the classes."""
    if target is None:
        return Dataset("toy", frame, np.zeros(len(frame), np.int64), (), kind="table")
    y, names = pd.factorize(frame.iloc[:, frame.columns.get_loc(target)], sort=True)
    classes = tuple(ClassLabel(i, str(name)) for i, name in enumerate(names))
    return Dataset("toy", frame, y.astype(np.int64), classes, kind="table", target=target)


def codec(**options: Any) -> TableCodec:
    return TableCodec(TableCodec.Options(**options))


def fit(values: pd.Series, kind: str | None = None, learn: bool = False, **options: Any) -> Column:
    """The column, after a visit to JSON."""
    settings = TableCodec.Options(**options)
    column = fit_column(values, kind_of(values, settings, kind, learn=learn), settings)
    text = json.dumps(column_to_json(column), allow_nan=False)
    loaded = column_from_json(json.loads(text))
    assert json.dumps(column_to_json(loaded), allow_nan=False) == text
    return loaded


def through(column: Column, values: pd.Series, seed: int = 0) -> pd.Series:
    """The values, encoded as rows of a table and decoded again."""
    layout = RowLayout([column])
    rows = layout.expand(layout.store([column.encode(values)], len(values)))
    assert rows.shape == (len(values), layout.width)
    return column.decode(layout.split(rows)[0], np.random.default_rng(seed))


def reload(fitted: TableCodec) -> TableCodec:
    """The codec, after a visit to JSON."""
    values, tensors = fitted.state()
    loaded = TableCodec(fitted.options)
    loaded.load_state(
        json.loads(json.dumps(values, allow_nan=False)), {k: v.clone() for k, v in tensors.items()}
    )
    return loaded


def there_and_back(fitted: TableCodec, dataset: Dataset, seed: int = 0) -> pd.DataFrame:
    """The dataset's rows, encoded, expanded and decoded."""
    torch.manual_seed(seed)
    return fitted.decode(fitted.expand(fitted.encode(dataset)), fitted.encode_conditions(dataset))


def any_rows(fitted: TableCodec | RowLayout, rows: int = 500, seed: int = 0) -> torch.Tensor:
    """Rows as an untrained generator makes them: categories at random, numbers far out, too."""
    random = torch.Generator().manual_seed(seed)
    parts = []
    for block in fitted.blocks:
        if block.kind == "category":
            codes = torch.randint(block.size, (rows,), generator=random)
            parts.append(torch.nn.functional.one_hot(codes, block.size).float())
        else:
            parts.append(3 * torch.randn(rows, 1, generator=random))
    return torch.cat(parts, 1)


def holed(values: pd.Series) -> pd.Series:
    """With every seventh value missing."""
    values = values.copy()
    values[np.arange(len(values)) % 7 == 3] = None
    return values


def _pick(*values: Any) -> list[Any]:
    return [values[i] for i in np.random.default_rng(1).integers(len(values), size=ROWS)]


def exact_columns() -> dict[str, pd.Series]:
    """Columns whose every value comes back as it was, by what they are."""
    random = np.random.default_rng(0)
    few = random.integers(0, 120, ROWS)
    days = pd.Series(np.datetime64("2021-03-01", "s") + np.sort(few).astype("m8[D]"))
    moments = pd.Series(np.datetime64("2021-03-01", "us") + few.astype("m8[h]"))
    cut = pd.Series(pd.cut(random.normal(size=ROWS), [-9, -1, 0, 1, 9]))
    columns: dict[str, pd.Series] = {
        "constant number": pd.Series([7] * ROWS),
        "constant text": pd.Series(["same"] * ROWS),
        "constant or missing": holed(pd.Series(["same"] * ROWS)),
        "all missing float": pd.Series([np.nan] * ROWS),
        "all missing object": pd.Series([None] * ROWS, dtype=object),
        "all missing dates": pd.Series([pd.NaT] * ROWS, dtype="datetime64[us]"),
        "bool": pd.Series(_pick(True, False)),
        "boolean": holed(pd.Series(_pick(True, False), dtype="boolean")),
        "object bool": holed(pd.Series(_pick(True, False), dtype=object)),
        "str": pd.Series(_pick("a", "b", "ü", "")),
        "str with missing": holed(pd.Series(_pick("a", "b"))),
        "object str, NaN": pd.Series(_pick("a", "b", np.nan), dtype=object),
        "object str, NA": pd.Series(_pick("a", "b", pd.NA), dtype=object),
        "string": holed(pd.Series(_pick("a", "b"), dtype="string")),
        "string[python]": holed(pd.Series(_pick("a", "b"), dtype="string[python]")),
        "half a surrogate": pd.Series(_pick("a", "\ud800"), dtype=object),
        "bytes": pd.Series(_pick(b"a", b"\xff")),
        "Decimal category": pd.Series(_pick(Decimal("1.10"), Decimal("2.5"), None)),
        "uuid category": pd.Series(_pick(uuid.UUID(int=1), uuid.UUID(int=2), None), dtype=object),
        "few ints": pd.Series(_pick(3, 5, 9)),
        "few floats": pd.Series(_pick(0.1, 2.5, np.nan)),
        "few dates": pd.Series(_pick(*map(pd.Timestamp, ("2020-01-01", "2021-05-05")))),
        "few python dates": pd.Series(_pick(dt.date(2020, 1, 1), dt.date(2021, 5, 5), None), dtype=object),
        "dtype category": holed(pd.Series(pd.Categorical(_pick("a", "b"), categories=["b", "a", "never"]))),
        "ordered": pd.Series(pd.Categorical(_pick("s", "l"), categories=["s", "m", "l"], ordered=True)),
        "int categories": pd.Series(pd.Categorical(_pick(3, 1), categories=[1, 2, 3])),
        "date categories": days.astype("category"),
        "intervals": cut,
        "interval dtype": cut.astype("interval"),
        "int64": pd.Series(few),
        "uint8": pd.Series(few, dtype="uint8"),
        "int8": pd.Series(few - 60, dtype="int8"),
        "int64 beyond float64": pd.Series(2**62 + few),
        "uint64 beyond int64": pd.Series(few.astype("uint64") + np.uint64(2**64 - 200)),
        "Int64": holed(pd.Series(few, dtype="Int64")),
        "UInt8": holed(pd.Series(few, dtype="UInt8")),
        "object int": holed(pd.Series(few.tolist(), dtype=object)),
        "float64": holed(pd.Series(few / 100)),
        "float32": pd.Series(few / 7, dtype="float32"),
        "float16": pd.Series(few / 8, dtype="float16"),
        "Float64": holed(pd.Series(few / 10, dtype="Float64")),
        "object float": pd.Series((few / 4).tolist(), dtype=object),
        "object Decimal": holed(pd.Series([Decimal(int(n)) / 100 for n in few], dtype=object)),
        "spikes": pd.Series(np.where(random.random(ROWS) < 0.6, 0, few)),
        "datetime64[s]": days,
        "datetime64[us]": holed(moments),
        "datetime64[ns]": moments.astype("datetime64[ns]"),
        "zoned": holed(moments.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
        "zoned, over a change of clocks": moments.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin"),
        "zoned midnights": days.dt.tz_localize("Europe/Berlin"),
        "fixed offset": moments.dt.tz_localize("UTC").dt.tz_convert("+02:00"),
        "timedelta64": holed(pd.Series(few.astype("m8[m]").astype("m8[us]"))),
        "period": holed(pd.Series(pd.PeriodIndex.from_ordinals(few, freq="M"))),
        "python dates": holed(pd.Series(days.dt.date, dtype=object)),
        "python dates far off": pd.Series([dt.date(9000 + int(n), 1, 1) for n in few], dtype=object),
        "python datetimes": pd.Series(moments.dt.to_pydatetime().tolist(), dtype=object),
        "zoned python datetimes": pd.Series(
            [d.replace(tzinfo=dt.UTC) for d in moments.dt.to_pydatetime().tolist()], dtype=object
        ),
        "timestamps as objects": moments.astype(object),
        "python times": pd.Series([dt.time(int(n) // 60, int(n) % 60) for n in few], dtype=object),
        "python timedeltas": pd.Series([dt.timedelta(minutes=int(n)) for n in few], dtype=object),
        "periods as objects": pd.Series(list(pd.PeriodIndex.from_ordinals(few, freq="D")), dtype=object),
        "texts of dates": holed(days.dt.strftime("%Y-%m-%d")),
        "texts of times": moments.dt.strftime("%Y-%m-%d %H:%M:%S").astype(object),
        "German dates": days.dt.strftime("%d.%m.%Y"),
        "US dates without zeros": pd.Series([f"{d.month}/{d.day}/{d.year}" for d in days]),
        "dates and hours without zeros": pd.Series(
            [f"{d.month}/{d.day}/{d.year} {d.hour}:05" for d in moments]
        ),
        "milliseconds and a zone": (moments + pd.Timedelta("1ms"))
        .dt.strftime("%Y-%m-%dT%H:%M:%S.%f")
        .str[:-3]
        + "Z",
        "texts of half days": moments.dt.strftime("%m/%d/%Y %I:%M %p"),
        "half days without zeros": moments.dt.strftime("%Y-%m-%d ")
        + [f"{(d.hour - 1) % 12 + 1}:00:00 {'AM' if d.hour < 12 else 'PM'}" for d in moments],
        "names of months": days.dt.strftime("%d %b %Y"),
        "texts of times of day": (moments + pd.to_timedelta(few, unit="min")).dt.strftime("%H:%M"),
    }
    return columns | _arrow_columns(few, days, moments)


def _arrow_columns(few: np.ndarray, days: pd.Series, moments: pd.Series) -> dict[str, pd.Series]:
    def arrow(values: Any, kind: pa.DataType) -> pd.Series:
        return holed(pd.Series(values, dtype=pd.ArrowDtype(kind)))

    times = [dt.time(int(n) // 60, int(n) % 60) for n in few]
    return {
        "arrow string": arrow(_pick("a", "b"), pa.string()),
        "arrow bool": arrow(_pick(True, False), pa.bool_()),
        "arrow int8": arrow(few - 60, pa.int8()),
        "arrow uint64": arrow(few, pa.uint64()),
        "arrow float": arrow(few / 4, pa.float32()),
        "arrow half float": arrow((few / 8).astype("float16"), pa.float16()),
        "arrow decimal": arrow([Decimal(int(n)) / 100 for n in few], pa.decimal128(8, 2)),
        "arrow dictionary": arrow(_pick("a", "b"), pa.dictionary(pa.int32(), pa.string())),
        "arrow date": arrow(days.dt.date.tolist(), pa.date32()),
        "arrow timestamp": arrow(moments, pa.timestamp("us")),
        "arrow zoned": arrow(moments.dt.tz_localize("UTC"), pa.timestamp("us", "Europe/Berlin")),
        "arrow duration": arrow(few.astype("m8[s]"), pa.duration("s")),
        "arrow time32": arrow(times, pa.time32("s")),
        "arrow time64": arrow(times, pa.time64("us")),
        "arrow texts of dates": arrow(days.dt.strftime("%Y-%m-%d").tolist(), pa.large_string()),
    }
