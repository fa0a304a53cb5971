"""Runs that begin where another one stands."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from digits_run import digits_run, write_recipe
from PIL import Image
from safetensors.torch import load_file
from tests_support import tree

import synthgen
from synthgen import pipeline
from synthgen.errors import CheckpointError, Interrupted, UsageError
from synthgen.recipe import load_recipe
from synthgen.run_directory import read_metrics
from synthgen.starting import Start
from synthgen.training.checkpoint import list_checkpoints


@pytest.fixture(scope="module")
def first(tmp_path_factory, registry):
    return digits_run(tmp_path_factory.mktemp("first"), registry)


@pytest.fixture
def begin(first, tmp_path, registry):
    """Begin a run from the first one's, under its recipe with these overrides."""

    def call(*overrides, name="second", start=first.path):
        recipe = load_recipe(write_recipe(tmp_path), overrides, registry)
        return pipeline.run(recipe, tmp_path / name, registry=registry, start=start)

    return call


def state(checkpoint):
    return torch.load(checkpoint, weights_only=True)["state"]


def last_state(run):
    return state(list_checkpoints(run.checkpoints)[-1])


def same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_it_begins_with_networks_average_and_moments_at_step_0(first, begin):
    made = begin("train.steps=2", "train.keep_checkpoints=5", "seed=7", "train.optimizer.lr=1e-4")
    saved, began = last_state(first), state(list_checkpoints(made.checkpoints)[0])
    assert began["step"] == 0
    for network in ("generator", "discriminator", "ema"):
        assert same(saved[network], began[network])
    for old, new in zip(saved["optimizers"], began["optimizers"], strict=True):
        for index, moments in old["state"].items():
            assert same(moments, new["state"][index])
        assert new["param_groups"][0]["lr"] == 1e-4
    assert not torch.equal(saved["random"], began["random"])
    assert [line["step"] for line in read_metrics(made.metrics)] == [2]


def test_run_of_an_earlier_version_whose_average_has_no_age_serves(first, begin, monkeypatch):
    read = Start.read(first.path)
    old = replace(read, state={key: value for key, value in read.state.items() if key != "ema_age"})
    monkeypatch.setattr(Start, "read", lambda path: old)
    made = begin("train.steps=2", "train.keep_checkpoints=5")
    assert state(list_checkpoints(made.checkpoints)[0])["ema_age"] == read.state["step"]


def test_both_networks_are_trained_on(first, begin):
    before, after = last_state(first), last_state(begin("train.steps=3"))
    for network in ("generator", "discriminator"):
        still = [name for name in before[network] if torch.equal(before[network][name], after[network][name])]
        assert not [name for name in still if name.endswith("weight")]


def test_run_json_says_where_it_began(first, begin, registry):
    info = json.loads(begin("train.steps=1").info.read_text())
    old = json.loads(first.info.read_text())
    assert info["began_from"] == {
        "path": str(first.path.resolve()),
        "step": 8,
        "model_hash": old["model_hash"],
        "recipe_digest": old["recipe_digest"],
    }
    assert "began_from" not in old
    assert info["steps"] == 1


@pytest.mark.parametrize("step", [2, 5])
def test_it_is_resumed_as_any_other(step, begin, registry, stop_at, monkeypatch):
    whole = begin(name="whole")
    stop_at(step)
    with pytest.raises(Interrupted):
        begin(name="stopped")
    monkeypatch.undo()
    stopped = whole.path.parent / "stopped"
    if step < 4:  # killed before a checkpoint of its own
        (stopped / "checkpoints" / "step-0000002.pt").unlink()
    resumed = pipeline.resume(stopped, registry=registry)
    assert tree(whole.model)["generator.safetensors"] == tree(resumed.model)["generator.safetensors"]
    assert json.loads(resumed.info.read_text())["began_from"]["step"] == 8


