"""Runs whose training fails: what they record, go back to, and how they are resumed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from failing_run import SMALL, health, info, judge_by
from tests_support import StopAt, run, tree

import synthgen
from synthgen import pipeline
from synthgen.errors import Interrupted, UnhealthyError
from synthgen.pictures import plot_losses
from synthgen.run_directory import read_metrics
from synthgen.stopped_runs import LAST_WELL
from synthgen.training.checkpoint import list_checkpoints

pytestmark = pytest.mark.usefixtures("no_plot")


def test_a_restart_goes_back_to_the_last_healthy_state_and_the_record_keeps_what_happened(
    tiny_recipe, tmp_path, registry, accident
):
    accident()
    made = run(tiny_recipe, tmp_path / "out", registry, *health("restart"))
    record = info(made.path)
    assert record["status"] == "finished"
    failure, restart = record["health"]
    assert (failure["kind"], failure["step"], failure["given_up"]) == ("divergence", 16, True)
    assert (restart["kind"], restart["step"], restart["back_to"]) == ("restart", 16, 12)
    assert restart["because"] == "divergence"
    assert "went back to step 12, with other random numbers: restart 1 of 2" in restart["text"]
    assert synthgen.load(made.path, registry).sample(3)[0].shape == (3, 8, 8)


def test_records_are_of_the_training_that_counts_and_the_others_are_put_aside(
    tiny_recipe, tmp_path, registry, accident
):
    accident()
    made = run(tiny_recipe, tmp_path / "out", registry, *health("restart"))
    lines = read_metrics(made.metrics)
    assert [line["step"] for line in lines if "event" not in line] == list(range(2, 25, 2))
    assert [(line["step"], line["event"]) for line in lines if "event" in line] == [(12, "restart")]
    void = read_metrics(made.path / "abandoned" / "1" / "metrics.jsonl")
    assert [(line["step"], line.get("event")) for line in void] == [(14, None), (16, "health"), (16, None)]
    assert "generator_loss" not in void[-1]  # it was not finite, and JSON has no word for that
    assert all(line["seconds"] <= after["seconds"] for line, after in pairwise(lines))
    assert sorted(path.name for path in made.samples.iterdir()) == [
        f"step-{step:07}.png" for step in (6, 12, 18, 24)
    ]


def test_a_restart_is_the_same_each_time_and_other_than_what_it_replaces(
    tiny_recipe, tmp_path, registry, accident
):
    well = run(tiny_recipe, tmp_path / "well", registry, *health("restart"))
    accident()
    first, second = (run(tiny_recipe, tmp_path / name, registry, *health("restart")) for name in "ab")
    assert tree(first.model) == tree(second.model)
    assert tree(first.model) != tree(well.model)
    assert tree(first.snapshots / "step-0000012") == tree(well.snapshots / "step-0000012")


def test_a_restart_from_scratch_begins_with_new_weights(tiny_recipe, tmp_path, registry, accident):
    well = run(tiny_recipe, tmp_path / "well", registry, *health("warn"))
    accident()
    made = run(tiny_recipe, tmp_path / "out", registry, *health("restart", "scratch"))
    restart = info(made.path)["health"][-1]
    assert (restart["back_to"], restart["step"]) == (0, 16)
    steps = [line["step"] for line in read_metrics(made.metrics) if "event" not in line]
    assert steps == list(range(2, 25, 2))
    assert tree(made.snapshots / "step-0000012") != tree(well.snapshots / "step-0000012")


def test_restarts_are_used_up_and_the_run_then_ends_with_the_last_healthy_generator_kept(
    tiny_recipe, tmp_path, registry, accident
):
    accident(14, 9)
    with pytest.raises(UnhealthyError) as ended:
        run(tiny_recipe, tmp_path / "out", registry, *health("restart"))
    message = str(ended.value)
    assert message.startswith("training diverged:")
    assert "after 2 restarts. Try a lower train.optimizer.lr" in message
    assert (
        f"The generator of step 12, {LAST_WELL}, is kept: synthgen sample {tmp_path / 'out'} --snapshot 12"
        in message
    )
    assert "Go on" not in message  # it would diverge again
    record = info(tmp_path / "out")
    assert record["status"] == "failed"
    assert [entry["kind"] for entry in record["health"]] == ["divergence", "restart"] * 2 + ["divergence"]
    assert len({entry.get("seed") for entry in record["health"] if "seed" in entry}) == 2
    assert sorted(path.name for path in (tmp_path / "out" / "abandoned").iterdir()) == ["1", "2"]
    assert not (tmp_path / "out" / "model").exists()
    kept = synthgen.load(tmp_path / "out", registry, snapshot=12)
    assert kept.source["steps"] == 12


@pytest.mark.parametrize("step", [15, 18])
def test_a_resumed_run_keeps_the_count_of_restarts_and_what_to_go_back_to(
    step, tiny_recipe, tmp_path, registry, accident
):
    """Interrupted before the first failure is seen, or after the restart it leads to."""
    accident(14, 2)
    whole = run(tiny_recipe, tmp_path / "whole", registry, *health("restart"))
    accident(14, 2, StopAt(step))
    with pytest.raises(Interrupted):
        run(tiny_recipe, tmp_path / "out", registry, *health("restart"))
    accident(14, 2)
    resumed = pipeline.resume(tmp_path / "out", registry=registry)
    assert tree(whole.model) == tree(resumed.model)
    kinds = [entry["kind"] for entry in info(resumed.path)["health"]]
    assert kinds == ["divergence", "restart", "divergence", "restart"]
    assert list_checkpoints(resumed.checkpoints)[-1].name == "step-0000024.pt"


def test_a_stopped_run_says_what_was_found_and_can_be_gone_on_with_all_the_same(
    tiny_recipe, tmp_path, registry, monkeypatch
):
    spreads = {12: 0.05, 16: 0.05, 20: 0.05, 24: 0.05}
    monkeypatch.setattr("synthgen.training.health.Health._look", judge_by(spreads))
    with pytest.raises(
        UnhealthyError, match=r"stopped at step 20: the generator has collapsed.*Try.*step 8,.*Go on"
    ):
        run(tiny_recipe, tmp_path / "out", registry, *health("stop"))
    record = info(tmp_path / "out")
    assert record["status"] == "failed"
    assert "the generator has collapsed" in record["error"]
    assert (record["steps"], record["health"][0]["kind"]) == (20, "collapse")
    assert synthgen.load(tmp_path / "out", registry, snapshot=8).source["steps"] == 8
    resumed = pipeline.resume(tmp_path / "out", registry=registry)
    assert info(resumed.path)["status"] == "finished"
    assert info(resumed.path)["health"][0]["until"] is None


def test_a_failure_is_told_where_it_is_only_warned_of(tiny_recipe, tmp_path, registry, monkeypatch):
    monkeypatch.setattr(
        "synthgen.training.health.Health._look", judge_by(dict.fromkeys(range(8, 25, 4), 0.05))
    )
    made = run(tiny_recipe, tmp_path / "out", registry, *health("warn"))
    record = info(made.path)
    assert record["status"] == "finished"
    assert [(entry["kind"], entry["given_up"]) for entry in record["health"]] == [("collapse", False)]
    events = [line for line in read_metrics(made.metrics) if "event" in line]
    assert [(line["event"], line["verdict"]["kind"]) for line in events] == [("health", "collapse")]
    plot_losses(read_metrics(made.metrics), tmp_path / "losses.png")  # which passes over what is no log line
    assert (tmp_path / "losses.png").stat().st_size


def test_nobody_watches_where_the_recipe_asks_for_none(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "out", registry, *SMALL, "health=none")
    assert "health" not in info(made.path)


def test_weights_that_are_not_finite_are_never_a_checkpoint(tiny_recipe, tmp_path, registry, accident):
    accident(14, 9)
    with pytest.raises(UnhealthyError):
        run(tiny_recipe, tmp_path / "out", registry, *health("warn"), "train.log_every=20")
    assert [path.name for path in list_checkpoints(tmp_path / "out" / "checkpoints")] == ["step-0000008.pt"]
