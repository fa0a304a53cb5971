"""Scores and snapshots of runs that are cut off, stopped, resumed or go back."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from selecting_support import SMALL, chosen, snapshots, with_selection
from tests_support import StopAt, run, tree

import synthgen
from synthgen import pipeline, run_model
from synthgen.errors import Interrupted, UnhealthyError
from synthgen.run_directory import Run
from synthgen.training.listener import Listener


def test_a_training_that_patience_has_ended_is_not_gone_on_with(
    tiny_recipe, tmp_path, registry, scored, monkeypatch
):
    scored({4: 0.1})

    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "export", interrupted)
        with pytest.raises(Interrupted, match="stopped after training"):
            run(tiny_recipe, tmp_path / "out", registry, *with_selection(", patience: 2"))
    made = pipeline.resume(tmp_path / "out", registry=registry)
    info = json.loads(made.info.read_text())
    assert (info["status"], info["steps"], info["selection"]["step"]) == ("finished", 8, 4)


@pytest.mark.parametrize("step", [5, 9])
def test_a_resumed_run_chooses_as_an_uninterrupted_one(
    step, tiny_recipe, tmp_path, registry, scored, monkeypatch
):
    scored({4: 0.1, 8: 0.3, 10: 0.2})
    whole = run(tiny_recipe, tmp_path / "whole", registry, *with_selection(", keep: 2"))
    recorders = pipeline._recorders
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), StopAt(step)])
        with pytest.raises(Interrupted):
            run(tiny_recipe, tmp_path / "out", registry, *with_selection(", keep: 2"))
    resumed = pipeline.resume(tmp_path / "out", registry=registry)
    assert chosen(resumed) == chosen(whole)
    assert tree(resumed.snapshots) == tree(whole.snapshots)
    assert tree(resumed.model) == tree(whole.model)


def test_scores_by_another_judge_are_dropped_when_a_run_is_resumed(
    tiny_recipe, tmp_path, registry, scored, monkeypatch, caplog
):
    scored({4: 0.1})
    recorders = pipeline._recorders
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), StopAt(7)])
        with pytest.raises(Interrupted):
            run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    scored({10: 0.5})
    monkeypatch.setattr(run_model.SetupJudge, "part", "choosing")
    made = pipeline.resume(tmp_path / "out", registry=registry)
    record = chosen(made)
    assert (record["step"], record["part"]) == (10, "choosing")
    assert [one["step"] for one in record["scores"]] == [8, 10, 12]
    assert snapshots(made) == ["step-0000010"]
    assert "the scores of 2 snapshots are dropped" in caplog.text


def test_a_run_cut_off_after_its_checkpoint_still_has_the_snapshots_that_this_one_counts_on(
    tiny_recipe, tmp_path, registry, scored, monkeypatch
):
    class PowerCut(Listener):
        def on_step(self, trainer):
            if trainer.step == 7:
                raise RuntimeError("no power")

    scored({4: 0.3, 6: 0.2})
    recorders = pipeline._recorders
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), PowerCut()])
        with pytest.raises(RuntimeError):
            run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    assert snapshots(Run(tmp_path / "out")) == ["step-0000004", "step-0000006"]
    made = pipeline.resume(tmp_path / "out", registry=registry)
    assert chosen(made)["step"] == 6
    assert snapshots(made) == ["step-0000006"]


@pytest.mark.parametrize("cuts", [(7,), (5, 6)], ids=["once", "and again after it went on"])
def test_a_run_cut_off_between_checkpoints_loses_no_score_whatever_was_seen_since(
    cuts, tiny_recipe, tmp_path, registry, scored, looks, monkeypatch
):
    class PowerCut(Listener):
        def on_step(self, trainer):
            if trainer.step == at:
                raise RuntimeError("no power")

    scored({4: 0.3, 5: 0.2, 6: 0.1, 7: 0.05})
    looks()
    overrides = (
        *SMALL,
        "selection={samples: 60, every: 1, after: 0.25}",
        "health={policy: restart, every: 3}",  # a state to go back to is kept between checkpoints
    )
    whole = run(tiny_recipe, tmp_path / "whole", registry, *overrides)
    recorders = pipeline._recorders
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), PowerCut()])
        for at in cuts:
            with pytest.raises(RuntimeError):
                if at == cuts[0]:
                    run(tiny_recipe, tmp_path / "out", registry, *overrides)
                else:
                    pipeline.resume(tmp_path / "out", registry=registry)
    assert chosen(pipeline.resume(tmp_path / "out", registry=registry)) == chosen(whole)


def test_a_snapshot_that_somebody_removed_is_not_chosen_by_a_resumed_run(
    tiny_recipe, tmp_path, registry, scored, stop_at
):
    scored({4: 0.1, 6: 0.3, 8: 0.5})
    stop_at(7)
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    shutil.rmtree(tmp_path / "out" / "snapshots" / "step-0000004")
    made = pipeline.resume(tmp_path / "out", registry=registry)
    assert [one["step"] for one in chosen(made)["scores"]] == [8, 10, 12]
    assert synthgen.load(made.path, registry).source["steps"] == 8


def test_a_training_that_goes_back_still_has_the_best_snapshot_of_before(
    tiny_recipe, tmp_path, registry, scored, looks, monkeypatch
):
    class Accident(Listener):
        def on_step(self, trainer):
            if trainer.step == 7 and not trainer.attempt:
                next(trainer.generator.parameters()).data.fill_(np.nan)
                values.update({5: 0.5, 6: 0.5, 7: 0.5})

    values: dict[int, float | Exception] = {4: 0.2, 5: 0.1, 6: 0.1, 7: 0.1}
    scored(values)
    looks()
    recorders = pipeline._recorders
    monkeypatch.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), Accident()])
    made = run(
        tiny_recipe,
        tmp_path / "out",
        registry,
        *SMALL,
        "selection={samples: 60, every: 1, after: 0.25}",
        "health={policy: restart, every: 4}",
        "train.checkpoint_every=1",
    )
    assert json.loads(made.info.read_text())["health"][-1]["back_to"] == 4
    assert (chosen(made)["step"], snapshots(made)) == (4, ["step-0000004"])
    assert synthgen.load(made.path, registry).source["steps"] == 4


def test_a_run_that_is_stopped_keeps_the_healthy_snapshot_that_it_names(
    tiny_recipe, tmp_path, registry, scored, looks
):
    scored({4: 0.1})
    looks(6, 7, 8)
    overrides = ("selection={samples: 60, every: 1, after: 0.25}", "health={policy: stop, every: 1}")
    with pytest.raises(
        UnhealthyError,
        match="generator of step 5, the last in which the watch saw nothing wrong yet, is kept",
    ):
        run(tiny_recipe, tmp_path / "out", registry, *SMALL, *overrides)
    assert synthgen.load(tmp_path / "out", registry, snapshot=5).source["steps"] == 5
