"""Models that a run keeps while it trains."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from digits_run import digits_run, table_run, write_recipe
from safetensors.torch import load_file
from tests_support import run, tree

import synthgen
from synthgen import pipeline
from synthgen.errors import Interrupted, UsageError
from synthgen.run_directory import Run
from synthgen.snapshot_files import SnapshotFiles
from synthgen.snapshots import find_snapshot, list_snapshots


@pytest.fixture(scope="module")
def made(tmp_path_factory, registry):
    return digits_run(tmp_path_factory.mktemp("snapshots"), registry)


def weights(folder):
    return load_file(folder / "generator.safetensors")


def same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_snapshots_are_model_folders_of_their_steps(made):
    assert sorted(p.name for p in made.snapshots.iterdir()) == ["step-0000004", "step-0000008"]
    early = synthgen.load(made.snapshots / "step-0000004")
    assert early.source["steps"] == 4
    assert early.sample(5)[0].shape == (5, 8, 8)


def test_snapshot_is_the_model_of_a_run_that_ended_there(made, tmp_path, registry):
    short = digits_run(tmp_path, registry, "train.steps=4", "train.snapshot_every=null")
    assert not short.snapshots.exists()
    assert same(weights(made.snapshots / "step-0000004"), weights(short.model))


def test_training_goes_on_as_if_no_snapshot_were_taken(made, tmp_path, registry):
    without = digits_run(tmp_path, registry, "train.snapshot_every=null")
    assert same(weights(made.model), weights(without.model))
    assert same(weights(made.snapshots / "step-0000008"), weights(made.model))


def test_snapshots_of_a_calibrated_table_do_not_disturb_its_training(tmp_path, registry):
    setting = "train.calibrate=always"
    kept = table_run(tmp_path, registry, setting, name="kept")
    without = table_run(tmp_path, registry, setting, "train.snapshot_every=null", name="without")
    assert same(weights(kept.model), weights(without.model))
    assert same(weights(kept.snapshots / "step-0000008"), weights(kept.model))


def test_list_has_steps_times_and_the_model_last(made):
    found = list_snapshots(made.path)
    assert [(s.step, s.path, s.final) for s in found] == [
        (4, made.snapshots / "step-0000004", False),
        (8, made.snapshots / "step-0000008", False),
        (8, made.model, True),
    ]
    times = {line["step"]: line["seconds"] for line in map(json.loads, made.metrics.read_text().splitlines())}
    assert found[0].seconds == round(times[4], 1)


def test_time_between_two_lines_of_the_metrics_is_in_proportion(made, tmp_path):
    (tmp_path / "copy").mkdir()
    copy = Run(tmp_path / "copy")
    for name in ("recipe.yaml", "run.json"):
        (copy.path / name).write_bytes((made.path / name).read_bytes())
    (copy.snapshots / "step-0000006").mkdir(parents=True)
    (copy.snapshots / "step-0000006" / "model.json").write_text("{}")
    assert list_snapshots(copy.path)[0].seconds is None
    copy.metrics.write_text('{"step": 5, "seconds": 10}\n{"step": 10, "seconds": 30}\n')
    assert list_snapshots(copy.path)[0].seconds == 14.0


def test_snapshot_is_loaded_by_its_step(made):
    early = synthgen.load(made.path, snapshot=4)
    assert early.model_hash == synthgen.load(made.snapshots / "step-0000004").model_hash
    assert early.model_hash != synthgen.load(made.path).model_hash
    assert not np.array_equal(early.sample(20)[0], synthgen.load(made.path).sample(20)[0])


def test_unknown_step_says_which_there_are(made):
    message = "has no snapshot of step 5; there are 4, 8; its model is of step 8"
    with pytest.raises(UsageError, match=message):
        synthgen.load(made.path, snapshot=5)
    with pytest.raises(UsageError, match="is not the folder of a run"):
        synthgen.load(made.model, snapshot=4)


def test_run_without_snapshots_says_how_to_keep_some(tmp_path, registry):
    made = digits_run(tmp_path, registry, "train.snapshot_every=null", "train.steps=2")
    assert find_snapshot(made.path, 2) == made.model
    with pytest.raises(UsageError, match=r"it kept none: train\.snapshot_every says how often to; its model"):
        find_snapshot(made.path, 4)


def test_stopped_run_has_snapshots_to_load_and_goes_on_over_what_is_there(
    made, tmp_path, registry, stop_at, monkeypatch
):
    stop_at(6)
    with pytest.raises(Interrupted):
        run(write_recipe(tmp_path), tmp_path / "run", registry)
    monkeypatch.undo()
    stopped = Run(tmp_path / "run")
    assert [s.step for s in list_snapshots(stopped.path)] == [4]
    assert synthgen.load(stopped.path, snapshot=4).source["steps"] == 4
    with pytest.raises(synthgen.SynthgenError, match=f"synthgen snapshots {re.escape(str(stopped.path))}"):
        synthgen.load(stopped.path)
    for checkpoint in stopped.checkpoints.iterdir():  # as if it had been killed before the first
        checkpoint.unlink()
    (stopped.snapshots / "step-0000004" / "model.json").unlink()
    (stopped.snapshots / ".step-0000008.partial-abcd").mkdir()
    (stopped.snapshots / "step-0000008").mkdir()
    (stopped.snapshots / "step-0000008" / "codec.json").write_text("half")
    resumed = pipeline.resume(stopped.path, registry=registry)
    assert {n: b for n, b in tree(resumed.snapshots).items() if n.endswith("tensors")} == {
        n: b for n, b in tree(made.snapshots).items() if n.endswith("tensors")
    }
    assert not list(resumed.path.rglob(".*"))


def test_no_snapshot_is_taken_of_weights_that_are_not_finite(tmp_path, caplog):
    built = []
    trainer = SimpleNamespace(
        step=4, settings=SimpleNamespace(snapshot_every=2), ema=SimpleNamespace(module=torch.nn.Linear(2, 2))
    )
    torch.nn.init.constant_(trainer.ema.module.weight, float("nan"))
    SnapshotFiles(tmp_path / "snapshots", built.append).on_step(trainer)
    assert "no snapshot at step 4: the generator's weights are not finite" in caplog.text
    assert not built
    assert not (tmp_path / "snapshots").exists()
