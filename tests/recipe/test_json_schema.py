"""The schema takes what load_recipe takes, and finds the usual mistakes."""

from __future__ import annotations

import copy
import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ConfigDict, Field
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_plain_validator_function, to_string_ser_schema
from recipe_toys import RECIPE, toy_registry
from test_recipe_schema import FULL

from synthgen import components as c
from synthgen.errors import SynthgenError
from synthgen.plugins import PluginInfo, Registered, Registry, load_plugins
from synthgen.recipe import parse_recipe
from synthgen.recipe.json_schema import EDITOR_LINE, recipe_schema, schema_text
from synthgen.recipe.schema import SECTIONS
from synthgen.recipe.yaml_loader import read_yaml

RECIPES = Path(__file__).parent.parent.parent / "recipes"

BUILT_IN = load_plugins(installed=False)

BASE = "data: digits\ngenerator: dcgan\ndiscriminator: dcgan\ntrain: {steps: 5}\n"


def faults(recipe: Any, registry: Registry = BUILT_IN) -> list[str]:
    """What the schema finds wrong with a recipe's text or values."""
    values = read_yaml(recipe).value if isinstance(recipe, str) else recipe
    validator = Draft202012Validator(recipe_schema(registry))
    return [error.message for error in validator.iter_errors(values)]


def changed(*lines: str) -> str:
    """The base recipe with these sections for its own."""
    keys = [line.partition(":")[0] for line in lines]
    kept = [line for line in BASE.splitlines() if line.partition(":")[0] not in keys]
    return "\n".join([*kept, *lines]) + "\n"


def accepted(recipe: str, registry: Registry = BUILT_IN) -> bool:
    try:
        parse_recipe(recipe, registry=registry)
    except SynthgenError:
        return False
    return True


def test_the_schema_is_one_and_has_every_section_of_a_recipe():
    schema = recipe_schema(BUILT_IN)
    Draft202012Validator.check_schema(schema)
    assert tuple(schema["properties"]) == SECTIONS
    assert schema["required"] == ["data", "generator", "discriminator", "train"]


def test_the_committed_schema_is_that_of_the_built_in_components():
    committed = (RECIPES / "synthgen.schema.json").read_text("utf-8")
    command = "synthgen schema --no-plugins --out recipes/synthgen.schema.json"
    assert committed == schema_text(load_plugins(installed=False)), f"run: {command}"


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_recipe_of_the_project_fits_the_schema_that_its_first_line_names(path: Path):
    text = path.read_text("utf-8")
    assert text.startswith(EDITOR_LINE + "\n")
    assert faults(text) == []
    assert faults(yaml.safe_load(parse_recipe(text, registry=BUILT_IN).to_yaml())) == []


@pytest.mark.parametrize(
    "text", [RECIPE, FULL, RECIPE + "export: null\n"], ids=["short", "full", "no export"]
)
def test_recipes_of_other_components_fit_the_schema_of_their_registry(text: str, registry: Registry):
    assert faults(text, registry) == []
    assert faults(parse_recipe(text, registry=registry).to_dict(), registry) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("train: {time_limit: 5m}",),
        ("train: {time_limit: 90, steps: 3}",),
        ("train: {time_limit: ' 1.5 H', device: 'cuda:1'}",),
        ("train: {steps: null, epochs: 0.5, discriminator_optimizer: {name: sgd, betas: [0, 0]}}",),
        ("loss: {}",),
        ("loss: {name: hinge}",),
        ("latent:", "penalties:", "codec:"),
        ("codec: images", "latent: {dim: 8, distribution: uniform}", "seed: 4294967295", "name: a.b-c_1"),
        ("penalties: [r1, {name: wgan_gp, weight: 0}]", "augmentations: [{name: diff_augment, flip: true}]"),
        ("data: {name: mnist, fallback: null}",),
        ("data: {name: mnist, per_class: {3: 5, cat: 1}, fallback: {name: digits, size: [8, 9]}}",),
        ("data: {name: image_folder, root: some/where, classes: [cat, 3], per_class: [1, 2]}",),
        ("export:",),
        ("export: {}",),
        ("export: {format: npz, per_class: {cat: 3}, seed: 1}",),
        ("export: {format: idx, gzip: true, classes: [a, 1], count: null, balance: true}",),
        ("export: {format: null, count: 3, where: {income: '>50K', age: 40, old: true, height: 1.5}}",),
        ("export: {format: csv, where: {7: null}}",),
        ("generator: {name: dcgan, levels: 2}", "train: {steps: 5, optimizer: {lr: 1e-3}}"),
        ("train: {steps: 5, optimizer: rmsprop, discriminator_optimizer: sgd}",),
    ],
    ids=lambda lines: lines[0],
)
def test_what_is_a_recipe_fits(lines: tuple[str, ...]):
    assert accepted(changed(*lines))
    assert faults(changed(*lines)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("lss: hinge",),
        ("steps: 5",),
        ("name: ../up",),
        ("seed: -1",),
        ("generator: dcgam",),
        ("generator: 3",),
        ("generator:",),
        ("generator: {channels: 3}",),
        ("generator: {name: dcgan, chanels: 3}",),
        ("generator: {name: dcgan, channels: many}",),
        ("generator: {name: mlp, channels: 3}",),
        ("generator: {name: dcgan, norm: layer}",),
        ("loss: {nam: hinge}",),
        ("train: {}",),
        ("train:",),
        ("train: {steps: null}",),
        ("train: {steps: 1, epochs: 1}",),
        ("train: {steps: '500'}",),
        ("train: {steps: 0}",),
        ("train: {time_limit: soon}",),
        ("train: {time_limit: 0m}",),
        ("train: {steps: 1, device: gpu}",),
        ("train: {steps: 1, optimizer: {lrr: 1}}",),
        ("train: {steps: 1, optimizer: rmsprob}",),
        ("train: {steps: 1, optimizer: {betas: [0.5]}}",),
        ("penalties: r1",),
        ("penalties: [{name: r1, wieght: 1}]",),
        ("penalties: [{weight: 1}]",),
        ("augmentations: [diff_augmnt]",),
        ("data: image_folder",),  # it needs a root
        ("data: {name: mnist, size: 32}",),
        ("data: {name: mnist, fallback: digit}",),
        ("data: {name: mnist, fallback: {name: digits, fallback: mnist}}",),
        ("data: {name: mnist, fallback: {name: digits, limit: -1}}",),
        ("export: shards",),
        ("export: {format: shards}",),
        ("export: {format: npz, compress_level: 3}",),
        ("export: {compress_level: 3}",),
        ("export: {format: null, gzip: true}",),
        ("export: {where: 3}",),
        ("export: {where: {age: [1, 2]}}",),
        ("export: {cuont: 3}",),
        ("export: {count: 3, per_class: 3}",),
        ("export: {count: 3, balance: true}",),
    ],
    ids=lambda lines: lines[0],
)
def test_a_usual_mistake_is_found(lines: tuple[str, ...]):
    assert not accepted(changed(*lines))
    assert faults(changed(*lines))


