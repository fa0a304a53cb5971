"""The table codec: names and order of columns, conditions, ids and text, files."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from synthgen import DataError, DataSpec, Synthesizer, UsageError, load
from synthgen.data.codecs.table import TableCodec
from synthgen.model_files import ComponentRecord
from synthgen.networks.residual_mlp import ResidualGenerator
from synthgen.training.settings import LatentSettings

from .tables import any_rows, codec, exact_columns, reload, table, there_and_back

ROWS = 200


def mixed(rows: int = ROWS) -> pd.DataFrame:
    """A bit of everything, with the label in the middle."""
    random = np.random.default_rng(0)
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 90, rows), "D")
    frame = pd.DataFrame(
        {
            "age": random.integers(17, 90, rows),
            "city": random.choice(["Graz", "Rome", "Oslo"], rows),
            "paid": random.choice(["no", "yes"], rows, p=[0.8, 0.2]),
            "when": when,
            "weight": np.round(random.normal(70, 9, rows), 1),
            "member": random.random(rows) < 0.5,
            "size": pd.Categorical(random.choice(["s", "l"], rows), categories=["s", "m", "l"], ordered=True),
            "shop": [f"shop {n}" for n in random.zipf(1.6, rows).clip(0, 90)],
        }
    )
    frame.loc[::5, "weight"] = np.nan
    return frame


def test_a_table_of_every_kind_of_column_comes_back_the_same():
    frame = pd.DataFrame(exact_columns())
    fitted = reload(codec().fit(table(frame)))
    back = there_and_back(fitted, table(frame))
    pd.testing.assert_frame_equal(back, frame, check_freq=False)


def test_a_loaded_codec_decodes_as_the_fitted_one_did():
    dataset = table(mixed(), "paid")
    fitted = codec(conditions=["city", "weight", "shop"], max_categories=5, levels=3).fit(dataset)
    loaded = reload(fitted)
    x = any_rows(fitted)
    codes = fitted.draw_conditions(np.arange(500) % 2, np.linspace(0, 0.999, 500), {"city": "Rome"})
    assert torch.equal(
        codes, loaded.draw_conditions(np.arange(500) % 2, np.linspace(0, 0.999, 500), {"city": "Rome"})
    )
    assert (loaded.shape, loaded.blocks) == (fitted.shape, fitted.blocks)
    torch.manual_seed(3)
    one = fitted.decode(x, codes)
    torch.manual_seed(3)
    pd.testing.assert_frame_equal(loaded.decode(x, codes), one)
    assert loaded.column_report() == fitted.column_report()


def test_columns_come_in_their_order_with_label_and_conditions_among_them():
    frame = mixed()
    fitted = codec(conditions=["weight", "city"]).fit(table(frame, "paid"))
    back = there_and_back(reload(fitted), table(frame, "paid"))
    pd.testing.assert_frame_equal(back, frame)
    assert [c.name for c in fitted.conditions(table(frame, "paid"))] == ["paid", "weight", "weight", "city"]
    assert not {"paid", "weight", "city"} & {block.name for block in fitted.blocks}


@pytest.mark.parametrize(
    "names",
    [
        ["a", 1, None, ("x", "y"), pd.Timestamp("2024-01-01"), 2.5, b"z", np.nan],
        range(8),
        list("abcdefgh"),
        pd.MultiIndex.from_product([["a", "b"], [1, 2, 3, 4]], names=["one", None]),
        pd.date_range("2024-01-01", periods=8, tz="UTC", name="days"),
        pd.Index([0.5, np.nan, 1, 2, 3, 4, 5, 6]),
        pd.CategoricalIndex(list("abcdefgh"), ordered=True),
        [1, "1", 2, "2", 3, "3", 4, "4"],
    ],
    ids=str,
)
def test_names_of_columns_are_kept_whatever_they_are(names):
    frame = mixed()
    frame.columns = names if isinstance(names, pd.Index) else pd.Index(list(names), tupleize_cols=False)
    dataset = table(frame, frame.columns[2])
    back = there_and_back(reload(codec(columns={0: "number"} if 0 in names else {}).fit(dataset)), dataset)
    assert type(back.columns) is type(frame.columns) or frame.columns.equals(back.columns)
    pd.testing.assert_frame_equal(back, frame, check_freq=False)


def test_a_column_may_be_named_by_its_text():
    frame = mixed().rename(columns={"age": 7, "weight": ("w", 1)})
    fitted = codec(conditions=["7"], columns={"('w', 1)": "category"}).fit(table(frame))
    assert fitted.column_report()[7].startswith("condition, number")
    assert fitted.column_report()[("w", 1)].startswith("category")
    fitted.check_where({7: 40, "7": 40})


@pytest.mark.parametrize("given", [{"conditions": ["wieght"]}, {"columns": {"wieght": "number"}}])
def test_a_column_that_is_not_there_is_told_with_near_ones(given):
    with pytest.raises(
        DataError, match=r"toy: (conditions|columns): there is no column 'wieght'. Did you mean weight\?"
    ):
        codec(**given).fit(table(mixed()))


def test_a_name_that_cannot_be_saved_is_told_before_the_training():
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=["a", frozenset({1})])
    with pytest.raises(DataError, match="names of columns: values of type frozenset cannot be saved"):
        codec().fit(table(frame))


def test_whatever_is_wrong_with_a_column_is_told_with_the_name_of_the_data():
    with pytest.raises(DataError, match=r"^toy: column 'a' has 1 infinite numbers"):
        codec().fit(table(pd.DataFrame({"a": [1.0, np.inf, 3.0]})))


def test_data_of_other_columns_or_values_cannot_be_encoded():
    fitted = codec().fit(table(mixed()))
    with pytest.raises(DataError, match="toy: there is no column 'age'"):
        fitted.encode(table(mixed().drop(columns="age")))
    with pytest.raises(DataError, match=r"toy: column 'city': 'Bonn' in row \d+ was not there"):
        fitted.encode(table(mixed().replace({"city": {mixed().loc[3, "city"]: "Bonn"}})))


def test_a_table_of_constants_has_rows_of_one_number():
    frame = pd.DataFrame({"a": [1] * 5, "b": ["x"] * 5, "c": [None] * 5})
    fitted = reload(codec().fit(table(frame)))
    assert fitted.shape == (1,)
    pd.testing.assert_frame_equal(there_and_back(fitted, table(frame)), frame)


def test_one_row_is_a_table():
    frame = mixed(1)
    pd.testing.assert_frame_equal(there_and_back(codec().fit(table(frame)), table(frame)), frame)


# ids and text


def with_ids(rows: int = ROWS) -> pd.DataFrame:
    frame = mixed(rows)
    frame.insert(0, "number", np.arange(rows))
    frame.insert(4, "note", [f"remark {i} of a customer" for i in range(rows)])
    frame.insert(9, "code", [f"K-{i:06}" for i in range(rows)])
    return frame


def test_ids_and_text_are_left_out_with_a_warning(caplog):
    dataset = table(with_ids(), "paid")
    with caplog.at_level(logging.INFO, "synthgen"):
        fitted = codec().fit(dataset)
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert len(warnings) == 3
    assert "column 'number' looks like ids and is left out" in warnings[0]
    assert "column 'note' looks like free text and is left out" in warnings[1]
    assert "ids: make" in warnings[2]
    [info] = [r.getMessage() for r in caplog.records if r.levelname == "INFO"]
    assert info == "toy: columns to make: 4 category, 2 number, 1 datetime; conditions: paid"
    loaded = reload(fitted)
    pd.testing.assert_frame_equal(there_and_back(loaded, dataset), mixed())
    assert loaded.column_report()["code"] == "id: left out"


def test_ids_and_text_are_made_anew_if_asked_for(caplog):
    frame = with_ids()
    fitted = reload(codec(ids="make").fit(table(frame)))
    assert not [record for record in caplog.records if record.levelname == "WARNING"]
    back = there_and_back(fitted, table(frame))
    assert list(back.columns) == list(frame.columns)
    assert (back.dtypes == frame.dtypes).all()
    for name in ("number", "code"):
        assert back[name].is_unique
        assert not set(back[name]) & set(frame[name])
    assert set(back["note"]) == {"synthetic text"}
    pd.testing.assert_frame_equal(back.drop(columns=["number", "note", "code"]), mixed())


def test_a_codec_that_is_fitted_again_knows_nothing_of_the_first_time():
    fitted = codec().fit(table(with_ids()))
    assert fitted.left_out == {"number": "id", "note": "text", "code": "id"}
    fitted.fit(table(mixed()))
    assert fitted.left_out == {}
    pd.testing.assert_frame_equal(there_and_back(fitted, table(mixed())), mixed())


def test_ids_can_be_learnt_like_other_columns():
    frame = with_ids()
    back = there_and_back(codec(ids="learn").fit(table(frame)), table(frame))
    pd.testing.assert_frame_equal(back, frame)


def test_what_is_asked_for_goes_before_what_is_found_out():
    frame = with_ids()
    columns = {"number": "number", "note": "category", "code": "category", "shop": "text"}
    fitted = codec(columns=columns).fit(table(frame))
    assert fitted.column_report()["shop"] == "text: left out"
    pd.testing.assert_frame_equal(there_and_back(fitted, table(frame)), frame.drop(columns="shop"))


def test_a_column_in_a_condition_or_a_constraint_is_not_left_out():
    frame = with_ids()
    rule = {"rule": "non_negative", "columns": ["number"]}
    fitted = codec(conditions=["code"], constraints=[rule]).fit(table(frame))
    assert set(fitted.column_report()) == set(frame.columns)
    with pytest.raises(
        DataError, match="'code' is a condition or has a constraint, and cannot be of kind id"
    ):
        codec(conditions=["code"], columns={"code": "id"}).fit(table(frame))


def test_a_table_of_ids_alone_leaves_nothing_to_learn():
    with pytest.raises(DataError, match="nothing is left to learn: 'number', 'code' are ids or text"):
        codec().fit(table(with_ids()[["number", "code"]]))


def test_a_kind_that_is_none_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="'number', 'category', 'datetime', 'id' or 'text'"):
        codec(columns={"age": "integer"})


# conditions

ASKED = [
    ("age", 40, 40),
    ("age", "40", 40),
    ("age", 41.0, 41),
    ("city", "Rome", "Rome"),
    ("when", "2024-02-03", pd.Timestamp("2024-02-03")),
    ("when", pd.Timestamp("2024-02-03").date(), pd.Timestamp("2024-02-03")),
    ("weight", 71.3, 71.3),
    ("weight", None, None),
    ("weight", "missing", None),
    ("member", True, True),
    ("member", "false", False),
    ("size", "l", "l"),
    ("shop", "shop 90", "shop 90"),
]


@pytest.mark.parametrize(("name", "value", "expected"), ASKED)
def test_rows_have_exactly_the_values_that_are_asked_for(name, value, expected):
    dataset = table(mixed(), "paid")
    fitted = reload(codec(conditions=[name, "city"], max_categories=4).fit(dataset))
    fitted.check_where({name: value})
    labels = np.arange(500) % 2
    codes = fitted.draw_conditions(labels, np.linspace(0, 0.999, 500), {name: value})
    assert codes.dtype == fitted.encode_conditions(dataset).dtype
    made = fitted.decode(any_rows(fitted), codes)
    assert (made[name].isna() if expected is None else made[name] == expected).all()
    assert (made["paid"] == np.where(labels == 1, "yes", "no")).all()
    assert (made.dtypes == dataset.x.dtypes).all()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("age", 16, "where: age must be a number from 17 to 89, not 16"),
        ("age", 40.5, "where: age must be a whole number, not 40.5"),
        ("age", "old", "where: age must be a number from 17 to 89, not 'old'"),
        ("age", None, "where: age must be a number from 17 to 89, not None"),
        ("age", True, "where: age must be a number from 17 to 89, not True"),
        ("city", "Bonn", "where: city must be one of (Graz|Rome|Oslo), .*, not 'Bonn'"),
        ("city", None, "where: city must be one of .*, not None"),
        (
            "when",
            "2025-01-01",
            "where: when must be from 2024-01-01 00:00:00 to 2024-03-30 00:00:00, not '2025-01-01'",
        ),
        (
            "when",
            "2024-02-03 12:00",
            "where: when must be 2024-01-01 00:00:00 or 1 days 00:00:00 times a whole number",
        ),
        ("when", "soon", "where: when must be from 2024-01-01"),
        ("weight", 71.33, r"where: weight must be in steps of 0\.1, or missing, not 71\.33"),
        ("weight", 500, "where: weight must be a number from .* to .*, or missing, not 500"),
        ("size", "m", "where: size must be one of (s, l|l, s), not 'm'"),
        ("shop", "kiosk", "where: shop must be one of shop 1, .* and [0-9]+ more, not 'kiosk'"),
        (
            "colour",
            1,
            "where: 'colour' is no condition of this model; its conditions are paid, age, city, when, ",
        ),
    ],
)
def test_values_that_cannot_be_are_refused_with_those_that_can(name, value, message):
    frame = mixed()
    names = [name for name in frame if name not in ("paid", "member")]
    fitted = codec(conditions=names, max_categories=4).fit(table(frame, "paid"))
    with pytest.raises(UsageError, match=message):
        fitted.check_where({name: value})


def test_conditions_that_are_not_asked_for_are_drawn_as_they_occur_with_those_that_are():
    random = np.random.default_rng(0)
    city = random.choice(["Graz", "Rome"], 2000)
    frame = pd.DataFrame(
        {"city": city, "age": random.integers(20, 40, 2000) + 30 * (city == "Rome"), "n": 1.5}
    )
    fitted = codec(conditions=["city", "age"], levels=3).fit(table(frame))
    uniform = random.random(3000)
    codes = fitted.draw_conditions(np.zeros(3000, np.int64), uniform, {"city": "Rome"})
    made = fitted.decode(any_rows(fitted, 3000), codes)
    assert (made["age"] >= 50).all()
    assert made["age"].nunique() == 20
    near = fitted.decode(
        any_rows(fitted, 3000), fitted.draw_conditions(np.zeros(3000, int), uniform, {"age": 45})
    )
    assert (near["age"] == 45).all()
    assert set(near["city"]) == {
        "Graz",
        "Rome",
    }  # there is nobody of 45, but some are about as far on either side


def test_constants_and_labels_of_any_dtype_are_conditions():
    frame = pd.DataFrame(
        {"y": pd.Categorical([3, 1] * 30, categories=[1, 2, 3]), "one": 5, "x": np.arange(60) % 7}
    )
    fitted = reload(codec(conditions=["one"], columns={"x": "number"}).fit(table(frame, "y")))
    fitted.check_where({"one": 5})
    with pytest.raises(UsageError, match="one must be one of 5, not 6"):
        fitted.check_where({"one": 6})
    pd.testing.assert_frame_equal(there_and_back(fitted, table(frame, "y")), frame)


def test_without_a_label_and_conditions_there_are_none():
    fitted = reload(codec().fit(table(mixed())))
    assert fitted.conditions(table(mixed())) == ()
    assert fitted.encode_conditions(table(mixed())).shape == (ROWS, 0)
    with pytest.raises(UsageError, match="'age' is no condition of this model; it has none"):
        fitted.check_where({"age": 3})


def test_a_class_without_rows_is_told():
    dataset = table(mixed(), "paid")
    dataset.y[:] = 0
    with pytest.raises(DataError, match="toy: there is no row of class yes"):
        codec().fit(dataset)


def record(registry, kind, name, options):
    return ComponentRecord.of(SimpleNamespace(registered=registry.find(kind, name), options=options))


def test_a_model_that_was_saved_makes_rows_of_the_values_asked_for(registry, tmp_path):
    dataset = table(mixed(), "paid")
    chosen = TableCodec.Options(conditions=["age", "weight", "shop"], max_categories=4)
    fitted = TableCodec(chosen).fit(dataset)
    spec = DataSpec(
        shape=fitted.shape, conditions=fitted.conditions(dataset), noise_dim=4, blocks=fitted.blocks
    )
    torch.manual_seed(0)
    settings = ResidualGenerator.Options(width=8, blocks=1)
    model = Synthesizer(
        generator=ResidualGenerator(settings, spec),
        codec=fitted,
        generator_record=record(registry, "generator", "residual_mlp", settings),
        codec_record=record(registry, "codec", "table", chosen),
        spec=spec,
        latent=LatentSettings(dim=4),
        classes=dataset.classes,
        class_counts=tuple(np.bincount(dataset.y).tolist()),
        source={"data": dataset.name, "target": dataset.target},
    )
    model.save(tmp_path / "model")
    where = {"paid": "yes", "age": 40, "weight": None, "shop": "shop 90"}
    x, y = load(tmp_path / "model", device="cpu").sample(20, where=where, seed=3)
    assert (x["age"] == 40).all()
    assert x["weight"].isna().all()
    assert (x["shop"] == "shop 90").all()
    assert (x["paid"] == "yes").all()
    assert (y == 1).all()
    pd.testing.assert_frame_equal(x, model.sample(20, where=where, seed=3)[0])
    free, _ = model.sample(4000)
    assert abs((free["paid"] == "yes").mean() - (dataset.x["paid"] == "yes").mean()) < 0.03
    assert free["age"].between(17, 89).all()
