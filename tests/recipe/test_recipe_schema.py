from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from recipe_toys import RECIPE, Tiny

from synthgen.errors import PluginError
from synthgen.plugins import Registry
from synthgen.recipe import parse_recipe, recipe_from_dict
from synthgen.recipe.schema import SECTIONS
from synthgen.spec import DataSpec

FULL = """\
name: full
seed: 7
data: {name: pictures, root: a/b, size: [8, 9], classes: [3, cat], per_class: {3: 5}, fallback: digits}
codec: {name: images, invert: true}
latent: {dim: 16, distribution: uniform}
generator: {name: tiny, lambda: 2, blocks: [{depth: 2}, {}], scale: [1, 2.5]}
discriminator: plain
loss: hinge
penalties: [r1, {name: r2, weight: 0.5, every: 8}]
augmentations: [wobble, {name: wobble, shift: 0.5}]
train: {epochs: 2.5, time_limit: 5m, optimizer: {lr: 1e-5, betas: [0.5, 0.9]}}
export: {format: shards, per_class: {cat: 3, 3: 0}, compression: 2}
"""


def test_a_short_recipe_is_filled_up_with_defaults(registry: Registry):
    recipe = parse_recipe(RECIPE, registry=registry)
    assert (recipe.name, recipe.seed, recipe.codec, recipe.penalties) == ("tiny_run", 0, None, ())
    assert recipe.loss.name == "relativistic"
    assert (
        recipe.data.source.options.root == Path("some/where").absolute()
    )  # it may be resumed from elsewhere
    assert recipe.data.fallback is None
    assert recipe.export is not None
    assert recipe.export.exporter is None
    assert recipe.export.to_dict()["format"] is None
    assert recipe.export.settings.count == 10_000
    assert recipe.train.batch_size == 64


def test_every_section_arrives_in_its_own_place(registry: Registry):
    recipe = parse_recipe(FULL, registry=registry)
    assert recipe.data.source.options.size == (8, 9)
    assert recipe.data.source.options.per_class == {"3": 5}
    assert recipe.data.fallback is not None
    assert recipe.data.fallback.name == "digits"
    assert recipe.codec is not None
    assert recipe.codec.options.invert is True
    assert recipe.generator.options.scale == (1.0, 2.5)
    assert [(p.name, p.options.weight, p.options.every) for p in recipe.penalties] == [
        ("r1", 1.0, 1),
        ("r2", 0.5, 8),
    ]
    assert [(a.name, a.options.shift) for a in recipe.augmentations] == [("wobble", 0.1), ("wobble", 0.5)]
    assert recipe.components[-2:] == recipe.augmentations
    assert (recipe.train.epochs, recipe.train.time_limit, recipe.train.optimizer.lr) == (2.5, 300.0, 1e-5)
    assert recipe.export is not None
    assert recipe.export.settings.per_class == {"cat": 3, "3": 0}
    assert recipe.export.exporter.options.compression == 2


@pytest.mark.parametrize("text", [RECIPE, FULL, RECIPE + "export: null\n"])
def test_a_resolved_recipe_reads_back_equal(text: str, registry: Registry):
    recipe = parse_recipe(text, registry=registry)
    assert parse_recipe(recipe.to_yaml(), registry=registry) == recipe
    assert recipe_from_dict(recipe.to_dict(), registry) == recipe
    assert recipe_from_dict(json.loads(json.dumps(recipe.to_dict())), registry).digest == recipe.digest


def test_the_resolved_recipe_has_every_section_and_option(registry: Registry):
    values = parse_recipe(RECIPE, registry=registry).to_dict()
    assert tuple(values) == SECTIONS
    assert values["generator"] == {
        "name": "tiny",
        "every": 1,
        "width": 8,
        "activation": "relu",
        "slope": 0.2,
        "bias": True,
        "lambda": 1.0,
        "blocks": [],
        "scale": 1.0,
    }


def test_the_digest_does_not_hang_on_how_a_recipe_is_written(registry: Registry):
    recipe = parse_recipe(RECIPE, registry=registry)
    assert len(recipe.digest) == 64
    assert (
        parse_recipe(RECIPE + "seed: 0\nloss: {name: relativistic}\n", registry=registry).digest
        == recipe.digest
    )
    assert parse_recipe(RECIPE + "seed: 1\n", registry=registry).digest != recipe.digest


def test_export_null_writes_no_dataset(registry: Registry):
    assert parse_recipe(RECIPE + "export: null\n", registry=registry).export is None


def test_a_choice_builds_its_component_with_options_and_arguments(registry: Registry):
    spec = DataSpec(shape=(1, 2, 2))
    generator = parse_recipe(RECIPE, registry=registry).generator.build(spec)
    assert isinstance(generator, Tiny)
    assert generator.options.width == 8
    assert generator.spec is spec


def test_a_constructor_that_fails_is_the_plugins_fault(registry: Registry):
    choice = parse_recipe(RECIPE, registry=registry).generator
    with pytest.raises(PluginError, match=r"generator 'tiny' \(plugin toys 1.0\) failed in its constructor"):
        choice.build()


def test_a_recipe_is_frozen(registry: Registry):
    recipe = parse_recipe(RECIPE, registry=registry)
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.seed = 1  # type: ignore[misc]


@pytest.mark.parametrize("section", ["train", "latent", "penalties", "augmentations"])
def test_an_empty_section_is_all_defaults(section: str, registry: Registry):
    text = RECIPE if section == "train" else RECIPE + f"{section}:\n"
    overrides = ["train=null", "train.time_limit=90"] if section == "train" else []
    recipe = parse_recipe(text, overrides=overrides, registry=registry)
    assert recipe.latent.dim == 64
    assert recipe.penalties == recipe.augmentations == ()
    assert recipe.train.time_limit == (90.0 if section == "train" else None)
