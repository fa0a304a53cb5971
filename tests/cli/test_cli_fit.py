"""`synthgen fit`: from a file to a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_cli import refused, synthgen

SMALL = [
    *("--set", "generator.width=8", "--set", "discriminator.width=8"),
    *("--set", "train.batch_size=8", "--set", "report=none", "--device", "cpu", "--no-plugins"),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, 80),
            "town": random.choice(["Ulm", "Bonn"], 80),
            "income": random.choice(["<=50K", ">50K"], 80),
        }
    )
    frame.to_csv(tmp_path / "people 1.csv", index=False)
    return tmp_path / "people 1.csv"


def test_a_table_becomes_a_run_that_rows_are_made_from(table, tmp_path):
    out = tmp_path / "run"
    fitted = synthgen(
        "fit", table, "--target", "income", "--conditions", "age,town", "--steps", 3, "--out", out, *SMALL
    )
    assert fitted.exit_code == 0, fitted.stderr
    assert fitted.stdout == f"{out}\n"
    assert json.loads((out / "run.json").read_text())["steps"] == 3
    assert not (out / "dataset").exists()
    wanted = ["--where", "income=>50K", "--where", "age=40", "--where", "town=Ulm"]
    made = synthgen(
        "sample", out, "-n", 20, *wanted, "--format", "csv", "--out", tmp_path / "rows", "--no-plugins"
    )
    assert made.exit_code == 0, made.stderr
    rows = pd.read_csv(tmp_path / "rows" / "dataset.csv")
    assert rows.columns.tolist() == ["age", "town", "income"]
    assert rows.drop_duplicates().to_numpy().tolist() == [[40, "Ulm", ">50K"]]
    assert len(rows) == 20


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_originals_are_exported_without_the_ids_that_samples_lack(table, tmp_path, format_):
    people = pd.read_csv(table)
    people.insert(0, "id", 1000 + np.arange(80))
    people.to_csv(table, index=False)
    fitted = synthgen("fit", table, "--target", "income", "--steps", 2, "--out", tmp_path / "run", *SMALL)
    assert fitted.exit_code == 0, fitted.stderr
    assert [path.name for path in (tmp_path / "run" / "samples").iterdir()] == ["step-0000002.png"]
    made = synthgen(
        *("export", tmp_path / "run", "-n", 20, "--include-real", "--format", format_),
        *("--out", tmp_path / "rows", "--no-plugins"),
    )
    assert made.exit_code == 0, made.stderr
    rows = getattr(pd, f"read_{format_}")(tmp_path / "rows" / f"dataset.{format_}")
    assert rows.columns.tolist() == ["age", "town", "income", "real"]
    assert rows[:80].drop(columns="real").to_numpy().tolist() == people.drop(columns="id").to_numpy().tolist()
    assert rows["real"].tolist() == [True] * 80 + [False] * 20


def test_the_recipe_in_the_run_can_be_run_again_to_the_same_model(table, tmp_path):
    first = synthgen("fit", table, "--steps", 2, "--seed", 5, "--out", tmp_path / "a", *SMALL)
    assert first.exit_code == 0, first.stderr
    again = synthgen("run", tmp_path / "a" / "recipe.yaml", "--out", tmp_path / "b", "--no-plugins")
    assert again.exit_code == 0, again.stderr
    hashes = [json.loads((tmp_path / run / "run.json").read_text())["model_hash"] for run in "ab"]
    assert hashes[0] == hashes[1]


def test_parquet_is_known_by_its_name(table, tmp_path):
    pytest.importorskip("pyarrow")
    pd.read_csv(table).to_parquet(tmp_path / "people.parquet")
    done = synthgen("fit", tmp_path / "people.parquet", "--target", "income", "--dry-run", "--no-plugins")
    assert "name: parquet" in done.stdout
    assert done.stdout.startswith("name: people\n")


def test_dry_run_prints_a_recipe_that_suits_the_table_and_writes_nothing(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = synthgen("fit", table, "--target", "income", "--dry-run", "--no-plugins")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("name: people_1\n")
    assert "batch_size: 80" in done.stdout
    assert "export: null" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == [table.name]


def test_a_time_stands_in_for_the_steps(table):
    done = synthgen("fit", table, "--time", "90s", "--dry-run", "--no-plugins")
    assert "steps: null" in done.stdout
    assert "time_limit: 90.0" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["fit", "{gone}"], 2, r"gone\.csv"),
        (["fit", "{table}", "--target", "incme"], 1, r"incme.*Did you mean income"),
        (["fit", "{table}", "--conditions", "q"], 1, "no column 'q'"),
        (["fit", "{table}", "--steps", "2", "--time", "5m"], 2, "give --steps or --time, not both"),
        (
            ["fit", "{table}", "--set", "generator.widht=3"],
            2,
            r"override 'generator\.widht=3'.*Did you mean width",
        ),
        (["fit", "{table}", "--time", "soon"], 2, r"train\.time_limit: must be a time"),
        (["fit", "{table}", "--out", "{folder}"], 2, "exists"),
    ],
)
def test_what_cannot_be_is_one_message(arguments, exit_code, message, table, tmp_path):
    places = {"{table}": table, "{gone}": tmp_path / "gone.csv", "{folder}": tmp_path}
    refused(synthgen(*(places.get(a, a) for a in arguments), "--no-plugins"), exit_code, message)


def test_a_broken_line_is_told(table):
    with table.open("a") as file:
        file.write("40,Ulm,>50K,more,fields\n")
    refused(synthgen("fit", table, "--no-plugins"), 1, r"people 1\.csv:82:")
