"""The plugin as a person meets it: installed, listed, checked, trained, stopped, resumed, loaded."""

from __future__ import annotations

import ast
import json
import signal
import subprocess
import sys
from importlib.metadata import distribution, entry_points
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

import synthgen
from synthgen.cli import main

synthgen_sagan = pytest.importorskip("synthgen_sagan", reason="needs pip install -e plugins/synthgen-sagan")

RECIPES = Path(__file__).parent.parent / "recipes"

RECIPE = """\
name: tiny_sagan
seed: 1
data: {{name: npz, path: "{data}"}}
latent: {{dim: 8}}
generator: {{name: sagan, channels: 8, widening: 2}}
discriminator: {{name: sagan, channels: 8, widening: 2}}
loss: hinge
penalties: [{{name: r1, every: 2, samples: 4}}]
train:
  steps: 6
  batch_size: 6
  optimizer: {{lr: 5.0e-4, betas: [0.0, 0.9]}}
  discriminator_optimizer: {{lr: 2.0e-3, betas: [0.0, 0.9]}}
  log_every: 2
  checkpoint_every: 2
  sample_every: null
  device: cpu
  precision: fp32
  threads: 1
export: {{format: npz, count: 12}}
report: none
"""


def command(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def write_recipe(folder: Path, shape: tuple[int, ...], *, labels: bool = True) -> Path:
    x = np.random.default_rng(0).integers(0, 256, (24, *shape), dtype=np.uint8)
    arrays = {"x": x, "y": np.tile([0, 1, 2], 8)} if labels else {"x": x}
    np.savez(folder / "tiny.npz", **arrays)
    recipe = folder / "tiny.yaml"
    recipe.write_text(RECIPE.format(data=(folder / "tiny.npz").as_posix()))
    return recipe


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write_recipe(tmp_path, (32, 32, 3))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the recipe above that nobody stopped."""
    folder = tmp_path_factory.mktemp("whole")
    return finished(write_recipe(folder, (32, 32, 3)), folder / "run")


def finished(recipe: Path, out: Path, *overrides: str) -> Path:
    done = command("run", recipe, *overrides, "--out", out)
    assert done.exit_code == 0, done.output
    return out


def exported(run: Path) -> np.ndarray:
    with np.load(run / "dataset" / "dataset.npz") as data:
        return data["x"]


# --------------------------------------------------------------------------------------------- what it is


def test_package_is_found_through_its_entry_point():
    (point,) = entry_points(group="synthgen", name="sagan")
    assert point.value == "synthgen_sagan"
    assert distribution("synthgen-sagan").version == "0.1.0"


def test_both_components_are_listed_with_their_owner():
    for kind in ("generators", "discriminators"):
        assert "    sagan " in command("list", kind).stdout
    (plugin,) = [p for p in json.loads(command("plugins", "--json").stdout) if p["name"] == "sagan"]
    assert (plugin["status"], plugin["version"], plugin["error"]) == ("ok", "0.1.0", None)


def test_every_option_is_shown_with_type_default_and_meaning():
    shown = json.loads(command("show", "sagan", "--json").stdout)
    assert {c["kind"] for c in shown} == {"generator", "discriminator"}
    for component in shown:
        assert component["description"]
        own = {"features": "0"} if component["kind"] == "discriminator" else {}
        assert {o["name"]: o["default"] for o in component["options"]} == {
            "channels": "32",
            "widening": "16",
            "attention": "null",
            "spectral_norm": "true",
            **own,
        }
        assert all(o["description"] and o["type"] != "any" for o in component["options"])


def test_it_imports_nothing_of_synthgen_but_the_public_face():
    files = sorted(Path(synthgen_sagan.__file__).parent.rglob("*.py"))
    assert len(files) >= 5
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith("synthgen."), file
                if node.module == "synthgen":
                    assert {alias.name for alias in node.names} <= set(synthgen.__all__), file
            elif isinstance(node, ast.Import):
                assert not any(alias.name.split(".")[0] == "synthgen" for alias in node.names), file


# ------------------------------------------------------------------------------------------------ recipes


def test_its_recipes_are_valid():
    recipes = sorted(RECIPES.glob("*.yaml"))
    assert recipes
    done = command("validate", *recipes)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"{path}: ok" for path in recipes]


def test_its_recipes_are_valid_to_a_new_process():
    words = [sys.executable, "-m", "synthgen", "validate", *map(str, sorted(RECIPES.glob("*.yaml")))]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_without_the_plugin_its_recipe_says_what_is_missing(recipe):
    done = command("validate", recipe, "--block", "sagan")
    assert done.exit_code == 2
    assert "no generator is called 'sagan'" in done.stderr


def test_wrong_options_are_all_told_at_once_with_line_and_column(recipe):
    text = recipe.read_text()
    text = text.replace("{name: sagan, channels: 8", "{name: sagan, chanels: 8", 1)
    text = text.replace(
        "discriminator: {name: sagan, channels: 8", "discriminator: {name: sagan, channels: 12"
    )
    recipe.write_text(text)
    done = command("validate", recipe)
    assert done.exit_code == 2
    assert "tiny.yaml:5:26 generator.chanels: there is no such key. Did you mean channels?" in done.stderr
    assert "tiny.yaml:6:40 discriminator.channels: must be a multiple of 8, not 12" in done.stderr


@pytest.mark.parametrize(
    ("shape", "overrides", "message"),
    [
        ((28, 28), [], "generator sagan is for images of 32×32 or more"),
        ((32, 32, 3), ["discriminator.attention=7"], "no feature map whose shorter side is 7"),
    ],
    ids=["size", "attention"],
)
def test_what_it_cannot_do_is_the_recipes_fault_and_writes_nothing(shape, overrides, message, tmp_path):
    done = command("run", write_recipe(tmp_path, shape), *overrides, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


# ----------------------------------------------------------------------------------------------- training


def test_saved_model_is_loaded_and_gives_the_samples_of_its_run(whole):
    model = synthgen.load(whole)
    vectors = {name: buffer.clone() for name, buffer in model.generator.named_buffers()}
    x, y = model.sample(12, seed=1)
    assert x.shape == (12, 32, 32, 3)
    assert set(y) == {0, 1, 2}
    np.testing.assert_array_equal(x, exported(whole))
    assert all(torch.equal(b, vectors[name]) for name, b in model.generator.named_buffers())


@pytest.mark.parametrize(
    ("shape", "labels"), [((32, 40, 3), True), ((40, 32), False)], ids=["not square", "grey, no labels"]
)
def test_images_of_other_shapes_are_trained_saved_and_loaded(shape, labels, tmp_path):
    run = finished(write_recipe(tmp_path, shape, labels=labels), tmp_path / "run", "train.steps=2")
    x, y = synthgen.load(run).sample(12, seed=1)
    assert set(y) == ({0, 1, 2} if labels else {0})
    assert x.shape == (12, *shape)
    np.testing.assert_array_equal(x, exported(run))


def test_weights_of_the_kept_moving_average_are_spectrally_normalised(whole):
    generator = synthgen.load(whole).generator
    layers = [m for m in generator.modules() if torch.nn.utils.parametrize.is_parametrized(m, "weight")]
    assert layers
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.1)


def test_stopped_run_resumes_to_the_model_of_one_that_was_not(whole, tmp_path, monkeypatch):
    forward, calls = synthgen_sagan.SAGANGenerator.forward, []

    def interrupted(self, noise, condition):
        calls.append(self.training)
        if sum(calls) == 4:  # the trial step before the run is one
            signal.raise_signal(signal.SIGINT)
        return forward(self, noise, condition)

    monkeypatch.setattr(synthgen_sagan.SAGANGenerator, "forward", interrupted)
    stopped = command("run", whole.parent / "tiny.yaml", "--out", tmp_path / "stopped")
    assert stopped.exit_code == 130, stopped.output
    assert "stopped at step 3" in stopped.stderr
    monkeypatch.undo()
    resumed = command("run", "--resume", tmp_path / "stopped")
    assert resumed.exit_code == 0, resumed.output
    hashes = [synthgen.load(run).model_hash for run in (whole, tmp_path / "stopped")]
    assert hashes[0] == hashes[1]
    np.testing.assert_array_equal(exported(whole), exported(tmp_path / "stopped"))
