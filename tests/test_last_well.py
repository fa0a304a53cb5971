"""The generator that is kept of a training that fails: the last in which the watch saw nothing wrong yet."""

from __future__ import annotations

import pytest
import torch
from failing_run import fail, health, info, judge_by, resume
from tests_support import StopAt, run, tree

from synthgen.errors import Interrupted, UsageError
from synthgen.judging_runs import evaluate_run
from synthgen.stopped_runs import LAST_WELL
from synthgen.training.checkpoint import list_checkpoints
from synthgen.training.health import Health
from synthgen.training.health_samples import Look
from synthgen.training.listener import Listener

pytestmark = pytest.mark.usefixtures("no_plot")


def test_a_run_that_is_stopped_again_still_knows_what_was_well_before_it_was_resumed(
    tiny_recipe, tmp_path, registry, accident, monkeypatch
):
    out = tmp_path / "out"
    looks = judge_by(dict.fromkeys(range(12, 25, 4), 0.05))
    monkeypatch.setattr("synthgen.training.health.Health._look", looks)
    said = fail(run, tiny_recipe, out, registry, *health("stop"))
    assert said.startswith("stopped at step 20") and f"of step 8, {LAST_WELL}, is kept" in said
    before = tree(out / "snapshots" / "step-0000008")
    accident(22)
    said = fail(resume, out, registry)
    assert said.startswith("training diverged") and f"of step 8, {LAST_WELL}, is kept" in said
    assert info(out)["healthy_step"] == 8
    assert tree(out / "snapshots" / "step-0000008") == before
    assert (out / "snapshots" / "step-0000012").is_dir()
    with pytest.raises(UsageError, match="--snapshot 8"):
        evaluate_run(out, registry=registry)


def test_a_run_that_fails_after_it_was_interrupted_still_knows_what_was_well_before(
    tiny_recipe, tmp_path, registry, accident
):
    accident(14, 9, StopAt(13))
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry, *health("stop"))
    accident(14, 9)
    assert f"of step 12, {LAST_WELL}, is kept" in fail(resume, tmp_path / "out", registry)


def test_what_was_well_after_the_checkpoint_that_a_run_goes_on_from_is_not_counted_on(
    tiny_recipe, tmp_path, registry, accident
):
    accident(14, 9)
    said = fail(run, tiny_recipe, tmp_path / "out", registry, *health("stop"))
    assert f"of step 12, {LAST_WELL}, is kept" in said
    accident(10, 9)
    assert f"of step 8, {LAST_WELL}, is kept" in fail(resume, tmp_path / "out", registry)


def test_of_a_training_that_began_afresh_what_was_well_before_is_void(
    tiny_recipe, tmp_path, registry, accident
):
    class Earlier(Listener):
        def on_step(self, trainer):
            if trainer.attempt and trainer.step == 2:
                next(trainer.generator.parameters()).data.fill_(torch.nan)

    accident(14, 1, Earlier())
    said = fail(run, tiny_recipe, tmp_path / "out", registry, *health("restart", "scratch"))
    assert "after 2 restarts" in said and "is kept" not in said
    assert "healthy_step" not in info(tmp_path / "out")


def test_nor_is_it_known_to_a_run_that_is_resumed_after_it_began_afresh(
    tiny_recipe, tmp_path, registry, accident, monkeypatch
):
    look = Health._look
    monkeypatch.setattr(
        Health,
        "_look",
        lambda self, trainer, _: look(self, trainer, Look(True, 0.05 if trainer.attempt else 1.0)),
    )

    class StopAfresh(StopAt):
        def on_step(self, trainer):
            if trainer.attempt:
                super().on_step(trainer)

    accident(14, 1, StopAfresh(9))
    with pytest.raises(Interrupted):
        run(
            tiny_recipe,
            tmp_path / "out",
            registry,
            *health("restart", "scratch"),
            "health.restarts=1",
        )
    accident(99)
    said = fail(resume, tmp_path / "out", registry)
    assert said.startswith("stopped at step 12: the generator has collapsed") and "is kept" not in said


def test_what_was_well_after_an_older_checkpoint_is_not_known_to_a_run_that_goes_on_from_it(
    tiny_recipe, tmp_path, registry, accident
):
    accident(14, 9, StopAt(13))
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry, *health("stop"))
    newest = list_checkpoints(tmp_path / "out" / "checkpoints")[-1]
    assert newest.name == "step-0000013.pt"
    newest.unlink()
    accident(10, 9)
    assert "is kept" not in fail(resume, tmp_path / "out", registry)


def test_of_a_state_that_is_only_to_be_judged_the_generator_alone_is_written(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, *health("stop"))
    state = torch.load(made.checkpoints / "healthy.pt", weights_only=True)["state"]
    assert state.keys() == {"step", "attempt", "ema"} and state["step"] == 24


@pytest.mark.parametrize("policy", ["warn", "stop"])
def test_a_run_that_goes_well_has_no_healthy_step_to_tell(policy, tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, *health(policy))
    assert "healthy_step" not in info(made.path)
