from __future__ import annotations

from typing import Any

import pytest
from recipe_toys import RECIPE

from synthgen.errors import RecipeError
from synthgen.plugins import Registry
from synthgen.recipe import parse_recipe
from synthgen.recipe.overrides import apply_override, parse_override
from synthgen.training.settings import OptimizerSettings


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("train.steps=500", ("train", "steps"), 500),
        ("train.optimizer.lr=1e-3", ("train", "optimizer", "lr"), 0.001),
        ("data.root=a=b/c", ("data", "root"), "a=b/c"),
        ("penalties=[r1, {name: r2}]", ("penalties",), ["r1", {"name": "r2"}]),
        ("codec=", ("codec",), None),
        (" seed = 3", ("seed",), 3),
    ],
)
def test_an_override_is_split_once_and_its_value_is_yaml(text: str, path: Any, value: Any):
    override = parse_override(text)
    assert (override.path, override.value) == (path, value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train.steps", "must be written key=value"),
        ("=3", "empty key"),
        ("a..b=3", "empty key"),
        ("a=[1", "the value, column 3: not YAML"),
        ("a={b: 1, b: 2}", "b is given twice"),
    ],
)
def test_a_malformed_override_is_refused_by_its_text(text: str, words: str):
    with pytest.raises(RecipeError) as caught:
        parse_override(text)
    assert str(caught.value).startswith(f"override '{text}': ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ({"a": {"b": 1, "c": 2}}, "a.b=3", {"a": {"b": 3, "c": 2}}),
        ({}, "a.b.c=3", {"a": {"b": {"c": 3}}}),
        ({"a": None}, "a.b=3", {"a": {"b": 3}}),
        ({"loss": "hinge"}, "loss.margin=2", {"loss": {"name": "hinge", "margin": 2}}),
        ({"a": {"name": "x", "w": 1}}, "a=y", {"a": "y"}),
        ({"a": {"name": "x", "w": 1}}, "a.name=y", {"a": {"name": "y", "w": 1}}),
        ({"a": ["x", "y"]}, "a.1.w=2", {"a": ["x", {"name": "y", "w": 2}]}),
        ({"a": [1, 2]}, "a.0=3", {"a": [3, 2]}),
        ({"a": {"0": 1}}, "a.0=3", {"a": {"0": 3}}),
        ({"report": {"hold_out": 0}}, "report=quick", {"report": {"hold_out": 0, "level": "quick"}}),
        (
            {"health": {"policy": "stop", "every": 9}},
            "health=warn",
            {"health": {"policy": "warn", "every": 9}},
        ),
        ({"report": {"hold_out": 0}}, "report={level: full}", {"report": {"level": "full"}}),
    ],
)
def test_an_override_changes_one_place(before: Any, text: str, after: Any):
    apply_override(before, parse_override(text))
    assert before == after


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.2.w=3", "a is a list with items 0 to 1, not '2'"),
        ("a.-1=3", "a is a list with items 0 to 1, not '-1'"),
        ("a.x=3", "a is a list with items 0 to 1, not 'x'"),
        ("e.0=3", "e is a list with no items, not '0'"),
        ("n.x=3", "n has nothing below it; it is 5"),
    ],
)
def test_a_place_that_cannot_be_is_refused(text: str, words: str):
    with pytest.raises(RecipeError, match=words):
        apply_override({"a": [1, 2], "e": [], "n": 5}, parse_override(text))


