"""Stopping and resuming a run changes nothing, and whatever lies about does not stand in the way."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests_support import run, tree

import synthgen
from synthgen import OutputFolder, pipeline
from synthgen.errors import CheckpointError, Interrupted, UsageError
from synthgen.run_directory import Run, read_metrics


@pytest.mark.parametrize("step", [3, 4, 11])
def test_interrupted_run_resumes_to_the_weights_of_an_uninterrupted_one(
    step, tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    whole = run(tiny_recipe, tmp_path / "whole", registry)
    stop_at(step)
    with pytest.raises(Interrupted, match=f"stopped at step {step}. Go on with: synthgen run --resume"):
        run(tiny_recipe, tmp_path / "stopped", registry)
    assert json.loads((tmp_path / "stopped" / "run.json").read_text())["status"] == "interrupted"
    assert not (tmp_path / "stopped" / "model").exists()
    assert (tmp_path / "stopped" / "losses.png").exists() == (step >= 4), "after the first line of the log"
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    weights = [load_file(made.model / "generator.safetensors") for made in (whole, resumed)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert tree(whole.dataset) == tree(resumed.dataset)
    assert tree(whole.samples)["step-0000012.png"] == tree(resumed.samples)["step-0000012.png"]
    kept = [{k: v for k, v in line.items() if k != "seconds"} for line in read_metrics(resumed.metrics)]
    assert kept == [{k: v for k, v in line.items() if k != "seconds"} for line in read_metrics(whole.metrics)]
    assert json.loads(resumed.info.read_text())["status"] == "finished"


def test_run_interrupted_while_exporting_goes_on_with_the_shards_that_are_left(
    tiny_recipe, tmp_path, registry, monkeypatch
):
    whole = run(tiny_recipe, tmp_path / "whole", registry, "export.shard_size=10")
    complete, written = OutputFolder.complete_shard, []

    def interrupted_after_two(folder, note):
        complete(folder, note)
        written.append(note["count"])
        if len(written) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(OutputFolder, "complete_shard", interrupted_after_two)
    with pytest.raises(Interrupted, match=r"stopped after training, before all was written\. Go on with"):
        run(tiny_recipe, tmp_path / "stopped", registry, "export.shard_size=10")
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    assert written == [10, 20, 30]
    assert tree(resumed.dataset) == tree(whole.dataset)
    assert not list(resumed.path.glob(".*"))


def test_finished_run_is_not_resumed(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry)
    made.report_json.unlink(missing_ok=True)
    told = "is finished; there is nothing to resume.* It has no report; this makes one: synthgen evaluate"
    with pytest.raises(UsageError, match=told):
        pipeline.resume(made.path, registry=registry)


def test_folder_that_is_no_run_is_not_resumed(tmp_path, registry):
    with pytest.raises(UsageError, match=r"not the folder of a run: it has no recipe\.yaml"):
        pipeline.resume(tmp_path, registry=registry)


def stopped_run(tiny_recipe, tmp_path, registry, stop_at) -> Run:
    stop_at(5)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry)
    return Run(tmp_path / "out")


def test_checkpoint_cut_short_is_named_and_the_one_before_it_serves(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    newest = made.checkpoints / "step-0000005.pt"
    newest.write_bytes(newest.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"step-0000005\.pt cannot be read"):
        pipeline.resume(made.path, registry=registry)
    newest.unlink()
    pipeline.resume(made.path, registry=registry)
    assert [line["step"] for line in read_metrics(made.metrics)] == [4, 8, 12]


def test_run_does_not_resume_under_a_changed_recipe(tiny_recipe, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    made.recipe.write_text(made.recipe.read_text().replace("batch_size: 8", "batch_size: 9"))
    with pytest.raises(CheckpointError, match="another recipe than the run began with"):
        pipeline.resume(made.path, registry=registry)


def test_run_stopped_before_its_first_checkpoint_does_not_resume_under_a_changed_recipe(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    for checkpoint in made.checkpoints.iterdir():
        checkpoint.unlink()
    made.recipe.write_text(made.recipe.read_text().replace("batch_size: 8", "batch_size: 9"))
    with pytest.raises(CheckpointError, match="another recipe"):
        pipeline.resume(made.path, registry=registry)


def test_line_of_metrics_that_was_cut_short_is_written_anew(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    with made.metrics.open("a") as file:
        file.write('{"step": 8, "sec')
    pipeline.resume(made.path, registry=registry)
    assert [json.loads(line)["step"] for line in made.metrics.read_text().splitlines()] == [4, 8, 12]


@pytest.mark.parametrize("text", ["[]", "null", "{", '{"status": "interrupted"}'])
def test_run_json_that_is_none_is_told(text, tiny_recipe, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    made.info.write_text(text)
    with pytest.raises(UsageError, match=r"run\.json (cannot be read|is not the record of a run)"):
        pipeline.resume(made.path, registry=registry)


def test_leftovers_of_a_killed_run_are_removed(tiny_recipe, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    (made.path / ".dataset.partial-abcd").mkdir()
    (made.checkpoints / ".step-0000008.pt.abcd.tmp").write_text("half")
    pipeline.resume(made.path, registry=registry)
    assert not list(made.path.rglob(".*"))


def test_run_resumes_on_another_kind_of_device_with_a_warning(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch, caplog
):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    path = made.checkpoints / "step-0000005.pt"
    content = torch.load(path, weights_only=True)
    content["state"] |= {"device": "cuda", "random": torch.zeros(16, dtype=torch.uint8)}
    torch.save(content, path)
    pipeline.resume(made.path, registry=registry)
    assert "trained on cuda so far, goes on on cpu" in caplog.text
    assert [line["step"] for line in read_metrics(made.metrics)] == [4, 8, 12]


def test_failed_run_that_is_resumed_to_its_end_keeps_no_error(tiny_recipe, tmp_path, registry, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pipeline, "plot_losses", full)
    with pytest.raises(synthgen.SynthgenError, match=r"cannot write below .*: No space left on device"):
        run(tiny_recipe, tmp_path / "out", registry)
    assert "No space left" in json.loads((tmp_path / "out" / "run.json").read_text())["error"]
    monkeypatch.undo()
    info = json.loads(pipeline.resume(tmp_path / "out", registry=registry).info.read_text())
    assert info["status"] == "finished"
    assert "error" not in info


def test_run_does_not_resume_on_changed_data(tiny_recipe, tiny_npz, tmp_path, registry, stop_at, monkeypatch):
    made = stopped_run(tiny_recipe, tmp_path, registry, stop_at)
    monkeypatch.undo()
    with np.load(tiny_npz) as data:
        changed = dict(data)
    changed["x"][0] ^= 1
    np.savez(tiny_npz, **changed)
    with pytest.raises(CheckpointError, match="trained on other data than tiny is now"):
        pipeline.resume(made.path, registry=registry)


def test_relative_paths_of_a_recipe_hold_wherever_it_is_resumed(
    tiny_recipe, tmp_path, registry, stop_at, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    stop_at(5)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry, "data.path=tiny.npz")
    monkeypatch.undo()
    monkeypatch.chdir("/")
    assert pipeline.resume(tmp_path / "out", registry=registry).dataset.is_dir()
