"""From the Ising recipe to samples at temperatures that were asked for."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import synthgen
from synthgen import UsageError, pipeline
from synthgen.cli import main
from synthgen.recipe import load_recipe

RECIPE = Path(__file__).parent.parent / "recipes" / "ising_cgan.yaml"
TINY = [
    "train.steps=3",
    "train.batch_size=8",
    "data.count=40",
    "data.size=8",
    "export.count=20",
    "report=none",
]


def run(out, registry, *changes):
    return pipeline.run(load_recipe(RECIPE, [*TINY, *changes], registry), out, registry=registry)


@pytest.fixture(scope="module")
def made(tmp_path_factory, registry):
    """A run of the recipe, far too short."""
    return run(tmp_path_factory.mktemp("ising") / "run", registry)


def test_every_image_is_exported_with_its_temperature(made):
    with (made.dataset / "metadata.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    temperatures = np.array([float(row["temperature"]) for row in rows])
    assert len(rows) == 20
    assert ((temperatures >= 1.5) & (temperatures <= 3.5)).all()
    assert not ((temperatures > 2.1) & (temperatures < 2.5)).any()
    assert all((made.dataset / row["file_name"]).is_file() for row in rows)
    assert json.loads((made.dataset / "manifest.json").read_text())["given"] == ["temperature"]


def test_samples_are_made_at_a_temperature_that_was_left_out(made, registry):
    model = synthgen.load(made.path, registry)
    x, y = model.sample(6, where={"temperature": 2.3}, seed=1)
    assert x.shape == (6, 8, 8)
    assert y.tolist() == [0] * 6
    hot, _ = model.sample(6, where={"temperature": 3.5}, seed=1)
    assert not np.array_equal(x, hot)
    with pytest.raises(UsageError, match=r"temperature must be a number between 1\.5 and 3\.5, .* not 9"):
        model.sample(6, where={"temperature": 9})


def test_the_command_line_takes_a_temperature(made, tmp_path):
    ask = [
        "sample",
        str(made.path),
        "-n",
        "9",
        "--no-plugins",
        "--format",
        "npz",
        "--out",
        str(tmp_path / "out"),
    ]
    result = CliRunner().invoke(main, [*ask, "--where", "temperature=2.35"])
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "out" / "dataset.npz") as arrays:
        assert arrays["temperature"].tolist() == [2.35] * 9
    ask[-1] = str(tmp_path / "other")
    result = CliRunner().invoke(main, [*ask, "--where", "temperature=0.5"])
    assert result.exit_code == 2
    assert "between 1.5 and 3.5" in result.output
    assert not (tmp_path / "other").exists()


def test_the_grids_rows_go_from_cold_to_hot(made):
    with Image.open(sorted(made.samples.glob("*.png"))[-1]) as grid:
        cell = 8 * 7 + 2
        assert grid.height == 10 * cell + 2
        assert grid.width > 10 * cell


def test_what_a_run_made_can_be_learnt_from_in_turn(made, tmp_path, registry):
    model = synthgen.load(made.path, registry)
    batch = next(model.stream(model.plan(30), seed=2))
    np.savez(tmp_path / "again.npz", x=batch.x, **batch.given)
    data = {"name": "npz", "path": (tmp_path / "again.npz").as_posix(), "given": ["temperature"]}
    changes = [change for change in TINY if not change.startswith("data.")]
    recipe = load_recipe(RECIPE, [*changes, f"data={json.dumps(data)}"], registry)
    again = synthgen.load(pipeline.run(recipe, tmp_path / "run", registry=registry).path, registry)
    assert again.given == ("temperature",)
    assert again.sample(2, where={"temperature": 2.3})[0].shape == (2, 8, 8)


def test_originals_stand_in_front_with_their_own_temperatures(made, tmp_path):
    ask = ["export", str(made.path), "--format", "npz", "--include-real", "-n", "5", "--no-plugins"]
    result = CliRunner().invoke(main, [*ask, "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "out" / "dataset.npz") as arrays:
        assert arrays["real"].tolist() == [True] * 40 + [False] * 5
        assert np.unique(arrays["x"][:40]).tolist() == [0, 255]
        assert {1.5, 3.5} <= set(arrays["temperature"][:40].tolist())
