"""A run from recipe to dataset: what it leaves, what it refuses, and that it can be repeated."""

from __future__ import annotations

import json
import re
import signal
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from tests_support import run, tree

import synthgen
from synthgen import pipeline
from synthgen.errors import Interrupted, PluginError, TrainingError, UnsupportedError, UsageError
from synthgen.plugins import load_plugins
from synthgen.run_directory import read_metrics


def test_run_leaves_everything_that_it_promises(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry)
    names = set(tree(made.path))
    assert names == {
        "recipe.yaml",
        "run.json",
        "metrics.jsonl",
        "losses.png",
        "samples/step-0000006.png",
        "samples/step-0000012.png",
        "checkpoints/step-0000008.pt",
        "checkpoints/step-0000012.pt",
        "model/model.json",
        "model/generator.safetensors",
        "dataset/dataset.npz",
        "dataset/manifest.json",
        "dataset/README.md",
    }
    info = json.loads(made.info.read_text())
    assert info["status"] == "finished"
    assert info["steps"] == 12
    assert info["seed"] == 1
    assert info["precision"] == "fp32"
    assert info["data"]["name"] == "tiny"
    assert info["data"]["classes"][0] == {"number": 3, "name": "left"}
    assert info["versions"]["torch"] == torch.__version__
    assert {"setup", "training", "export"} <= set(info["seconds"])
    assert [line["step"] for line in read_metrics(made.metrics)] == [4, 8, 12]
    assert {"discriminator_loss", "generator_loss", "r1"} <= set(read_metrics(made.metrics)[0])


def test_class_names_and_numbers_survive_from_source_to_dataset(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, "export={format: npz, per_class: {both: 3, 3: 2}}")
    with np.load(made.dataset / "dataset.npz") as data:
        assert sorted(data["y"]) == [3, 3, 9, 9, 9]
        assert data["classes"].tolist() == ["left", "right", "both"]
        assert data["numbers"].tolist() == [3, 5, 9]
    x, y = synthgen.load(made.path, registry).sample(5, classes=["right"])
    assert x.shape == (5, 8, 8)
    assert y.tolist() == [5] * 5


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tiny_recipe, tmp_path, registry):
    one, two = (run(tiny_recipe, tmp_path / name, registry) for name in "ab")
    assert tree(one.model) == tree(two.model)
    assert tree(one.dataset) == tree(two.dataset)
    assert tree(one.samples) == tree(two.samples)
    other = run(tiny_recipe, tmp_path / "c", registry, "seed=2")
    assert tree(one.model) != tree(other.model)


def test_resolved_recipe_of_a_run_runs_again_to_the_same_bytes(tiny_recipe, tmp_path, registry):
    one = run(tiny_recipe, tmp_path / "a", registry, "train.steps=5")
    two = run(one.recipe, tmp_path / "b", registry)
    assert tree(one.dataset) == tree(two.dataset)
    assert one.recipe.read_bytes() == two.recipe.read_bytes()


def test_signal_handlers_are_put_back(tiny_recipe, tmp_path, registry):
    before = signal.getsignal(signal.SIGINT)
    run(tiny_recipe, tmp_path / "out", registry)
    assert signal.getsignal(signal.SIGINT) is before


def test_run_works_outside_the_main_thread(tiny_recipe, tmp_path, registry):
    thread = threading.Thread(target=run, args=(tiny_recipe, tmp_path / "out", registry))
    thread.start()
    thread.join()
    assert (tmp_path / "out" / "dataset" / "dataset.npz").is_file()


def test_folder_that_exists_is_left_alone_before_anything_is_loaded(tiny_recipe, tmp_path, registry):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"output folder .*out exists"):
        run(tiny_recipe, out, registry, "data.path=/nowhere.npz")
    assert tree(out) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize(
    "override",
    [
        "data.path=/nowhere.npz",
        "train.device=cuda:99",
        "generator.levels=5",
        "export={format: npz, count: 3, classes: [cat]}",
        "train={steps: 1, batch_size: 1} generator.hidden=8",  # too few for batch norm
    ],
)
def test_nothing_is_written_if_the_run_cannot_begin(override, tiny_recipe, tmp_path, registry):
    with pytest.raises(synthgen.SynthgenError):
        run(tiny_recipe, tmp_path / "out", registry, *re.split(r" (?=generator)", override))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("codec", ["table", "signals"])
