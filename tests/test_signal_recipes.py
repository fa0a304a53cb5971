"""From the recipes of waves and of the sine curve to a dataset and a model that samples."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import synthgen
from synthgen import pipeline
from synthgen.recipe import load_recipe

RECIPES = Path(__file__).parent.parent / "recipes"


def run(name, out, registry, *changes):
    recipe = load_recipe(
        RECIPES / f"{name}.yaml", ["train.steps=3", "export.count=30", "report=none", *changes], registry
    )
    return pipeline.run(recipe, out, registry=registry)


@pytest.fixture(scope="module")
def waves(tmp_path_factory, registry):
    """A run of the recipe for waves, far too short."""
    return run("waves", tmp_path_factory.mktemp("waves") / "run", registry, "data.count=90")


def test_waves_come_out_as_they_went_in(waves, registry):
    with np.load(waves.dataset / "dataset.npz") as arrays:
        assert (arrays["x"].dtype, arrays["x"].shape) == (np.float32, (30, 128))
        assert arrays["classes"].tolist() == ["sine", "square", "chirp"]
    x, y = synthgen.load(waves.path, registry).sample(5, classes=["chirp"], seed=1)
    assert x.shape == (5, 128)
    assert np.abs(x).max() < 3
    assert y.tolist() == [2] * 5


def test_what_a_run_of_waves_made_can_be_learnt_from_in_turn(waves, tmp_path, registry):
    path = (waves.dataset / "dataset.npz").as_posix()
    again = run("waves", tmp_path / "run", registry, f"data={{name: npz, path: '{path}'}}")
    with np.load(again.dataset / "dataset.npz") as arrays:
        assert arrays["x"].shape == (30, 128)
        assert arrays["classes"].tolist() == ["sine", "square", "chirp"]


def test_points_of_the_sine_recipe_come_as_a_csv_of_two_columns(tmp_path, registry):
    made = run("sine", tmp_path / "run", registry, "data.count=300")
    with (made.dataset / "dataset.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["x", "sin(x)"]
    assert len(rows) == 30
    assert all(abs(float(y)) <= 1 for _, y in rows)


@pytest.mark.slow
def test_points_of_the_sine_recipe_lie_on_the_curve(tmp_path, registry):
    recipe = load_recipe(RECIPES / "sine.yaml", ["export=null", "train.threads=1", "report=none"], registry)
    made = pipeline.run(recipe, tmp_path / "run", registry=registry)
    x, y = synthgen.load(made.path, registry).sample(20_000, seed=1)[0].to_numpy().T
    assert (np.abs(y - np.sin(x)) <= 0.1).mean() > 0.95  # 0.996, 0.998 and 0.995 for seeds 0 to 2
    assert abs(x.mean() - 3) < 0.3
    assert abs(x.std() - 3.83) < 0.3  # of 12.8 evenly spread, beside that of the centres, 1
