"""The snapshot that was chosen becomes the run's model, and what judges snapshots is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from safetensors.torch import load_file
from selecting_support import SMALL, chosen, snapshots, with_selection
from tests_support import run, tree
from toy_metric import Counts, only_metrics

import synthgen
from synthgen import run_model
from synthgen.errors import DataError
from synthgen.judging_runs import evaluate_run
from synthgen.real_data import load_parts, parts_of_run
from synthgen.recipe import load_recipe
from synthgen.run_directory import read_metrics
from synthgen.snapshots import list_snapshots


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


def test_the_page_and_evaluate_tell_why_it_was_chosen_as_the_record_does(tiny_recipe, tmp_path, scored):
    scored({4: 0.1, 8: 0.5}, passes=lambda step: step >= 8)
    toys = only_metrics(counts=Counts)
    made = run(tiny_recipe, tmp_path / "out", toys, *with_selection(), "report=quick")
    why = chosen(made)["why"]
    assert why == "the best of 5 scores, 2 of which are below the floor; oracle 0.5"
    again = evaluate_run(made.path, registry=toys).write(tmp_path / "again")
    for page in (made.report_html, again.html):
        told = f"Chosen was the snapshot of step 8, with a score of 0.5: {why}."
        assert told in page.read_text("utf-8")


def test_the_dataset_is_of_the_model_that_was_chosen(tiny_recipe, tmp_path, registry, scored):
    scored({4: 0.1})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection())
    x, _ = synthgen.load(made.path, registry).sample(30, seed=1)
    (file,) = made.dataset.glob("*.npz")
    with np.load(file) as data:
        assert np.array_equal(data["x"], x)


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