def test_a_codec_for_other_data_is_told_as_the_recipe_s_fault(codec, tiny_recipe, tmp_path, registry):
    with pytest.raises(UnsupportedError, match=f"codec {codec} is for data of kind {codec}, .* kind images"):
        run(tiny_recipe, tmp_path / "out", registry, f"codec={codec}")
    assert not (tmp_path / "out").exists()


def test_diverged_run_is_recorded_as_failed(tiny_recipe, tmp_path, registry):
    with pytest.raises(TrainingError, match="training diverged"):
        run(
            tiny_recipe,
            tmp_path / "out",
            registry,
            "loss=wasserstein",
            "train.optimizer={name: sgd, lr: 1e9}",
            "train.steps=40",
        )
    info = json.loads((tmp_path / "out" / "run.json").read_text())
    assert info["status"] == "failed"
    assert "training diverged" in info["error"]
    assert not (tmp_path / "out" / "model").exists()


def test_overrides_change_a_recipe_that_is_named(tmp_path, registry):
    path = tmp_path / "one.yaml"
    path.write_text(
        "data: {name: digits, limit: 40}\ngenerator: mlp\ndiscriminator: mlp\ntrain: {steps: 1, batch_size: 4}\n"
    )
    made = synthgen.run(path, tmp_path / "run", overrides=["train.steps=2", "export=null"], registry=registry)
    assert made.read_info()["steps"] == 2
    recipe = synthgen.load_recipe(path, registry=registry)
    with pytest.raises(UsageError, match="give them to load_recipe"):
        synthgen.run(recipe, tmp_path / "other", overrides=["seed=1"], registry=registry)


def test_recipe_without_export_makes_no_dataset(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, "export=null")
    assert made.model.is_dir()
    assert not made.dataset.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [("{name: digits, limit: 40}", "(10 classes)"), ("{name: digits, labelled: false}", "(no classes)")],
)
def test_log_says_how_many_classes_there_are(data, said, tiny_recipe, tmp_path, registry, caplog):
    caplog.set_level("INFO", "synthgen")
    synthgen.run(tiny_recipe, tmp_path / "run", overrides=[f"data={data}", "export=null"], registry=registry)
    assert said in caplog.text


def test_unlabelled_data_trains_and_exports_too(tiny_recipe, tmp_path, registry):
    np.savez(tmp_path / "plain.npz", x=np.zeros((20, 8, 8), np.uint8))
    made = run(tiny_recipe, tmp_path / "out", registry, f"data.path={tmp_path / 'plain.npz'}")
    with np.load(made.dataset / "dataset.npz") as data:
        assert data["x"].shape == (30, 8, 8)
        assert "y" not in data


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        (
            "generator",
            "return torch.zeros(len(noise), 3)",
            r"returned shape \(4, 3\); it must be \(4, 1, 8, 8\)",
        ),
        ("generator", "return torch.full((len(noise), 1, 8, 8), float('nan'))", "returned NaN or infinity"),
        ("generator", "raise IndexError('oops')", "failed on a batch of 4: IndexError: oops"),
        ("generator", "return None", "returned NoneType; it must be a tensor"),
        (
            "discriminator",
            "return noise.flatten(1).sum(1)",
            r"returned Tensor; it must be synthgen\.Critique",
        ),
        ("discriminator", "return Critique(noise.flatten(1))", r"logits returned shape \(4, 64\)"),
    ],
)
def test_faulty_network_of_a_plugin_is_named_before_anything_is_written(
    kind, body, error, tiny_recipe, tmp_path
):
    plugin = tmp_path / "faulty.py"
    plugin.write_text(
        "import torch\nfrom synthgen import Critique, Discriminator, Generator, hookimpl\n"
        f"class Faulty({kind.title()}):\n    def forward(self, noise, condition):\n        {body}\n"
        f"@hookimpl\ndef register_{kind}s(register):\n    register('faulty', Faulty)\n"
    )
    registry = load_plugins([plugin], installed=False)
    with pytest.raises(PluginError, match=rf"{kind} 'faulty' \(plugin faulty -\).*{error}"):
        run(tiny_recipe, tmp_path / "out", registry, f"{kind}=faulty")
    assert not (tmp_path / "out").exists()


