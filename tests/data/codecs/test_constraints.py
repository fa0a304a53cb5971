"""Rules in the table codec: its options, its files, conditions beside them, rows drawn again."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from synthgen import ClassLabel, DataError, Dataset, DataSpec, Synthesizer, load
from synthgen.data.codecs.table import TableCodec
from synthgen.errors import SynthgenError
from synthgen.model_files import ComponentRecord
from synthgen.networks.residual_mlp import ResidualGenerator
from synthgen.training.settings import LatentSettings

from .constraint_toys import fit, made, saved

RULES = [
    {"rule": "order", "columns": ["start", "end"]},
    {"rule": "combinations", "columns": ["city", "country"]},
    {"rule": "formula", "column": "total", "equals": "price * quantity"},
    {"rule": "non_negative", "columns": ["price", "total"]},
    {"rule": "range", "column": "quantity", "low": 1, "high": 9},
]
CITIES = {"Graz": "AT", "Wien": "AT", "Rome": "IT", "Oslo": "NO"}


def orders(rows=400):
    """Orders of a shop; whether they were paid is the label."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "total": 0.0,
            "start": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, rows), "D"),
            "city": random.choice(list(CITIES), rows),
            "price": random.gamma(2, 9, rows).round(2),
            "quantity": random.integers(1, 10, rows),
            "paid": random.choice(["no", "yes"], rows, p=[0.3, 0.7]),
        }
    )
    frame["country"] = frame["city"].map(CITIES).astype("category")
    frame["end"] = frame["start"] + pd.to_timedelta(random.integers(0, 60, rows), "D")
    frame.loc[::6, "end"] = pd.NaT
    frame["total"] = (frame["price"] * frame["quantity"]).round(2)
    classes = (ClassLabel(0, "no"), ClassLabel(1, "yes"))
    y = (frame["paid"] == "yes").to_numpy(np.int64)
    return Dataset("orders", frame, y, classes, kind="table", target="paid")


def options(**given):
    return TableCodec.Options.model_validate_json(json.dumps({"constraints": RULES} | given), strict=True)


