"""Sequential networks in recipes: messages, round trip, schema, and a whole run."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest
import torch
import yaml
from tests_support import run

from synthgen import RecipeError, UnsupportedError, load, load_recipe
from synthgen.recipe import recipe_from_dict
from synthgen.recipe.json_schema import recipe_schema

RECIPE = """\
data: {{name: npz, path: "{data}"}}
latent: {{dim: 8}}
generator:
  name: sequential
  layers:
{layers}
discriminator:
  name: sequential
  layers: [concat, {{conv: 4, kernel: 3, stride: 2, padding: same}}, leaky_relu, {{dropout: 0.3}}, flatten]
  heads:
    validity: [{{dense: 1, activation: sigmoid}}]
    class: [{{dense: classes, activation: softmax}}]
loss: non_saturating
train: {{steps: 4, batch_size: 8, device: cpu, precision: fp32}}
export: {{format: npz, count: 12}}
report: none
"""
LAYERS = """\
    - {embedding: 8, layers: [relu]}
    - multiply
    - concat
    - {dense: 64, activation: {leaky_relu: 0.2}, initializer: {normal: 0.02}}
    - batch_norm
    - {batch_norm: 0.8}
    - reshape: [4, 4, 4]
    - {conv_transpose: 4, kernel: 4, stride: 2, padding: same, activation: elu}
    - {conv: channels, kernel: 3, padding: same, activation: tanh}
