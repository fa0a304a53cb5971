"""Recipes for data that is in memory, and dictionaries with overrides."""

from __future__ import annotations

import pytest

from synthgen.errors import RecipeError, UsageError
from synthgen.plugins import load_plugins
from synthgen.real_data import load_data
from synthgen.recipe import recipe_for_memory, recipe_from_dict

VALUES = {"generator": "mlp", "discriminator": "mlp", "train": {"steps": 3}, "export": None}


@pytest.fixture(scope="module")
def registry():
    return load_plugins(installed=False)


def test_it_names_no_data_and_nothing_else_is_different(registry):
    recipe = recipe_for_memory(VALUES, registry)
    assert recipe.data is None
    assert recipe.to_dict() == recipe_from_dict({**VALUES, "data": "digits"}, registry).to_dict() | {
        "data": None
    }
    assert recipe_for_memory(recipe.to_dict(), registry) == recipe


def test_data_is_refused(registry):
    with pytest.raises(RecipeError, match=r"^data: the data is in memory already; leave this out$"):
        recipe_for_memory({**VALUES, "data": "digits"}, registry)


def test_all_other_faults_are_told_as_in_a_file(registry):
    with pytest.raises(RecipeError) as told:
        recipe_for_memory({"generator": "mpl", "train": {"step": 3}}, registry)
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == [
        "generator",
        "discriminator",
        "train.step",
    ]


def test_a_recipe_in_a_file_must_name_its_data(registry):
    with pytest.raises(RecipeError, match="data: is missing"):
        recipe_from_dict(VALUES, registry)


def test_its_data_cannot_be_loaded(registry):
    with pytest.raises(UsageError, match="was made for data in memory"):
        load_data(recipe_for_memory(VALUES, registry))


def test_overrides_of_a_dictionary(registry):
    recipe = recipe_from_dict({**VALUES, "data": "digits"}, registry, ["train.steps=5"])
    assert recipe.train.steps == 5
    with pytest.raises(RecipeError, match=r"override 'train\.stps=5': .*Did you mean steps"):
        recipe_from_dict({**VALUES, "data": "digits"}, registry, ["train.stps=5"])
