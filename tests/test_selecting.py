"""The best snapshot of a training is found, kept and made the model, and nothing else changes."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file
from tests_support import StopAt, run, tree

import synthgen
from synthgen import pipeline, run_model
from synthgen.errors import DataError, Interrupted, UnhealthyError
from synthgen.evaluation.scoring import Score
from synthgen.real_data import load_parts, parts_of_run
from synthgen.recipe import load_recipe
from synthgen.run_directory import Run, read_metrics
from synthgen.snapshots import list_snapshots
from synthgen.training.health import Health
from synthgen.training.health_samples import Look
from synthgen.training.listener import Listener

SMALL = (
    "generator={name: mlp, width: 16, depth: 1}",
    "discriminator={name: mlp, width: 16, depth: 1}",
    "penalties=[]",
)
EACH_TWO = "selection={{samples: 60, every: 2, after: 0.25{more}}}"


def with_selection(more: str = "") -> tuple[str, ...]:
    return (*SMALL, EACH_TWO.format(more=more))


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    """They take longer than the trainings here."""
    monkeypatch.setattr(pipeline, "plot_losses", lambda *args: None)
    monkeypatch.setattr("synthgen.listeners.SampleGrids.on_step", lambda *args: None)


@pytest.fixture
def scored(monkeypatch):
    """Give the next runs these scores by step; those of other steps are 1."""

    def score(values: dict[int, float | Exception], passes=lambda step: True, error=0.0) -> None:
        class Judge:
            about = "an oracle"
            part = "held_out"

            def __init__(self, setup, settings):
                pass

            def __call__(self, synthesizer):
                step = synthesizer.source["steps"]
                value = values.get(step, 1.0)
                if isinstance(value, Exception):
                    raise value
                return Score(value, f"oracle {value:g}", passes(step), {"kid": value}, error)

        monkeypatch.setattr(run_model, "SetupJudge", Judge)

    return score


def chosen(made: Run) -> dict:
    return json.loads(made.info.read_text())["selection"]


def snapshots(made: Run) -> list[str]:
    return sorted(path.name for path in made.snapshots.glob("*")) if made.snapshots.is_dir() else []


def test_the_model_is_the_snapshot_with_the_best_score(tiny_recipe, tmp_path, registry, scored, caplog):
    caplog.set_level("INFO")
    scored({6: 0.5, 8: 0.2, 10: 0.4})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    record = chosen(made)
    assert (record["step"], record["score"], record["by"]) == (8, 0.2, "an oracle")
    assert record["why"] == "the best of 5 scores; oracle 0.2"
    assert [(one["step"], one["score"]) for one in record["scores"]] == [
        (4, 1.0),
        (6, 0.5),
        (8, 0.2),
        (10, 0.4),
        (12, 1.0),
    ]
    assert snapshots(made) == ["step-0000008"]
    assert tree(made.model) == tree(made.snapshots / "step-0000008")
    model = synthgen.load(made.path, registry)
    assert model.source["steps"] == 8
    assert json.loads(made.info.read_text())["model_hash"] == model.model_hash
    assert "step 8: score 0.2 (oracle 0.2), the best so far" in caplog.text
    assert "the model is the snapshot of step 8" in caplog.text
    events = [line for line in read_metrics(made.metrics) if line.get("event") == "score"]
    assert [(line["step"], line["score"], line["best"]) for line in events][1:3] == [
        (6, 0.5, True),
        (8, 0.2, True),
    ]
    assert [(one.step, one.final) for one in list_snapshots(made.path)] == [(8, False), (8, True)]


def test_the_dataset_is_of_the_model_that_was_chosen(tiny_recipe, tmp_path, registry, scored):
    scored({4: 0.1})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    x, _ = synthgen.load(made.path, registry).sample(30, seed=1)
    (file,) = made.dataset.glob("*.npz")
    with np.load(file) as data:
        assert np.array_equal(data["x"], x)


def test_the_best_few_are_kept_and_what_snapshot_every_keeps_is_left_alone(
    tiny_recipe, tmp_path, registry, scored
):
    scored({4: 0.3, 8: 0.2, 10: 0.1})
    made = run(
        tiny_recipe, tmp_path / "out", registry, *with_selection(", keep: 2"), "train.snapshot_every=6"
    )
    assert chosen(made)["kept"] == [10, 8]
    assert snapshots(made) == [f"step-{step:07}" for step in (6, 8, 10, 12)]


def test_one_below_the_floor_is_taken_only_if_all_are(tiny_recipe, tmp_path, registry, scored):
    scored({4: 0.1, 8: 0.5}, passes=lambda step: step >= 8)
    made = run(tiny_recipe, tmp_path / "floor", registry, *with_selection())
    assert chosen(made)["step"] == 8
    scored({4: 0.1, 8: 0.5}, passes=lambda step: False)
    made = run(tiny_recipe, tmp_path / "none", registry, *with_selection())
    assert chosen(made)["step"] == 4
    assert chosen(made)["why"].endswith("none reaches the floor")


def test_patience_ends_the_training_and_the_run_is_finished(tiny_recipe, tmp_path, registry, scored):
    scored({4: 0.1})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection(", patience: 2"))
    info = json.loads(made.info.read_text())
    assert (info["status"], info["steps"], info["selection"]["step"]) == ("finished", 8, 4)
    assert info["selection"]["why"].endswith("; training ended after 2 scores without a better one")
    assert made.dataset.is_dir()


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


def test_a_finished_run_that_has_not_recorded_what_chose_it_was_chosen_by_all(
    tiny_recipe, tmp_path, registry, scored, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        "synthgen.real_data.load_parts",
        lambda recipe, share_out: seen.append(share_out) or load_parts(recipe),
    )
    scored({})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    model, recipe = synthgen.load(made.path, registry), load_recipe(made.recipe, registry=registry)
    parts_of_run(made, model, recipe)
    info = made.read_info()
    assert info["selection"].pop("part") == "held_out"
    made.write_info(info)
    parts_of_run(made, model, recipe)
    assert seen == [True, False]


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


@pytest.fixture
def looks(monkeypatch):
    """Samples that vary as much as real ones, but for those of these steps."""

    def spread(*collapsed: int) -> None:
        look = Health._look
        monkeypatch.setattr(
            Health,
            "_look",
            lambda self, trainer, seen: look(
                self, trainer, Look(True, 0.01 if trainer.step in collapsed else 1.0)
            ),
        )

    return spread


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
    with pytest.raises(UnhealthyError, match="generator of step 5, the last found healthy, is kept"):
        run(tiny_recipe, tmp_path / "out", registry, *SMALL, *overrides)
    assert synthgen.load(tmp_path / "out", registry, snapshot=5).source["steps"] == 5


def test_a_table_s_snapshots_are_calibrated_as_the_model_without_a_selection_is(
    tiny_recipe, tmp_path, registry, scored, monkeypatch
):
    monkeypatch.setattr("synthgen.calibrating.ROWS", 60)
    monkeypatch.setattr("synthgen.calibrating.ROUNDS", 2)
    rng = np.random.default_rng(0)
    table = {"a": rng.normal(size=60), "b": rng.choice(["x", "y", "z"], 60, p=[0.7, 0.2, 0.1])}
    pd.DataFrame(table).to_csv(tmp_path / "rows.csv", index=False)
    overrides = (
        *SMALL,
        f"data={{name: csv, path: '{(tmp_path / 'rows.csv').as_posix()}'}}",
        "report.hold_out=0",
        "train.steps=4",
        "export=null",
    )
    plain = run(tiny_recipe, tmp_path / "plain", registry, *overrides)
    scored({2: 0.2, 4: 0.1})
    more = ("selection={samples: 60, every: 1, keep: 2}", "train.snapshot_every=3")
    made = run(tiny_recipe, tmp_path / "out", registry, *overrides, *more)
    assert chosen(made)["kept"] == [4, 2]
    assert tree(made.model) == tree(plain.model) == tree(made.snapshots / "step-0000004")
    calibrated = [load_file(path / "generator.safetensors") for path in made.snapshots.iterdir()]
    assert len(calibrated) == 3
    for weights in calibrated:
        assert any(value.any() for name, value in weights.items() if name.endswith("offsets"))


def test_choosing_changes_nothing_of_the_training(tiny_recipe, tmp_path, registry):
    overrides = ("data.labelled=false", "report.hold_out=0")
    made = run(tiny_recipe, tmp_path / "with", registry, *with_selection(", keep: 9"), *overrides)
    plain = run(tiny_recipe, tmp_path / "plain", registry, *SMALL, *overrides)
    weights = load_file(plain.model / "generator.safetensors")
    last = load_file(made.snapshots / "step-0000012" / "generator.safetensors")
    assert all((weights[name] == last[name]).all() for name in weights)


def test_real_scores_of_images_with_and_without_classes(tiny_recipe, tmp_path, registry, monkeypatch):
    monkeypatch.setattr("synthgen.evaluation.features.STEPS", 10)
    monkeypatch.setattr(run_model, "judge_cache", lambda: None)
    for name, labelled in (("with", "true"), ("without", "false")):
        made = run(
            tiny_recipe,
            tmp_path / name,
            registry,
            *SMALL,
            f"data.labelled={labelled}",
            "selection={samples: 60}",
        )
        record = chosen(made)
        assert record["step"] in [one["step"] for one in record["scores"]]
        assert record["scores"][-1]["step"] == 12
        assert record["by"].startswith("KID")
        best = min(record["scores"], key=lambda one: one["score"])
        assert best["score"] <= record["score"] <= best["score"] + best["error"]


@pytest.mark.parametrize(("steps", "expected"), [(1, [1]), (3, [2, 3]), (12, [6, 7, 8, 9, 10, 11, 12])])
def test_the_last_step_is_always_scored_and_half_the_training_goes_by_before(
    steps, expected, tiny_recipe, tmp_path, registry, scored
):
    scored({})
    made = run(tiny_recipe, tmp_path / "out", registry, *SMALL, f"train.steps={steps}", "selection={}")
    assert [one["step"] for one in chosen(made)["scores"]] == expected
    assert chosen(made)["step"] == expected[-1]  # of equal scores the latest


def test_of_scores_that_cannot_be_told_from_the_best_the_latest_is_chosen(
    tiny_recipe, tmp_path, registry, scored
):
    scored({4: 0.2, 6: 0.5, 8: 0.25, 10: 0.35}, error=0.1)
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    record = chosen(made)
    assert (record["step"], record["score"]) == (8, 0.25)
    assert "cannot be told from the best, 0.2 at step 4, standard error 0.1" in record["why"]
    assert snapshots(made) == ["step-0000008"]


def test_a_training_that_time_ends_is_scored_too(tiny_recipe, tmp_path, registry, scored):
    scored({})
    made = run(
        tiny_recipe,
        tmp_path / "out",
        registry,
        *SMALL,
        "train.steps=null",
        "train.time_limit=0.2s",
        "selection={}",
    )
    info = json.loads(made.info.read_text())
    assert info["selection"]["scores"][-1]["step"] == info["steps"]
    assert info["selection"]["step"] == info["steps"]


def test_a_snapshot_that_cannot_be_scored_is_passed_over(tiny_recipe, tmp_path, registry, scored, caplog):
    scored({4: 0.5, 8: DataError("not finite"), 10: float("nan")})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    assert [one["step"] for one in chosen(made)["scores"]] == [4, 6, 12]
    assert chosen(made)["step"] == 4
    assert "step 8 has no score: not finite" in caplog.text
    assert "step 10 has no score: its score is nan" in caplog.text


def test_where_nothing_can_be_scored_the_model_is_the_last(
    tiny_recipe, tmp_path, registry, monkeypatch, caplog
):
    def broken(setup, settings):
        raise DataError("too few samples")

    monkeypatch.setattr(run_model, "SetupJudge", broken)
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    plain = run(tiny_recipe, tmp_path / "plain", registry, *SMALL, "report.hold_out=0")
    assert chosen(made)["step"] is None
    assert chosen(made)["why"] == "the last step's; no snapshot could be scored: too few samples"
    assert caplog.text.count("no snapshot can be scored, so that the model will be the last: too few") == 1
    assert synthgen.load(made.path, registry).source["steps"] == 12
    assert sorted(tree(made.model)) == sorted(tree(plain.model))