"""


@pytest.fixture
def recipe(tmp_path, tiny_npz):
    """A recipe file with these layers in its generator."""

    def write(layers=LAYERS):
        path = tmp_path / "net.yaml"
        path.write_text(RECIPE.format(data=tiny_npz.as_posix(), layers=layers.rstrip()))
        return path

    return write


@pytest.mark.parametrize(
    ("layer", "column", "message"),
    [
        ("{dens: 64}", 7, "layers.0: 'dens' is no name of a layer. Did you mean dense?"),
        ("rely", 7, "layers.0: 'rely' is no name of a layer. Did you mean relu?"),
        (
            "{dense: 64, kernl: 4}",
            19,
            "layers.0.kernl: there is no such key. Known: dense, activation, initializer, bias.",
        ),
        (
            "{conv: 64, kernel: 3, paddin: same}",
            29,
            "layers.0.paddin: there is no such key. Did you mean padding?",
        ),
        ('{dense: "64"}', 15, "layers.0.dense: must be a whole number or 'classes', not '64'"),
        (
            "{conv: classes, kernel: 3}",
            14,
            "layers.0.conv: must be a whole number or 'channels', not 'classes'",
        ),
        ("{conv: 64}", 7, "layers.0.kernel: is missing"),
        ("dense", 7, "layers.0: dense needs a value; write {dense: 64}"),
        ("{relu: 1}", 7, "layers.0: relu takes no value; write relu alone"),
        (
            "{conv: 4, dense: 5}",
            7,
            "layers.0: conv and dense are 2 names of a layer; begin an item for each",
        ),
        (
            "3",
            7,
            "layers.0: must be the name of a layer, or a mapping that begins with one, such as {dense: 64}, not 3",
        ),
        (
            "{reshape: []}",
            17,
            "layers.0.reshape: takes one to three numbers, such as [channels, height, width]",
        ),
        (
            "{dense: 4, activation: relux}",
            30,
            "layers.0.activation: 'relux' is no name of an activation. Did you mean relu or elu?",
        ),
        (
            "{dense: 4, initializer: norml}",
            31,
            "layers.0.initializer: 'norml' is no name of an initialiser. Did you mean normal or uniform?",
        ),
        ("{batch_norm: 1}", 20, "layers.0.batch_norm: must be less than 1, not 1"),
        (
            "{embedding: 4, layers: [{dense: 4, unit: 3}]}",
            42,
            "layers.0.layers.0.unit: there is no such key. Known: dense, activation, initializer, bias.",
        ),
    ],
)
def test_mistake_in_a_layer_is_told_with_its_line_and_what_would_be_right(
    layer, column, message, recipe, registry
):
    path = recipe(f"    - {layer}")
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, registry=registry)
    assert str(caught.value) == f"{path}:6:{column} generator.{message}"


def test_all_mistakes_of_a_layer_are_told_at_once(recipe, registry):
    path = recipe("    - {conv: 0, kernl: 3, activation: {leaky_relu: -1}}")
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, registry=registry)
    told = [line.split(" ", 1)[1].split(":")[0] for line in str(caught.value).splitlines()]
    assert sorted(told) == [
        f"generator.layers.0.{key}" for key in ("activation.leaky_relu", "conv", "kernel", "kernl")
    ]


def test_empty_list_and_unknown_head_are_refused(recipe, registry):
    path = recipe()
    with pytest.raises(RecipeError, match=r"generator\.layers: is empty; list at least one layer"):
        load_recipe(path, ["generator.layers=[]"], registry)
    with pytest.raises(RecipeError, match=r"heads\.clas: there is no such key\. Did you mean class\?"):
        load_recipe(path, ["discriminator.heads={validity: [flatten], clas: [flatten]}"], registry)


def test_a_layer_can_be_changed_from_the_command_line(recipe, registry):
    changed = load_recipe(recipe(), ["generator.layers.5.batch_norm=0.5"], registry)
    assert changed.generator.options.layers[5].batch_norm == 0.5


def test_layers_in_the_place_of_one_keep_the_places_that_overrides_use(recipe, registry, spec):
    changes = ["generator.layers.6=[{reshape: [4, 4, 4]}, relu]", "generator.layers.6.1=elu"]
    loaded = load_recipe(recipe(), changes, registry)
    generator = loaded.generator.build(spec(1, 8, 8))
    names = [(layer.summary_place, layer.summary_name) for layer in generator.layers[6:]]
    assert names == [
        ("layers.6.0", "reshape"),
        ("layers.6.1", "elu"),
        ("layers.7", "conv_transpose"),
        ("layers.8", "conv"),
    ]
    assert [layer.summary_activation for layer in generator.layers[6:]] == ["", "elu 1", "elu 1", "tanh"]


def test_a_layer_that_does_not_fit_is_named_by_the_place_that_overrides_use(recipe, registry, spec):
    loaded = load_recipe(recipe(), ["generator.layers.3=[relu, {conv: 4, kernel: 3}]"], registry)
    with pytest.raises(UnsupportedError, match=r"^generator sequential: layer 3\.1 \(conv\): takes maps"):
        loaded.generator.build(spec(1, 8, 8))


def test_resolved_recipe_writes_defaults_out_and_reads_back_equal(recipe, registry):
    first = load_recipe(recipe(), registry=registry)
    plain = yaml.safe_load(first.to_yaml())
    assert plain["generator"]["layers"][4] == {"batch_norm": 0.99, "epsilon": 0.001}
    assert next(iter(plain["generator"]["layers"][8])) == "conv"
    assert recipe_from_dict(plain, registry=registry) == first


def test_schema_takes_layers_that_are_right_and_refuses_others(recipe, registry):
    validator = jsonschema.Draft202012Validator(recipe_schema(registry))
    loaded = load_recipe(recipe(), registry=registry)
    raw = yaml.safe_load(recipe().read_text())
    assert validator.is_valid(raw)
    assert validator.is_valid(json.loads(json.dumps(loaded.to_dict())))
    for wrong in ("rely", "dense", {"dens": 3}, {"dense": 3, "kernel": 4}, {"relu": 1}, {"conv": 3}, {}):
        raw["generator"]["layers"] = [wrong]
        assert not validator.is_valid(raw), wrong


def test_run_is_saved_and_makes_the_same_samples_again(recipe, registry, tmp_path):
    finished = run(recipe(), tmp_path / "run", registry)
    model = finished.path / "model"
    a, b = (load(model, registry).sample(5, seed=3)[0] for _ in range(2))
    assert a.shape == (5, 8, 8)
    assert np.array_equal(a, b)
    lines = (finished.path / "metrics.jsonl").read_text().splitlines()
    assert "generator_class_loss" in json.loads(lines[-1])
    assert torch.isfinite(torch.tensor(json.loads(lines[-1])["generator_loss"]))
