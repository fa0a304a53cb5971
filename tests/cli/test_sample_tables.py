"""`synthgen sample` and `synthgen export` on a model of a table: default format, and rows as asked for."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from synthgen import ClassLabel, Dataset, pipeline
from synthgen.cli import main
from synthgen.errors import UnsupportedError, UsageError
from synthgen.recipe import parse_recipe

RECIPE = """\
name: people
data: sine
codec: {name: table, conditions: [age], levels: 5}
latent: {dim: 4}
generator: {name: residual_mlp, width: 8, blocks: 1}
discriminator: {name: residual_mlp, width: 8, blocks: 1}
train: {steps: 2, batch_size: 8, sample_every: 1, device: cpu, precision: fp32}
report: none
"""


def synthgen(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def people() -> Dataset:
    """`income` is the label; its classes have names that a shell would cut at an equals sign."""
    income = np.array(["<=50K", ">50K"] * 30)
    frame = pd.DataFrame({"age": 20 + np.arange(60) % 37, "hours": np.linspace(5, 60, 60), "income": income})
    classes = (ClassLabel(0, "<=50K"), ClassLabel(1, ">50K"))
    return Dataset(
        "people", frame, (income == ">50K").astype(np.int64), classes, kind="table", target="income"
    )


def run(out, registry, export):
    recipe = parse_recipe(f"{RECIPE}export: {export}\n", registry=registry)
    return pipeline.run(recipe, out, registry=registry, dataset=people()).path


@pytest.fixture(scope="module")
def finished(tmp_path_factory, registry):
    """A run whose export section names no format."""
    folder = tmp_path_factory.mktemp("tables") / "run"
    return run(folder, registry, '{count: 20, where: {income: ">50K", age: 40}}')


def rows(folder):
    return pd.read_csv(folder / "dataset.csv")


def sample(finished, out, *arguments):
    result = synthgen("sample", finished, "--out", out, "-n", 30, *arguments)
    assert result.exit_code == 0, result.stderr
    return rows(out)


def test_the_run_s_own_dataset_is_csv_and_as_its_section_asks(finished):
    made = rows(finished / "dataset")
    assert len(made) == 20
    assert set(made["income"]) == {">50K"}
    assert set(made["age"]) == {40}
    head = json.loads((finished / "dataset" / "manifest.json").read_text("utf-8"))
    assert head["plan"] == {"n": 20, "classes": [1], "where": {"age": 40}}


def test_pictures_of_the_training_are_drawn(finished):
    assert [path.name for path in sorted((finished / "samples").iterdir())] == [
        "step-0000001.png",
        "step-0000002.png",
    ]


def test_values_are_split_at_the_first_equals_sign(finished, tmp_path):
    made = sample(finished, tmp_path / "out", "--where", "income=<=50K", "--where", "age=25")
    assert set(made["income"]) == {"<=50K"}
    assert set(made["age"]) == {25}


def test_classes_and_numbers_of_each_go_on_working(finished, tmp_path):
    assert set(sample(finished, tmp_path / "a", "--classes", ">50K")["income"]) == {">50K"}
    result = synthgen("sample", finished, "--out", tmp_path / "b", "--per-class", 4, "--where", "age=25")
    assert result.exit_code == 0, result.stderr
    assert rows(tmp_path / "b")["income"].value_counts().tolist() == [4, 4]


def test_another_format_has_the_same_rows(finished, tmp_path):
    made = sample(finished, tmp_path / "csv")
    result = synthgen("sample", finished, "--out", tmp_path / "out", "-n", 30, "--format", "parquet")
    assert result.exit_code == 0, result.stderr
    assert pd.read_parquet(tmp_path / "out" / "dataset.parquet")["hours"].tolist() == made["hours"].tolist()


def test_an_export_keeps_what_the_section_asks_unless_it_is_asked_otherwise(finished, tmp_path):
    again = synthgen("export", finished, "--out", tmp_path / "again")
    assert again.exit_code == 0, again.stderr
    same = (tmp_path / "again" / "dataset.csv").read_bytes()
    assert same == (finished / "dataset" / "dataset.csv").read_bytes()
    other = synthgen("export", finished, "--out", tmp_path / "other", "--where", "age=30", "-n", 15)
    assert other.exit_code == 0, other.stderr
    assert set(rows(tmp_path / "other")["age"]) == {30}


def test_the_folder_of_an_export_is_named_by_the_model_s_own_format(finished):
    result = synthgen("export", finished, "-n", 3)
    assert result.stdout == f"{finished / 'dataset-csv'}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--where", "income"], "--where income: must be NAME=VALUE"),
        (["--where", "=5"], "--where =5: must be NAME=VALUE"),
        (["--where", "age=5", "--where", "age=6"], "age is given twice"),
        (["--where", "hours=5"], "'hours' is no condition of this model; its conditions are income, age"),
        (["--where", "age=old"], "where: age must be a number from 20 to 56"),
        (["--where", "income=>60K"], "there is no class '>60K'"),
        (["--where", "income=>50K", "--classes", ">50K"], "give one of the two"),
        (["--format", "npz"], "exporters 'csv' and 'parquet' write tables"),
    ],
)
def test_what_cannot_be_is_one_message_and_no_folder(finished, tmp_path, arguments, message):
    result = synthgen("sample", finished, "-n", 5, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("export", "error", "message"),
    [
        ("{format: image_folder}", UnsupportedError, "exporters 'csv' and 'parquet' write tables"),
        ("{where: {hours: 5}}", UsageError, "'hours' is no condition"),
        ("{where: {age: 500}}", UsageError, "age must be a number from 20 to 56"),
        ("{where: {income: '>60K'}}", UsageError, "there is no class '>60K'"),
        ("{where: {income: '>50K'}, classes: ['>50K']}", UsageError, "give one of the two"),
    ],
)
def test_what_cannot_be_exported_is_told_before_the_training(tmp_path, registry, export, error, message):
    with pytest.raises(error, match=message):
        run(tmp_path / "run", registry, export)
    assert not (tmp_path / "run").exists()


def test_originals_of_a_run_are_those_that_have_the_values(tmp_path, registry):
    folder = run(
        tmp_path / "run", registry, "{count: 5, include_real: true, where: {income: '>50K', age: 31}}"
    )
    made = rows(folder / "dataset")
    real = people().x.query("income == '>50K' and age == 31")
    assert len(real) == 1
    assert made["real"].tolist() == [True] * len(real) + [False] * 5
    assert set(made["age"]) == {31}
    assert made["hours"][0] == pytest.approx(real["hours"].iloc[0])
