"""The sections that say how a run is watched and judged: report, selection, health, metrics."""

from __future__ import annotations

import jsonschema
import pytest

from synthgen.errors import RecipeError
from synthgen.recipe import load_recipe, recipe_from_dict
from synthgen.recipe.json_schema import recipe_schema

BASE = {"data": "digits", "generator": "dcgan", "discriminator": "dcgan", "train": {"steps": 2}}


@pytest.fixture
def resolve(registry):
    return lambda **sections: recipe_from_dict(BASE | sections, registry)


def test_a_run_is_judged_quickly_and_watched_unless_the_recipe_says_otherwise(resolve):
    recipe = resolve()
    assert (recipe.report.level, recipe.report.hold_out, recipe.health.policy) == ("quick", "auto", "warn")
    assert recipe.selection is None and recipe.metrics == ()


def test_one_word_stands_for_a_section(resolve):
    recipe = resolve(report="full", health="restart")
    assert (recipe.report.level, recipe.health.policy, recipe.health.restarts) == ("full", "restart", 2)


def test_null_is_none(resolve):
    recipe = resolve(report=None, health=None, selection=None)
    assert (recipe.report.level, recipe.health.policy, recipe.selection) == ("none", "none", None)


def test_an_empty_selection_is_one_with_defaults(resolve):
    assert resolve(selection={}).selection.keep == 1


def test_a_mapping_sets_what_a_word_cannot(resolve):
    recipe = resolve(report={"level": "full", "hold_out": 0.25}, health={"policy": "stop", "every": 7})
    assert (recipe.report.hold_out, recipe.health.every) == (0.25, 7)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("report: fulll", ":5:9 report.level: must be 'none', 'quick' or 'full'"),
        (
            "report: {level: full, holdout: 0.2}",
            ":5:23 report.holdout: there is no such key. Did you mean hold_out?",
        ),
        ("report: {hold_out: 2}", ":5:20 report.hold_out"),
        ("report: [full]", ":5:9 report: must be a mapping of settings"),
        ("health: false", ":5:9 health: must be a word or a mapping of settings, not false; for nothing"),
        ("health: 3", ":5:9 health: must be a mapping of settings"),
        ("selection: {evry: 5}", ":5:13 selection.evry: there is no such key. Did you mean every?"),
        ("metrics: [precisoin]", ":5:11 metrics"),
        ("metrics: [tstr]", "called 'tstr'. tstr is a figure of the metric utility: name that."),
        ("metrics: [augmentation_gain_50]", "is a figure of the metric augmentation"),
        ("patience: 5", "Did you mean selection.patience?"),
    ],
)
def test_mistakes_are_told_with_their_place(tmp_path, registry, text, told):
    path = tmp_path / "r.yaml"
    head = "data: digits\ngenerator: dcgan\ndiscriminator: dcgan\ntrain: {steps: 2}\n"
    path.write_text(head + text + "\n")
    with pytest.raises(RecipeError) as error:
        load_recipe(path, registry=registry)
    assert told in str(error.value)


def test_an_override_of_one_setting_keeps_the_others(tmp_path, registry):
    path = tmp_path / "r.yaml"
    path.write_text("data: digits\ngenerator: dcgan\ndiscriminator: dcgan\ntrain: {steps: 2}\nreport: full\n")
    recipe = load_recipe(path, ["report.hold_out=0.3", "health.policy=stop"], registry)
    assert (recipe.report.level, recipe.report.hold_out, recipe.health.policy) == ("full", 0.3, "stop")


def test_the_resolved_recipe_reads_back_equal(resolve, registry, tmp_path):
    recipe = resolve(report="full", selection={"patience": 3}, health={"restarts": 1})
    path = tmp_path / "resolved.yaml"
    path.write_text(recipe.to_yaml())
    assert load_recipe(path, registry=registry).to_dict() == recipe.to_dict() | {"name": "recipe"}


@pytest.mark.parametrize(
    ("section", "value", "fits"),
    [
        ("report", "full", True),
        ("report", None, True),
        ("report", {"level": "quick", "hold_out": "auto"}, True),
        ("report", "fulll", False),
        ("report", {"hold_out": 1.5}, False),
        ("health", "restart", True),
        ("health", {"policy": "pray"}, False),
        ("selection", {}, True),
        ("selection", None, True),
        ("selection", {"keep": 0}, False),
        ("metrics", [], True),
        ("metrics", ["all", {"name": "frechet", "inception": "weights.pt"}], True),
        ("metrics", ["no_such_metric"], False),
    ],
)
def test_the_schema_takes_what_the_loader_takes(registry, section, value, fits):
    validator = jsonschema.Draft202012Validator(recipe_schema(registry))
    assert validator.is_valid(BASE | {section: value}) == fits