@pytest.mark.parametrize("section", ["data", "generator", "discriminator", "train"])
def test_a_section_that_is_missing_is_found(section: str):
    values = read_yaml(BASE).value
    del values[section]
    assert faults(values) == [f"'{section}' is a required property"]


PLUGIN = """
from synthgen import Generator, Options, hookimpl


class Wavy(Generator):
    '''Waves.

    More on waves.
    '''

    class Options(Options):
        '''Its waves.'''

        waves: int = 3
        '''How many
        waves.'''


@hookimpl
def register_generators(register):
    register("wavy", Wavy)
"""


def test_options_of_a_plugin_are_in_the_schema_like_our_own(tmp_path: Path):
    (tmp_path / "wavy.py").write_text(PLUGIN)
    registry = load_plugins([tmp_path / "wavy.py"], installed=False)
    assert faults(changed("generator: {name: wavy, waves: 5}"), registry) == []
    assert faults(changed("generator: {name: wavy, waves: many}"), registry)
    assert faults(changed("generator: {name: wavy, wave: 5}"), registry)
    assert faults(changed("generator: wavy"))  # without it there is none of that name
    definition = recipe_schema(registry)["$defs"]["generator.wavy"]
    assert definition["description"] == "Waves."
    assert definition["properties"]["waves"] == {
        "type": "integer",
        "default": 3,
        "description": "How many waves.",
    }


class Word(str):
    """Text of a kind that pydantic has no JSON schema for."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return no_info_plain_validator_function(cls, serialization=to_string_ser_schema())


class Strange(c.Discriminator):
    class Options(c.Options):
        word: Word = Word("a")


class Spelt(c.Discriminator):
    class Options(c.Options):
        model_config = ConfigDict(populate_by_name=True)
        lambda_: float = Field(1.0, alias="lambda")


class Nested(c.Discriminator):
    class Options(c.Options):
        inner: tuple[Nested.Options, ...] = ()
        depth: int = 1


Nested.Options.model_rebuild(_types_namespace={"Nested": Nested})


@pytest.mark.parametrize(
    ("component", "options"),
    [
        (Strange, "{name: odd_one, word: b}"),
        (Spelt, "{name: odd_one, lambda_: 2}"),
        (Spelt, "{name: odd_one, lambda: 2}"),
        (Nested, "{name: odd_one, inner: [{depth: 2, inner: [{}]}]}"),
    ],
)
def test_unusual_options_of_a_plugin_fit(component: type[Any], options: str):
    registry = toy_registry()
    registry.add(Registered("discriminator", "odd_one", component, PluginInfo("odd", "1", "x")))
    text = RECIPE.replace("discriminator: plain", f"discriminator: {options}")
    parse_recipe(text, registry=registry)
    assert faults(text, registry) == []


def test_options_within_options_are_checked():
    registry = toy_registry()
    registry.add(Registered("discriminator", "nested", Nested, PluginInfo("nested", "1", "x")))
    text = RECIPE.replace("discriminator: plain", "discriminator: {name: nested, inner: [{dpth: 2}]}")
    assert faults(text, registry)
    assert faults(RECIPE.replace("width: 8", "blocks: [{dpth: 2}]"), registry)


def test_the_same_plugins_give_the_same_text():
    text = schema_text(BUILT_IN)
    assert text == schema_text(load_plugins(installed=False))
    assert json.loads(text) == recipe_schema(BUILT_IN)


def test_every_component_and_option_is_described_and_has_its_default():
    schema = recipe_schema(BUILT_IN)
    definition = schema["$defs"]["generator.dcgan"]
    dcgan = BUILT_IN.find("generator", "dcgan").component
    assert definition["description"] in " ".join((inspect.getdoc(dcgan) or "").split())
    assert definition["properties"]["channels"]["default"] == 32
    for name, part in copy.deepcopy(schema["$defs"]).items():
        assert part["description"], name
        for key, option in part.get("properties", {}).items():
            if isinstance(option, dict) and "const" not in option and "$ref" not in option:
                assert option["description"], (name, key)