def test_overrides_are_applied_in_their_order(registry: Registry):
    overrides = [
        "penalties=[r1]",
        "penalties.0.weight=2",
        "generator=tiny",
        "generator.slope=0",
        "seed=1",
        "seed=2",
    ]
    recipe = parse_recipe(RECIPE, overrides=overrides, registry=registry)
    assert recipe.penalties[0].options.weight == 2.0
    assert recipe.generator.options.width == 4
    assert recipe.generator.options.slope == 0.0
    assert recipe.seed == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("train.stpes=5", "override 'train.stpes=5': train.stpes: there is no such key. Did you mean steps?"),
        ("trian.steps=5", "override 'trian.steps=5': trian: there is no such key. Did you mean train?"),
        ("train.steps='5'", "override 'train.steps='5'': train.steps: must be a whole number, not '5'"),
        (
            "data.fallback.limit=5",
            "override 'data.fallback.limit=5': data.fallback.name: is missing; name a source.",
        ),
        ("train.steps.x=5", "override 'train.steps.x=5': train.steps has nothing below it; it is 10"),
        (
            "train.steps=null",
            "<recipe>:9:3 train: say how long to train: give steps, epochs or a time_limit"
            " (with override 'train.steps=null')",
        ),
        (
            "discriminator.name=demanding",
            "<recipe>:7:1 discriminator.depth: is missing (with override 'discriminator.name=demanding')",
        ),
    ],
)
def test_a_fault_that_an_override_brings_names_it(text: str, message: str, registry: Registry):
    with pytest.raises(RecipeError) as caught:
        parse_recipe(RECIPE, overrides=[text], registry=registry)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_options_left_over_from_another_component_are_told_at_their_line(registry: Registry):
    with pytest.raises(RecipeError) as caught:
        parse_recipe(
            RECIPE.replace("discriminator: plain", "discriminator: {name: demanding, depth: 2}"),
            overrides=["discriminator.name=plain"],
            registry=registry,
        )
    assert str(caught.value) == "<recipe>:7:34 discriminator.depth: there is no such key. Known: name, every."


def test_loss_options_alone_are_those_of_the_default_loss(registry: Registry):
    with pytest.raises(RecipeError, match=r"loss\.foo: there is no such key. Known: name"):
        parse_recipe(RECIPE, overrides=["loss.foo=1"], registry=registry)


@pytest.mark.parametrize(("given", "other"), [("steps", "epochs"), ("epochs", "steps")])
def test_a_length_given_as_an_override_replaces_the_recipes_in_the_other_unit(
    given: str, other: str, registry: Registry
):
    text = RECIPE.replace("steps: 10", f"{other}: 10")
    train = parse_recipe(text, overrides=[f"train.{given}=4"], registry=registry).train
    assert (getattr(train, given), getattr(train, other)) == (4, None)


@pytest.mark.parametrize(
    "overrides", [["train.steps=4", "train.epochs=2"], ["train={epochs: 2}", "train.steps=4"]]
)
def test_two_lengths_given_as_overrides_are_refused(overrides: list[str], registry: Registry):
    with pytest.raises(RecipeError, match="give steps or epochs, not both"):
        parse_recipe(RECIPE, overrides=overrides, registry=registry)


def test_a_recipe_with_two_lengths_is_refused_whatever_else_is_overridden(registry: Registry):
    with pytest.raises(RecipeError, match="give steps or epochs, not both"):
        parse_recipe(RECIPE + "  epochs: 3\n", overrides=["seed=2"], registry=registry)


def test_an_optimizer_may_be_its_name_alone_and_have_settings_after_that(registry: Registry):
    overrides = ["train.optimizer=rmsprop", "train.discriminator_optimizer=sgd"]
    train = parse_recipe(RECIPE, overrides=overrides, registry=registry).train
    assert train.optimizer == OptimizerSettings(name="rmsprop")
    assert train.discriminator_optimizer == OptimizerSettings(name="sgd")
    train = parse_recipe(RECIPE, overrides=[*overrides, "train.optimizer.lr=0.1"], registry=registry).train
    assert train.optimizer == OptimizerSettings(name="rmsprop", lr=0.1)


def test_an_option_without_a_component_names_the_one_that_has_it(registry: Registry):
    with pytest.raises(
        RecipeError, match=r"codec\.name: is missing; name a codec, such as images, which has invert"
    ):
        parse_recipe(RECIPE, overrides=["codec.invert=true"], registry=registry)
