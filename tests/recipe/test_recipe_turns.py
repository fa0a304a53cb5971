"""How often each network is trained, as a recipe says it beside the network's options."""

from __future__ import annotations

import pytest
from recipe_toys import RECIPE, Tiny

from synthgen.errors import RecipeError
from synthgen.plugins import Registry
from synthgen.recipe import parse_recipe


def test_networks_are_trained_at_every_step_by_default(registry: Registry):
    recipe = parse_recipe(RECIPE, registry=registry)
    assert (recipe.generator.every, recipe.discriminator.every) == (1, 1)


def test_every_stands_beside_a_networks_own_options(registry: Registry):
    text = RECIPE.replace("width: 8", "width: 8\n  every: 0").replace("plain", "{name: plain, every: 2}")
    recipe = parse_recipe(text, registry=registry)
    assert (recipe.generator.every, recipe.discriminator.every) == (0, 2)
    assert recipe.generator.options.width == 8
    assert "every" not in recipe.generator.options.model_fields_set


def test_every_of_a_plugins_network_stays_its_own(registry: Registry, monkeypatch):
    class WithEvery(Tiny.Options):
        every: float = 0.5

    monkeypatch.setattr(Tiny, "Options", WithEvery)
    recipe = parse_recipe(RECIPE.replace("width: 8", "every: 0.7"), registry=registry)
    assert (recipe.generator.every, recipe.generator.options.every) == (1, 0.7)
    assert parse_recipe(recipe.to_yaml(), registry=registry).digest == recipe.digest


def test_every_survives_the_resolved_recipe(registry: Registry):
    recipe = parse_recipe(RECIPE.replace("width: 8", "every: 3"), registry=registry)
    again = parse_recipe(recipe.to_yaml(), registry=registry)
    assert again.generator.every == 3
    assert again.digest == recipe.digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("width: 8", "every: -1", "recipe.yaml:6:10 generator.every: must be at least 0, not -1"),
        ("width: 8", "every: often", "recipe.yaml:6:10 generator.every: must be a whole number, not 'often'"),
        ("width: 8", "evry: 1", "generator.evry: there is no such key. Did you mean every"),
        ("plain", "{name: plain, every: 0}", "discriminator.every: must be more than 0, not 0"),
        (
            "steps: 10",
            "{steps: 10, discriminator_steps: []}",
            "discriminator_steps: must have at least 1 items, not 0",
        ),
        ("steps: 10", "{steps: 10, discriminator_steps: [0, 0]}", "or the discriminator never learns\n"),
        (
            "steps: 10",
            "{steps: 10, discriminator_passes: successive}",
            "train.discriminator_passes: must not be successive with loss relativistic",
        ),
    ],
)
def test_turns_that_cannot_be_are_told_at_their_place(
    old: str, new: str, message: str, registry: Registry, tmp_path
):
    path = tmp_path / "recipe.yaml"
    text = (
        RECIPE.replace("train:\n  steps: 10", f"train: {new}") if "steps" in old else RECIPE.replace(old, new)
    )
    path.write_text(text.replace("discriminator: plain", "discriminator: plain\nloss: relativistic"))
    from synthgen.recipe import load_recipe

    with pytest.raises(RecipeError) as caught:
        load_recipe(path, registry=registry)
    assert message in f"{caught.value}\n"


def test_turns_that_never_meet_are_told(registry: Registry):
    text = RECIPE.replace("plain", "{name: plain, every: 2}") + "  discriminator_steps: [0, 1]\n"
    with pytest.raises(RecipeError, match=r"train.discriminator_steps: is 0 at each of the steps"):
        parse_recipe(text, registry=registry)