BROKEN_LOSS = """
from synthgen import Loss, hookimpl

class Broken(Loss):
    def discriminator(self, real, fake):
        return fake.logits {fault}
    def generator(self, real, fake):
        return fake.logits.mean()

@hookimpl
def register_losses(register):
    register("broken", Broken)
"""


@pytest.mark.parametrize(
    ("fault", "error"), [("", "grad can be implicitly created only for scalar"), ("[99, 0]", "IndexError")]
)
def test_loss_that_fails_is_named_before_anything_is_written(fault, error, tiny_recipe, tmp_path):
    (tmp_path / "faulty.py").write_text(BROKEN_LOSS.format(fault=fault))
    registry = load_plugins([tmp_path / "faulty.py"], installed=False)
    with pytest.raises(PluginError, match=rf"training step .*loss 'broken' \(plugin faulty -\).*{error}"):
        run(tiny_recipe, tmp_path / "out", registry, "loss=broken")
    assert not (tmp_path / "out").exists()


NOISY = """
import torch
from synthgen import Generator, hookimpl

class Noisy(Generator):
    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.net = torch.nn.Linear(self.input_dim, spec.numel)

    def forward(self, noise, condition):
        x = self.net(torch.cat([noise, condition], 1))
        return (x + 0.1 * torch.randn_like(x)).view(-1, *self.spec.shape).tanh()

@hookimpl
def register_generators(register):
    register("noisy", Noisy)
"""


def test_generator_with_noise_of_its_own_is_as_reproducible_as_any(
    tiny_recipe, tmp_path, stop_at, monkeypatch
):
    (tmp_path / "noisy.py").write_text(NOISY)
    registry = load_plugins([tmp_path / "noisy.py"], installed=False)
    whole = run(tiny_recipe, tmp_path / "whole", registry, "generator=noisy")
    stop_at(5)
    with pytest.raises(Interrupted, match=r"--resume .*stopped --plugin .*noisy\.py --no-plugins"):
        run(tiny_recipe, tmp_path / "stopped", registry, "generator=noisy")
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    assert tree(whole.dataset) == tree(resumed.dataset)
    model = synthgen.load(whole.path, registry)
    assert np.array_equal(model.sample(300, seed=3)[0][:10], model.sample(10, seed=3)[0])


def test_grid_of_unlabelled_data_is_ten_by_ten(tiny_recipe, tmp_path, registry):
    np.savez(tmp_path / "plain.npz", x=np.zeros((20, 8, 8), np.uint8))
    made = run(tiny_recipe, tmp_path / "out", registry, f"data.path={tmp_path / 'plain.npz'}")
    with Image.open(made.samples / "step-0000012.png") as grid:
        width, height = grid.size
    assert 0.9 < width / height < 1.1


def test_fallback_is_named_wherever_the_data_is(tiny_recipe, tmp_path, registry, monkeypatch, caplog):
    monkeypatch.setenv("SYNTHGEN_DATA", str(tmp_path / "empty"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = run(
        tiny_recipe,
        tmp_path / "out",
        registry,
        "data={name: mnist, download: false, fallback: digits, per_class: 5}",
        "train.steps=2",
        "export={format: image_folder, count: 4}",
    )
    assert "MNIST WAS NOT FOUND. DIGITS TAKES ITS PLACE." in caplog.text
    info = json.loads(made.info.read_text())
    assert info["data"]["name"] == "digits"
    assert info["data"]["samples"] == 50
    assert info["data"]["notes"] == ["stands in for mnist, which was not found"]
    manifest = json.loads((made.dataset / "manifest.json").read_text())
    assert manifest["data"]["name"] == "digits"
    assert manifest["shape"] == [28, 28]
    card = (made.dataset / "README.md").read_text()
    assert card.startswith("# Synthetic digits")
    assert "stands in for mnist" in card
    assert synthgen.load(made.path, registry).source["data"] == "digits"
    monkeypatch.setenv("SYNTHGEN_DATA", "")
    again = run(made.recipe, tmp_path / "again", registry)
    assert tree(again.dataset) == tree(made.dataset)


def test_run_names_its_folder_after_recipe_and_time(tiny_recipe, tmp_path, registry, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = pipeline.run(tiny_recipe, registry=registry)
    second = pipeline.run(tiny_recipe, registry=registry)
    assert first.path.parent.name == "runs"
    assert first.path.name.startswith("tiny-2")
    assert first.path != second.path
