"""`synthgen show RECIPE`: the layers of both networks on the recipe's data."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from synthgen.cli import main
from synthgen.real_data import load_data
from synthgen.recipe import load_recipe
from synthgen.recipe_summary import summarise_recipe
from synthgen.training.trainer import Trainer


def synthgen(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in (*arguments, "--no-plugins")])


def shown(*arguments: object) -> str:
    result = synthgen("show", *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(result: Result, exit_code: int, message: str) -> None:
    assert result.exit_code == exit_code, result.output
    assert re.search(message, result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_a_recipe_is_shown_with_its_data_and_both_networks_layer_by_layer(tiny_recipe):
    blocks = shown(tiny_recipe).strip().split("\n\n")
    assert blocks[0] == (
        "recipe 'tiny': 48 samples of tiny, shape (1, 8, 8); conditions: label (3 values);"
        " latent: 8 numbers, normal"
    )
    generator, discriminator = (block.splitlines() for block in blocks[1:])
    assert generator[0] == "generator dcgan"
    assert discriminator[0] == "discriminator dcgan"
    assert any(re.fullmatch(r"project \(Linear\) +\(64,\) +768", line) for line in generator)
    assert any(re.fullmatch(r"head\.logit \(Linear\) +\(1,\) +9", line) for line in discriminator)
    convolution, features, head = 4 * 16 + 4, 8 * 4 * 4 * 4 + 8, 8 + 1 + 3 * 8
    total = convolution + features + head
    assert discriminator[-1] == f"total {total}: {total} trainable, 0 not trainable"


def test_overrides_change_what_is_shown(tiny_recipe):
    (values,) = json.loads(shown(tiny_recipe, "generator.channels=8", "latent.dim=2", "--json"))
    (project,) = [row for row in values["generator"]["layers"] if row["name"].startswith("project")]
    assert project == {"name": "project (Linear)", "output_shape": [128], "parameters": (2 + 3) * 128 + 128}


def test_json_has_what_the_table_has(tiny_recipe):
    (values,) = json.loads(shown(tiny_recipe, "discriminator.every=2", "--json"))
    assert {key: values[key] for key in ("kind", "name", "data", "shape", "conditions", "latent")} == {
        "kind": "recipe",
        "name": "tiny",
        "data": {"name": "tiny", "samples": 48},
        "shape": [1, 8, 8],
        "conditions": [{"name": "label", "values": ["left", "right", "both"]}],
        "latent": {"dim": 8, "distribution": "normal"},
    }
    for kind in ("generator", "discriminator"):
        network = values[kind]
        assert network["name"] == "dcgan"
        rows = sum(row["parameters"] for row in network["layers"]) + network["other"]
        assert rows == network["total"] == network["trainable"] + network["not_trainable"]
        assert f"total {network['total']:,}:" in shown(tiny_recipe)
    assert (values["generator"]["every"], values["discriminator"]["every"]) == (1, 2)


def test_what_a_run_would_warn_of_is_shown_below_the_tables(tiny_recipe):
    layers = "generator={name: sequential, layers: [{dense: 64}, {reshape: [1, 8, 8]}, sigmoid]}"
    told = [line for line in shown(tiny_recipe, layers).splitlines() if line.startswith("warning: ")]
    (values,) = json.loads(shown(tiny_recipe, layers, "--json"))
    assert [f"warning: {doubt}" for doubt in values["doubts"]] == told
    assert [said[:60] for said in told] == [
        "warning: generator.layers: none takes the condition, so samp",
        "warning: generator.layers.2: its sigmoid gives numbers from ",
    ]
    assert "warning" not in shown(tiny_recipe)


def test_networks_that_are_not_trained_at_every_step_are_told(tiny_recipe):
    text = shown(tiny_recipe, "generator={name: noise, every: 0}", "discriminator.every=3")
    assert "generator noise, never trained\n" in text
    assert re.search(r"\nUniformNoise +\(1, 8, 8\) +0\n", text)
    assert "discriminator dcgan, trained every 3 steps\n" in text


def test_without_labels_there_are_no_conditions(tiny_recipe):
    assert "conditions: none;" in shown(tiny_recipe, "data.labelled=false")


def test_a_number_that_is_a_condition_is_told_as_one(tiny_recipe, registry):
    recipe = load_recipe(tiny_recipe, registry=registry)
    warm = {"temperature": np.linspace(1, 3, 48)}
    dataset = replace(load_data(recipe), given=warm)
    summary = summarise_recipe(recipe, registry, dataset)
    assert "conditions: label (3 values), temperature (a number);" in summary.to_text()
    assert summary.to_dict()["conditions"][1] == {"name": "temperature", "values": None}


def test_a_shipped_recipe_is_found_by_its_name():
    assert shown("digits_cgan").startswith("recipe 'digits_cgan': ")


def test_where_a_name_is_both_the_component_comes_first():
    text = shown("sine", "generator.width=8")
    assert text.startswith("source 'sine' (plugin synthgen.data.sources")
    assert text.index("recipe 'sine': 51,200 samples of sine, shape (2,)") > 0
    assert re.search(r"body\.0 \(Linear\) +\(8,\) +72\n", text)
    assert [entry["kind"] for entry in json.loads(shown("sine", "--json"))] == ["source", "recipe"]


def test_nothing_is_trained_or_written_and_torchs_random_state_stays(
    tiny_recipe, registry, tmp_path, monkeypatch
):
    monkeypatch.setattr(Trainer, "take", lambda *_: pytest.fail("a training step was made"))
    files = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    before = torch.get_rng_state()
    summary = summarise_recipe(load_recipe(tiny_recipe, registry=registry), registry)
    assert summary.generator.total > 0
    assert torch.equal(torch.get_rng_state(), before)
    assert sorted(tmp_path.rglob("*")) == files


def test_a_recipe_for_another_machines_device_is_shown_here(tiny_recipe):
    assert "recipe 'tiny'" in shown(tiny_recipe, "train.device=cuda:99")


def test_missing_data_is_stood_in_for_by_the_fallback(tiny_recipe, tmp_path, monkeypatch):
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    data = "data={name: mnist, root: gone, download: false, fallback: digits}"
    result = synthgen("show", tiny_recipe, data)
    assert result.exit_code == 0, result.stderr
    assert "samples of digits, shape (1, 28, 28); conditions: label (10 values)" in result.stdout
    assert "MNIST WAS NOT FOUND" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["{recipe}", "generator.chanels=8"], 2, r"override 'generator\.chanels=8'.*Did you mean channels"),
        (["{recipe}", "generator=dcgam"], 2, r"no generator is called 'dcgam'\. Did you mean dcgan"),
        (["{recipe}", "generator.levels=5"], 2, r"generator dcgan.*multiples of 32, not 8×8"),
        (["{recipe}", "generator=noise"], 2, r"noise has no weights to train; set generator\.every to 0"),
        (["{recipe}", "codec=table"], 2, r"codec table is for data of kind table"),
        (["{recipe}", "data.path=gone.npz"], 1, r"gone\.npz"),
        (["gone.yaml"], 2, r"recipe gone\.yaml: there is no such file"),
        (["folder/gone"], 2, r"recipe folder.gone: there is no such file"),
        (
            ["digits_cgam"],
            2,
            r"no component and no recipe is called 'digits_cgam'\. Did you mean digits_cgan",
        ),
        (["qqqqqq"], 2, r"is called 'qqqqqq'\. Known components: .*dcgan.*\. Recipes: .*mnist_cgan"),
        (["x" * 300], 2, r"no component and no recipe is called 'x{300}'"),
        (["r1", "weight=2"], 2, r"'r1' is no recipe; weight=2 can only change one"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_cannot_be_shown_is_one_message(arguments, exit_code, message, tiny_recipe):
    arguments = [argument.replace("{recipe}", str(tiny_recipe)) for argument in arguments]
    refused(synthgen("show", *arguments), exit_code, message)


BROKEN = """
import torch
from synthgen import Generator, hookimpl

class Broken(Generator):
    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.layer = torch.nn.Linear(3, 5)

    def forward(self, noise, condition):
        return self.layer(noise)

@hookimpl
def register_generators(register):
    register("broken", Broken)
"""


def test_a_network_that_fails_is_its_plugins_fault(tiny_recipe, tmp_path):
    (tmp_path / "mine.py").write_text(BROKEN)
    result = synthgen("show", tiny_recipe, "generator=broken", "--plugin", tmp_path / "mine.py")
    refused(result, 3, r"generator 'broken' \(plugin mine -\) failed on a batch of 4: RuntimeError")