def test_other_data_of_the_same_shape_and_number_of_classes_serve(first, begin, tmp_path):
    for name in ("cat", "cow", "dog"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for i in range(4):
            Image.new("L", (8, 8), 60 * i).save(tmp_path / "mine" / name / f"{i}.png")
    made = begin("data=image_folder", f"data.root={(tmp_path / 'mine').as_posix()}", "train.steps=2")
    assert set(synthgen.load(made.path).sample(20)[1].tolist()) <= {0, 1, 2}
    assert [label.name for label in synthgen.load(made.path).classes] == ["cat", "cow", "dog"]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["generator.channels=5"], r"weight \S+ of the generator is \(.*\) there and \(.*\) in this recipe"),
        (
            ["discriminator.features=9"],
            r"weight \S+ of the discriminator is \(.*8.*\) there and \(.*9.*\) in",
        ),
        (["latent.dim=9"], r"weight \S+ of the generator is .*a latent of the same width"),
        (["data.classes=[3, 8]"], r"weight \S+ of the generator is .*as many classes"),
        (["discriminator=mlp"], r"of the discriminator is (missing|\(.*\)) there and (missing|\(.*\)) in"),
    ],
)
def test_networks_that_do_not_fit_are_told_by_their_first_weight_and_nothing_is_written(
    overrides, message, begin, tmp_path
):
    with pytest.raises(CheckpointError, match=message) as told:
        begin(*overrides)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize(
    "optimizer", ["{name: rmsprop, betas: [0.5, 0.9]}", "{name: sgd, betas: [0.9, 0.9]}"]
)
def test_another_optimizer_begins_afresh(optimizer, begin, caplog):
    with caplog.at_level("INFO", logger="synthgen"):
        begin(f"train.optimizer={optimizer}", "train.steps=2")
    for network in ("generator", "discriminator"):
        assert f"the {network} begins with a fresh optimizer" in caplog.text


def test_related_optimizers_keep_their_moments(first, begin, caplog):
    with caplog.at_level("INFO", logger="synthgen"):
        begin("train.optimizer.name=adamw", "train.steps=2")
    assert "training on 48 samples" in caplog.text
    assert "fresh optimizer" not in caplog.text


def test_discriminator_alone_leaves_the_generator_as_it_was(first, begin):
    made = begin("generator.every=0", "train.steps=2")
    before, after = (last_state(run)["generator"] for run in (first, made))
    changed = {name.split(".")[-1] for name in before if not torch.equal(before[name], after[name])}
    assert changed <= {"running_mean", "running_var", "num_batches_tracked"}  # batch norm looks on
    assert not same(last_state(first)["discriminator"], last_state(made)["discriminator"])


def test_what_is_no_run_or_has_no_checkpoint_is_told(first, tmp_path):
    for alone in (first.model, tmp_path / "step-0000004"):
        if alone != first.model:
            shutil.copytree(first.snapshots / alone.name, alone)
        with pytest.raises(UsageError, match="is a model, which has no discriminator to train"):
            Start.read(alone)
    with pytest.raises(UsageError, match=r"is not the folder of a run: it has no recipe\.yaml"):
        Start.read(tmp_path)
    shutil.copytree(first.path, tmp_path / "copy")
    newest = tmp_path / "copy" / "checkpoints" / "step-0000008.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"step-0000008\.pt cannot be read"):
        Start.read(tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "checkpoints")
    with pytest.raises(UsageError, match=r"has no checkpoint to begin from"):
        Start.read(tmp_path / "copy")


def test_a_snapshot_begins_with_the_checkpoint_of_its_step(first, begin):
    made = begin("train.steps=1", "train.keep_checkpoints=5", start=first.snapshots / "step-0000004")
    saved, began = (state(list_checkpoints(run.checkpoints)[0]) for run in (first, made))
    assert saved["step"] == 4
    for network in ("generator", "discriminator", "ema"):
        assert same(saved[network], began[network])
    assert json.loads(made.info.read_text())["began_from"]["step"] == 4


def test_a_snapshot_without_a_checkpoint_begins_beside_the_nearest_discriminator(
    first, begin, tmp_path, caplog
):
    shutil.copytree(first.path, tmp_path / "first")
    (tmp_path / "first" / "checkpoints" / "step-0000004.pt").unlink()
    snapshot = tmp_path / "first" / "snapshots" / "step-0000004"
    with caplog.at_level("INFO", logger="synthgen"):
        made = begin("train.steps=1", "train.keep_checkpoints=5", start=snapshot)
    assert "kept no checkpoint of step 4" in caplog.text
    began = state(list_checkpoints(made.checkpoints)[0])
    averaged = load_file(snapshot / "generator.safetensors")
    assert same(began["generator"], averaged)
    assert same(began["ema"], averaged)
    assert same(began["discriminator"], last_state(first)["discriminator"])
    assert not began["optimizers"][0]["state"]
    assert began["optimizers"][1]["state"]


def test_public_run_takes_a_start(first, tmp_path, registry):
    recipe = load_recipe(write_recipe(tmp_path), ["train.steps=1"], registry)
    made = synthgen.run(recipe, tmp_path / "out", registry=registry, start=str(first.path))
    assert np.all(synthgen.load(made.path).source["steps"] == 1)