def random_rows(codec, dataset, rows=1000, seed=0):
    """Rows of a generator that has learnt nothing, under conditions of real rows."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for block in codec.blocks:
        drawn = torch.randn(rows, block.size, generator=generator)
        onehot = torch.nn.functional.one_hot(drawn.argmax(1), block.size).float()
        parts.append(onehot if block.kind == "category" else 3 * drawn)
    x = torch.cat(parts, 1)
    place = 0
    for block in codec.blocks:
        if block.gate is not None:
            x[:, place] *= x[:, block.gate]
        place += block.size
    codes = codec.encode_conditions(dataset)
    return codec.decode(x, codes[torch.randint(len(codes), (rows,), generator=generator)])


def assert_obeys(frame):
    both = frame.dropna(subset=["start", "end"])
    assert len(both)
    assert (both["start"] <= both["end"]).all()
    assert (frame["country"].astype(object) == frame["city"].map(CITIES)).all()
    assert frame["total"].equals((frame["price"] * frame["quantity"]).round(2))
    assert (frame["price"] >= 0).all()
    assert frame["quantity"].between(1, 9).all()


def assert_like(frame, real):
    assert frame.dtypes.to_dict() == real.dtypes.to_dict()
    assert list(frame.columns) == list(real.columns)


@pytest.mark.parametrize("conditions", [[], ["start"], ["end", "quantity"], ["price", "city", "country"]])
def test_rules_hold_whatever_a_network_makes_and_is_conditioned_on(conditions):
    dataset = orders()
    codec = TableCodec(options(conditions=conditions)).fit(dataset)
    rows = random_rows(codec, dataset)
    assert_like(rows, dataset.x)
    judged = codec.accepts(rows)
    if not {"end", "city"} & set(conditions):
        assert judged.all()  # only the bounds of the total are judged at all
    assert_obeys(rows if judged is None else rows[judged])


def test_real_rows_survive_encoding_and_decoding():
    dataset = orders()
    codec = TableCodec(options()).fit(dataset)
    back = codec.decode(codec.expand(codec.encode(dataset)), codec.encode_conditions(dataset))
    assert_obeys(back)
    assert_like(back, dataset.x)
    exact = ["city", "country", "quantity", "paid"]
    pd.testing.assert_frame_equal(back[exact], dataset.x[exact])
    assert back["end"].isna().equals(dataset.x["end"].isna())


def test_the_networks_see_joint_columns_and_no_computed_one():
    codec = TableCodec(options()).fit(orders())
    assert {block.name for block in codec.blocks} == {
        "start",
        "end - start",
        "city × country",
        "price",
        "quantity",
    }


def test_rules_are_saved_with_the_codec():
    dataset = orders()
    codec = TableCodec(options()).fit(dataset)
    values, tensors = codec.state()
    other = TableCodec(options())
    other.load_state(json.loads(json.dumps(values, allow_nan=False)), tensors)
    torch.manual_seed(0)
    one = random_rows(codec, dataset)
    torch.manual_seed(0)
    pd.testing.assert_frame_equal(random_rows(other, dataset), one)
    assert np.array_equal(other.accepts(one), codec.accepts(one))


def test_combinations_beyond_the_most_categories_are_pooled_and_still_seen_ones():
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.integers(0, 60, (3000, 2)), columns=["street", "number"])
    dataset = Dataset("homes", frame, np.zeros(3000, np.int64), (), kind="table")
    rule = {"rule": "combinations", "columns": ["street", "number"]}
    codec = TableCodec(options(constraints=[rule], max_categories=50)).fit(dataset)
    assert codec.shape[0] <= 51
    rows = random_rows(codec, dataset)
    seen = set(frame.itertuples(index=False, name=None))
    assert set(rows.itertuples(index=False, name=None)) <= seen
    assert_like(rows, frame)


def test_differences_that_are_all_different_are_learnt_as_numbers():
    random = np.random.default_rng(0)
    start = random.integers(0, 10**9, 500)
    frame = pd.DataFrame({"start": start, "end": start + random.permutation(500) * 1000})
    dataset = Dataset("log", frame, np.zeros(500, np.int64), (), kind="table")
    codec = TableCodec(options(constraints=[{"rule": "order", "columns": ["start", "end"]}])).fit(dataset)
    assert [block.name for block in codec.blocks if block.kind == "number"] == ["start", "end - start"]


def test_a_table_without_rules_is_left_as_it_is():
    dataset = orders()
    codec = TableCodec(options(constraints=[])).fit(dataset)
    assert codec.accepts(dataset.x) is None
    assert {block.name for block in codec.blocks} == set(dataset.x.columns) - {"paid"}


def test_real_rows_that_break_a_rule_end_the_fit():
    dataset = orders()
    dataset.x.loc[7, "total"] += 1
    with pytest.raises(DataError, match=r"quantity: 1 of 400 rows .* first row 7: total = .* expected"):
        TableCodec(options()).fit(dataset)


@pytest.mark.parametrize(
    "names",
    [
        [0, 1, 2, 3],
        ["0", "1", "2", "3"],
        [0.0, 1.5, np.nan, ("a", 3)],
        pd.MultiIndex.from_product([["a", "b"], [0, 1]], names=["one", None]),
    ],
)
def test_columns_keep_their_names_of_whatever_type(names):
    random = np.random.default_rng(0)
    numbers = random.integers(0, 50, (100, 4)).cumsum(1)
    frame = pd.DataFrame(numbers)
    frame.columns = pd.Index(names, tupleize_cols=False) if isinstance(names, list) else names
    texts = [str(name) for name in frame.columns.tolist()]
    frame = frame.assign(**{"sum": numbers[:, 2] + 1}) if frame.columns.nlevels == 1 else frame
    raw = [{"rule": "order", "columns": texts[1::-1][::-1]}, {"rule": "combinations", "columns": texts[2:]}]
    if frame.columns.nlevels == 1:
        raw.append({"rule": "formula", "column": "sum", "equals": f"`{texts[2]}` + 1"})
    constraints = saved(fit(frame, *raw))
    rows = made(constraints, frame)
    assert rows.columns.equals(frame.columns)
    assert rows.columns.names == frame.columns.names
    pd.testing.assert_frame_equal(constraints.backward(constraints.forward(frame)), frame)
    assert (rows.iloc[:, 0] <= rows.iloc[:, 1]).all()


def test_a_rule_that_can_only_be_judged_is_told(caplog):
    dataset = orders()
    with caplog.at_level(logging.INFO, "synthgen"):
        TableCodec(options(conditions=["city", "total"])).fit(dataset)
    told = {
        r.getMessage().split(" cannot")[0]: r.levelname
        for r in caplog.records
        if " cannot be built" in r.message
    }
    assert told == {
        "constraint combinations of city, country": "INFO",
        "constraint total = price * quantity": "WARNING",
    }


# a whole model


@pytest.fixture(scope="module")
def model(registry):
    """An untrained one that has to redraw: not every city is in the country that is a condition."""
    dataset = orders()
    chosen = options(conditions=["country", "end"])
    codec = TableCodec(chosen).fit(dataset)
    codec.chunk = 512
    spec = DataSpec(shape=codec.shape, conditions=codec.conditions(dataset), noise_dim=4, blocks=codec.blocks)
    torch.manual_seed(0)
    settings = ResidualGenerator.Options(width=8, blocks=1)

    def record(kind, name, options):
        found = SimpleNamespace(registered=registry.find(kind, name), options=options)
        return ComponentRecord.of(found)

    return Synthesizer(
        generator=ResidualGenerator(settings, spec),
        codec=codec,
        generator_record=record("generator", "residual_mlp", settings),
        codec_record=record("codec", "table", chosen),
        spec=spec,
        latent=LatentSettings(dim=4),
        classes=dataset.classes,
        class_counts=tuple(np.bincount(dataset.y).tolist()),
        source={"data": dataset.name, "target": dataset.target},
    )


def test_sampled_rows_obey_under_the_conditions_asked_for(model):
    x, y = model.sample(300, where={"paid": "yes", "country": "IT"}, seed=3)
    assert_obeys(x)
    assert_like(x, orders().x)
    assert (x["country"] == "IT").all()
    assert (x["city"] == "Rome").all()
    assert (y == 1).all()


def test_the_same_seed_gives_the_same_rows_though_some_are_drawn_again(model, tmp_path):
    model.save(tmp_path / "model")
    loaded = load(tmp_path / "model", device="cpu")
    loaded.codec.chunk = model.codec.chunk
    one, _ = model.sample(50, seed=1)
    other, _ = loaded.sample(100, seed=1)
    pd.testing.assert_frame_equal(other.head(50), one)


def test_how_many_rows_were_drawn_again_is_logged_once_a_stream(model, caplog):
    with caplog.at_level(logging.INFO, "synthgen"):
        list(model.stream(model.plan(model.codec.chunk + 1)))
    lines = [record.getMessage() for record in caplog.records if "drawn again" in record.getMessage()]
    assert len(lines) == 1
    assert f"of {2 * model.codec.chunk:,} rows (" in lines[0]
    assert " %) broke a constraint and were drawn again, from " in lines[0]


def test_rules_that_no_row_can_obey_end_with_how_few_did(model, monkeypatch):
    monkeypatch.setattr("synthgen.redrawing.ROUNDS", 2)
    monkeypatch.setattr(model.codec, "accepts", lambda values: np.zeros(len(values), bool))
    with pytest.raises(SynthgenError, match=r"rows drawn, 0 obey the constraints, .* loosen the constraints"):
        model.sample(5)
