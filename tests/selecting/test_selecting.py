"""Snapshots are scored when they should be, the best few are kept, and nothing else changes."""

from __future__ import annotations

import json

import pytest
from safetensors.torch import load_file
from selecting_support import SMALL, chosen, snapshots, with_selection
from tests_support import run

from synthgen.errors import DataError


def test_the_best_few_are_kept_and_what_snapshot_every_keeps_is_left_alone(
    tiny_recipe, tmp_path, registry, scored
):
    scored({4: 0.3, 8: 0.2, 10: 0.1})
    made = run(
        tiny_recipe, tmp_path / "out", registry, *with_selection(", keep: 2"), "train.snapshot_every=6"
    )
    assert chosen(made)["kept"] == [10, 8]
    assert snapshots(made) == [f"step-{step:07}" for step in (6, 8, 10, 12)]


def test_patience_ends_the_training_and_the_run_is_finished(tiny_recipe, tmp_path, registry, scored):
    scored({4: 0.1})
    made = run(tiny_recipe, tmp_path / "out", registry, *with_selection(", patience: 2"))
    info = json.loads(made.info.read_text())
    assert (info["status"], info["steps"], info["selection"]["step"]) == ("finished", 8, 4)
    assert info["selection"]["why"].endswith("; training ended after 2 scores without a better one")
    assert made.dataset.is_dir()


def test_choosing_changes_nothing_of_the_training(tiny_recipe, tmp_path, registry):
    overrides = ("data.labelled=false", "report.hold_out=0")
    made = run(tiny_recipe, tmp_path / "with", registry, *with_selection(", keep: 9"), *overrides)
    plain = run(tiny_recipe, tmp_path / "plain", registry, *SMALL, *overrides)
    weights = load_file(plain.model / "generator.safetensors")
    last = load_file(made.snapshots / "step-0000012" / "generator.safetensors")
    assert all((weights[name] == last[name]).all() for name in weights)


@pytest.mark.parametrize(("steps", "expected"), [(1, [1]), (3, [2, 3]), (12, [6, 7, 8, 9, 10, 11, 12])])
def test_the_last_step_is_always_scored_and_half_the_training_goes_by_before(
    steps, expected, tiny_recipe, tmp_path, registry, scored
):
    scored({})
    made = run(tiny_recipe, tmp_path / "out", registry, *SMALL, f"train.steps={steps}", "selection={}")
    assert [one["step"] for one in chosen(made)["scores"]] == expected
    assert chosen(made)["step"] == expected[-1]  # of equal scores the latest


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
