"""Rows of tables out of a model: conditions asked for, rules kept, chunks of thousands."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from synthgen import ClassLabel, Dataset, DataSpec, Synthesizer, UsageError, load
from synthgen.data.codecs.table import TableCodec
from synthgen.errors import PluginError, SynthgenError
from synthgen.model_files import ComponentRecord
from synthgen.networks.residual_mlp import ResidualGenerator
from synthgen.training.settings import LatentSettings


def people(rows=400):
    """`income` is the label; age goes with it, and the city with nothing."""
    random = np.random.default_rng(0)
    income = random.choice(["<=50K", ">50K"], rows, p=[0.75, 0.25])
    age = np.where(income == ">50K", 50, 30) + random.integers(-9, 10, rows)
    city = random.choice(["Graz", "Linz", "Wien"], rows)
    frame = pd.DataFrame({"age": age, "city": city, "hours": random.normal(38, 5, rows), "income": income})
    classes = (ClassLabel(0, "<=50K"), ClassLabel(1, ">50K"))
    y = (income == ">50K").astype(np.int64)
    return Dataset("people", frame, y, classes, kind="table", target="income")


def build(registry, dataset, codec, **options):
    codec.fit(dataset)
    conditions = codec.conditions(dataset)
    spec = DataSpec(shape=codec.shape, conditions=conditions, noise_dim=5, blocks=codec.blocks)
    torch.manual_seed(0)
    settings = ResidualGenerator.Options(width=8, blocks=1)
    network, table = registry.find("generator", "residual_mlp"), registry.find("codec", "table")

    def record(registered, options):
        return ComponentRecord.of(SimpleNamespace(registered=registered, options=options))

    return Synthesizer(
        generator=ResidualGenerator(settings, spec),
        codec=codec,
        generator_record=record(network, settings),
        codec_record=record(table, codec.options),
        spec=spec,
        latent=LatentSettings(dim=5),
        classes=dataset.classes,
        class_counts=tuple(np.bincount(dataset.y).tolist()) if dataset.classes else (),
        source={"data": dataset.name, "target": dataset.target},
    )


@pytest.fixture(scope="module")
def model(registry):
    codec = TableCodec(TableCodec.Options(conditions=["age", "city"], levels=10))
    return build(registry, people(), codec)


def test_samples_are_rows_of_the_tables_columns_order_and_types(model):
    x, y = model.sample(30)
    real = people().x
    assert x.columns.equals(real.columns)
    assert x.dtypes.equals(real.dtypes)
    assert x.index.equals(pd.RangeIndex(30))
    assert x["income"].tolist() == [("<=50K", ">50K")[label] for label in y]
    assert set(x["city"]) <= {"Graz", "Linz", "Wien"}


def test_a_shorter_call_gives_the_beginning_of_a_longer_one_within_and_beyond_a_chunk(model):
    assert model.codec.chunk == 4096
    long, y = model.sample(4100, seed=5)
    assert long.index.equals(pd.RangeIndex(4100))
    for n in (1, 10, 20, 4096, 4097):
        start, labels = model.sample(n, seed=5)
        pd.testing.assert_frame_equal(start, long.iloc[:n])
        assert np.array_equal(labels, y[:n])
    assert not model.sample(20, seed=6)[0].equals(long.iloc[:20])
    assert not long["hours"].iloc[4096:].isin(long["hours"].iloc[:4]).any()


def test_a_stream_goes_by_chunks_and_continues_from_anywhere(model):
    plan = model.plan(4100)
    whole = model.sample(4100)[0]
    batches = list(model.stream(plan, start=4090))
    assert [(batch.start, len(batch.x)) for batch in batches] == [(4090, 6), (4096, 4)]
    assert batches[0].x["hours"].tolist() == whole["hours"].iloc[4090:4096].tolist()
    assert batches[1].x["hours"].tolist() == whole["hours"].iloc[4096:].tolist()


def test_the_balance_of_classes_and_what_goes_with_them_are_the_datas(model):
    x, y = model.sample(4000)
    assert y.mean() == pytest.approx(model.class_counts[1] / 400, abs=0.03)
    assert x["age"][y == 1].min() >= 41
    assert x["age"][y == 0].max() <= 39


@pytest.mark.parametrize("label", [">50K", 1])
def test_the_label_is_a_condition_like_the_others(model, label):
    x, y = model.sample(20, where={"income": label})
    assert set(x["income"]) == {">50K"}
    assert set(y) == {1}


def test_values_asked_for_come_out_exactly_and_the_others_go_with_them(model):
    x, _ = model.sample(300, where={"city": "Linz", "age": 52})
    assert set(x["city"]) == {"Linz"}
    assert set(x["age"]) == {52}
    together, y = model.sample(20, where={"city": "Graz", "income": "<=50K"})
    assert set(together["city"]) == {"Graz"}
    assert set(y) == {0}
    assert together["age"].max() <= 39


def test_values_asked_for_hold_for_counted_classes_too(model):
    x, y = model.sample(per_class=[2, 3], where={"city": "Wien"})
    assert np.bincount(y).tolist() == [2, 3]
    assert set(x["city"]) == {"Wien"}


def test_a_plan_has_what_was_asked_for_and_the_same_plan_gives_the_same_rows(model):
    plan = model.plan(7, where={"city": "Wien", "income": ">50K"})
    assert plan.where == (("city", "Wien"),)
    frame = people().x
    assert plan.weights == (0, ((frame["city"] == "Wien") & (frame["income"] == ">50K")).sum())
    (batch,) = model.stream(plan)
    x, _ = model.sample(7, where={"city": "Wien", "income": ">50K"})
    pd.testing.assert_frame_equal(batch.x, x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"where": {"hours": 40}}, r"'hours' is no condition of this model; .* income, age, city"),
        ({"where": {"hight": 40}}, r"'hight' is no condition of this model"),
        ({"where": {"city": "Rom"}}, r"city .*Wien.*'Rom'"),
        ({"where": {"age": "old"}}, r"age .*'old'"),
        ({"where": {"income": "much"}}, r"no class 'much'.*Classes: <=50K \(0\), >50K \(1\)"),
        ({"where": {"income": 0}, "classes": [0]}, "where says which income, and so does classes"),
    ],
)
def test_conditions_and_values_that_the_model_has_not_are_refused(model, arguments, message):
    with pytest.raises(UsageError, match=message):
        model.plan(5, **arguments)


def test_a_saved_model_gives_the_same_rows(model, registry, tmp_path):
    model.save(tmp_path / "model")
    loaded = load(tmp_path / "model", registry, device="cpu")
    where = {"city": "Linz"}
    pd.testing.assert_frame_equal(loaded.sample(15, where=where)[0], model.sample(15, where=where)[0])
    assert loaded.label == "income"
    assert loaded.model_hash == model.model_hash


def test_a_table_without_labels_or_conditions_gives_rows_and_has_nothing_to_ask_for(registry):
    labelled = people()
    dataset = Dataset("rows", labelled.x, np.zeros(400, np.int64), (), kind="table")
    plain = build(registry, dataset, TableCodec(TableCodec.Options()))
    x, y = plain.sample(5)
    assert x.columns.equals(labelled.x.columns)
    assert y.tolist() == [0] * 5
    assert plain.label is None
    with pytest.raises(UsageError, match="no condition of this model"):
        plain.sample(5, where={"city": "Graz"})


# ------------------------------------------------------------------------------------------------------ rules


class Choosy(TableCodec):
    """A codec with a rule, to be set by each test."""

    def accepts(self, values):
        return self.rule(values)


@pytest.fixture
def choosy(registry):
    return build(registry, people(), Choosy(TableCodec.Options(conditions=["city"], levels=10)))


def test_rows_that_break_a_rule_are_drawn_again_under_their_own_conditions(choosy):
    choosy.codec.rule = lambda values: None
    before, y = choosy.sample(500)
    most = before["hours"].median()
    choosy.codec.rule = lambda values: (values["hours"] < most).to_numpy()
    x, labels = choosy.sample(500)
    assert (x["hours"] < most).all()
    assert np.array_equal(labels, y)
    assert x["city"].equals(before["city"])
    fine = before["hours"] < most
    assert 200 < fine.sum() < 300
    pd.testing.assert_frame_equal(x[fine], before[fine])


def test_with_a_rule_too_a_shorter_call_gives_the_beginning_of_a_longer_one(choosy):
    choosy.codec.rule = lambda values: (values["hours"].rank() < 2000).to_numpy()
    long = choosy.sample(20)[0]
    pd.testing.assert_frame_equal(choosy.sample(10)[0], long.iloc[:10])
    pd.testing.assert_frame_equal(choosy.sample(20)[0], long)


def test_a_rule_that_nothing_obeys_is_told_and_ends(choosy, monkeypatch):
    monkeypatch.setattr("synthgen.redrawing.ROUNDS", 2)
    choosy.codec.rule = lambda values: np.zeros(len(values), bool)
    with pytest.raises(SynthgenError, match=r"of 12,288 rows drawn, 0 obey"):
        choosy.sample(3)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda values: values["nonsense"], "failed to judge: KeyError"),
        (lambda values: np.ones(3, bool), r"judged 4096 samples with a mask \(3,\)"),
    ],
)
def test_a_rule_that_fails_is_the_codecs_fault(choosy, rule, message):
    choosy.codec.rule = rule
    with pytest.raises(PluginError, match=f"codec 'table' .*{message}"):
        choosy.sample(3)


def test_a_codec_that_fails_at_conditions_is_named(choosy):
    choosy.codec.check_where = lambda where: where["nonsense"]
    with pytest.raises(PluginError, match=r"codec 'table' .*failed to check where: KeyError"):
        choosy.plan(3, where={"city": "Graz"})
    del choosy.codec.check_where
    choosy.codec.draw_conditions = lambda labels, uniform, where: labels.nonsense
    with pytest.raises(PluginError, match=r"codec 'table' .*failed to draw conditions: AttributeError"):
        choosy.sample(3)


def test_a_generator_gone_wrong_is_told_even_where_a_row_has_categories_only(registry):
    dataset = people()
    cities = Dataset("cities", dataset.x[["city"]], np.zeros(400, np.int64), (), kind="table")
    model = build(registry, cities, TableCodec(TableCodec.Options()))
    with torch.no_grad():
        model.generator.head.bias.fill_(torch.nan)
    with pytest.raises(PluginError, match="numbers that are not finite among samples 0 to 4095"):
        model.sample(1)


def test_classes_are_drawn_as_they_occur_with_the_values_that_are_asked_for(registry):
    dataset = people()
    city = np.where(dataset.y == 1, "Graz", np.where(np.arange(len(dataset)) % 4 == 0, "Graz", "Linz"))
    dataset = replace(dataset, x=dataset.x.assign(city=city))
    model = build(registry, dataset, TableCodec(TableCodec.Options(conditions=["city"])))
    _, y = model.sample(4000, where={"city": "Graz"})
    assert np.mean(y) == pytest.approx(dataset.y[city == "Graz"].mean(), abs=0.03)
    assert model.sample(500, where={"city": "Linz"})[1].max() == 0
    _, y = model.sample(per_class=50, where={"city": "Linz"})  # what is counted out is not drawn
    assert np.bincount(y).tolist() == [50, 50]
