"""A last activation that cannot give what it has to is told when a run starts; shipped recipes have none."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from synthgen import Block, ClassLabel, Condition, Dataset, load_recipe
from synthgen.losses.adversarial import NonSaturating, Wasserstein
from synthgen.preparation import build_networks, encode_data, prepare
from synthgen.real_data import load_data
from synthgen.recipe_summary import summarise_recipe

RECIPES = Path(__file__).parents[3] / "recipes"
SEQUENTIAL = sorted(
    path.name for path in RECIPES.glob("*.yaml") if "name: sequential" in path.read_text("utf-8")
)

UNIT = ", or samples from 0 to 1 by codec={name: images, scaling: unit}"
TO_SAMPLES = "but samples have values from -1 to 1; tanh would fit"


THREE = (Condition(name="label", values=("a", "b", "c")),)


@pytest.fixture
def spec(spec):
    """Without classes, which networks would have to take."""
    return partial(spec, conditions=())


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            "{conv: 1, kernel: 1, activation: sigmoid}",
            f"its sigmoid gives numbers from 0 to 1, {TO_SAMPLES}{UNIT}",
        ),
        ("relu", f"its relu gives nothing below 0, {TO_SAMPLES}{UNIT}"),
        ("{elu: 0.5}", f"its elu gives nothing below -0.5, {TO_SAMPLES}"),
        ("softmax", f"its softmax over one number gives 1 everywhere, {TO_SAMPLES}"),
    ],
)
def test_a_generator_that_cannot_make_all_samples_is_doubted(end, said, build, spec):
    network = build("generator", spec(1, 4, 4), f"[{{dense: 16}}, {{reshape: [1, 4, 4]}}, {end}]")
    assert network.doubts() == [f"generator.layers.2: {said}"]


@pytest.mark.parametrize("end", ["tanh", "linear", "selu", "elu", "leaky_relu", "batch_norm"])
def test_a_generator_that_can_is_not(end, build, spec):
    layers = f"[{{dense: 16}}, {end}, {{reshape: [1, 4, 4]}}]"
    assert build("generator", spec(1, 4, 4), layers).doubts() == []


def test_a_softmax_over_several_numbers_is_not_one_over_one(build, spec):
    layers = "[{dense: 16, activation: softmax}, {reshape: [1, 4, 4]}]"
    assert build("generator", spec(1, 4, 4, value_range=(0, 1)), layers).doubts() == []
    (said,) = build("generator", spec(1, 4, 4), layers).doubts()
    assert "its softmax gives numbers from 0 to 1" in said


def test_what_fits_goes_by_the_range_of_samples(build, spec):
    data = spec(1, 4, 4, value_range=(0, 1))
    layers = "[{dense: 16, activation: %s}, {reshape: [1, 4, 4]}]"
    assert build("generator", data, layers % "sigmoid").doubts() == []
    assert build("generator", data, layers % "relu").doubts() == []
    end = "[{dense: 16}, {reshape: [1, 4, 4]}, softmax]"
    assert build("generator", data, end).doubts()[0].endswith("from 0 to 1; sigmoid would fit")


def test_nothing_is_said_of_rows(build, spec):
    data = spec(1, blocks=(Block(name="size", kind="number"),))
    assert build("generator", data, "[{dense: 1, activation: relu}]").doubts() == []


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("tanh", "tanh gives numbers from -1 to 1"),
        ("relu", "relu gives nothing below 0"),
        ("softmax", "softmax over one number gives 1 everywhere"),
        ("sigmoid", "sigmoid gives numbers from 0 to 1"),
    ],
)
def test_a_discriminator_with_limited_logits_is_doubted(end, said, build, spec):
    network = build("discriminator", spec(1, 4, 4), f"[flatten, {{dense: 1, activation: {end}}}]")
    network.meet(Wasserstein(Wasserstein.Options()))
    assert network.doubts() == [
        f"discriminator.layers.1: its {said}, but the loss takes numbers without limits; no activation would fit"
    ]


def test_heads_are_doubted_by_their_places_but_not_for_what_the_loss_has(build, spec):
    heads = {"validity": [{"dense": 1}, "sigmoid"], "class": [{"dense": "classes"}, "relu"]}
    network = build("discriminator", spec(1, 4, 4, conditions=THREE), "[flatten]", heads=heads)
    network.meet(NonSaturating(NonSaturating.Options()))
    assert [doubt.split(":")[0] for doubt in network.doubts()] == ["discriminator.heads.class.1"]


def test_a_run_warns_once_and_a_summary_not(tmp_path, tiny_npz, registry, caplog):
    path = tmp_path / "net.yaml"
    layers = [{"dense": 64, "activation": "sigmoid"}, {"reshape": [1, 8, 8]}]
    values = {
        "data": {"name": "npz", "path": str(tiny_npz)},
        "generator": {"name": "sequential", "layers": layers},
        "discriminator": {"name": "sequential", "layers": ["flatten", {"dense": 1, "activation": "tanh"}]},
        "train": {"steps": 2, "batch_size": 8, "device": "cpu", "precision": "fp32"},
    }
    path.write_text(yaml.safe_dump(values))
    recipe = load_recipe(path, registry=registry)
    with caplog.at_level(logging.WARNING, "synthgen"):
        summarise_recipe(recipe, registry)
        assert not caplog.messages
        prepare(recipe, registry)
    assert [text.split(":")[0] for text in caplog.messages] == [
        "generator.layers",
        "generator.layers.0",
        "discriminator",
        "discriminator.layers.1",
    ]


def like_its_data(recipe):
    """The data of a shipped recipe, or black pictures in the place of those that are downloaded."""
    source = recipe.data.source
    if recipe.data.fallback is None:
        return load_data(recipe)
    options = source.options
    x = np.zeros((20, 32, 32, 3) if source.name == "cifar10" else (20, 28, 28), np.uint8)
    names = options.classes or range(10) if options.labelled else ()
    classes = tuple(ClassLabel(number, str(number)) for number in names)
    return Dataset("black", x, np.arange(20) % max(len(classes), 1), classes)


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_no_shipped_recipe_is_doubted(name, registry):
    recipe = load_recipe(RECIPES / name, registry=registry)
    _, _, data = encode_data(recipe, registry, like_its_data(recipe), torch.device("cpu"))
    assert [doubt for network in build_networks(recipe, data) for doubt in network.doubts()] == []
