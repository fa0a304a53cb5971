"""Which metrics judge, with which options, and what is told of those that fail."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from digits_run import digits_run
from toy_metric import Broken, Counts, Needy, Refusing, only_metrics

import synthgen
from synthgen import Comparison, Dataset
from synthgen.evaluation.all_metrics import AllMetrics
from synthgen.evaluation.evaluate import evaluate as measure_all
from synthgen.judging import choose_metrics, judge_cache
from synthgen.recipe import load_recipe, recipe_from_dict
from synthgen.report import load_report, write_report


@pytest.fixture(scope="module")
def digits(tmp_path_factory, registry):
    return digits_run(tmp_path_factory.mktemp("runs"), registry)


def test_metrics_that_fail_are_told_and_the_others_go_on(caplog):
    registry = only_metrics(broken=Broken, counts=Counts, needy=Needy, refusing=Refusing)
    frame = pd.DataFrame({"a": range(20)})
    found = synthgen.evaluate(frame, frame, registry=registry)
    errors = {result.name: result.error for result in found.results}
    assert found.value("count") == 20
    assert errors["refusing"] == "one class is not enough"
    assert errors["broken"].endswith("failed in its constructor: RuntimeError: no GPU")
    assert set(errors) == {"broken", "counts", "refusing"}  # needy has to be chosen, with its option
    assert caplog.text.count("one class is not enough") == 1
    quick = synthgen.evaluate(frame, frame, level="quick", registry=registry)
    assert [result.name for result in quick.results] == ["broken", "counts"]


def test_metrics_that_fail_for_one_reason_are_told_in_one_line(caplog, tmp_path):
    frame = pd.DataFrame({"a": range(20)})
    found = synthgen.evaluate(frame, frame, registry=only_metrics(a=Refusing, b=Broken, c=Refusing))
    assert "a and c: one class is not enough" in caplog.messages
    assert caplog.text.count("one class is not enough") == 1
    page = found.write(tmp_path).html.read_text("utf-8")
    assert "<strong>a and c</strong> could not be measured: one class is not enough" in page
    assert page.count("one class is not enough") == 1


def test_chosen_metrics_are_built_with_their_options(digits):
    registry = only_metrics(needy=Needy, counts=Counts)
    recipe = load_recipe(digits.recipe, ["metrics=[{name: needy, file: w.pt}]"], registry)
    (named,) = choose_metrics(registry, recipe.metrics)
    assert (named.name, named.metric.options.file) == ("needy", "w.pt")


def test_a_report_records_the_options_of_its_metrics(digits, tmp_path):
    registry = only_metrics(needy=Needy, counts=Counts, broken=Broken)
    recipe = load_recipe(digits.recipe, ["metrics=[{name: needy, file: w.pt}, counts, broken]"], registry)
    comparison = Comparison(*[Dataset("a", np.zeros((4, 2, 2), np.uint8), np.zeros(4, np.int64), ())] * 2)
    found = measure_all(comparison, choose_metrics(registry, recipe.metrics))
    write_report(found, tmp_path)
    metrics = json.loads((tmp_path / "report.json").read_text("utf-8"))["evaluation"]["metrics"]
    told = {metric["name"]: metric["options"] for metric in metrics}
    assert told == {"needy": {"file": "w.pt"}, "counts": {}, "broken": {}}
    loaded = load_report(tmp_path).evaluation.results
    assert [result.options for result in loaded] == [result.options for result in found.results]


def test_all_metrics_and_one_more_are_those_of_a_recipe_that_says_so(digits):
    registry = only_metrics(all=AllMetrics, counts=Counts, needy=Needy, refusing=Refusing)
    assert [named.name for named in choose_metrics(registry)] == ["counts", "refusing"]
    for said in ("[all, {name: needy, file: w.pt}]", "[{name: needy, file: w.pt}, {name: all}]"):
        recipe = load_recipe(digits.recipe, [f"metrics={said}"], registry)
        assert [named.name for named in choose_metrics(registry, recipe.metrics)] == [
            "counts",
            "refusing",
            "needy",
        ]
    assert recipe_from_dict(recipe.to_dict(), registry).metrics == recipe.metrics
    empty = load_recipe(digits.recipe, ["metrics=[]"], registry)
    assert empty == load_recipe(digits.recipe, (), registry)
    assert [named.name for named in choose_metrics(registry, empty.metrics)] == ["counts", "refusing"]


def test_a_metric_beside_all_keeps_its_options(digits, registry):
    recipe = load_recipe(digits.recipe, ["metrics=[all, {name: recall, neighbours: 3}]"], registry)
    chosen = {named.name: named.metric for named in choose_metrics(registry, recipe.metrics)}
    assert chosen["recall"].options.neighbours == 3
    assert chosen.keys() == {named.name for named in choose_metrics(registry)}


def test_nothing_is_kept_where_no_folder_can_be_made(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "file" / name)
    assert judge_cache() is None
