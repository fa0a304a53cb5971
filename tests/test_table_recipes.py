"""The shipped recipes on tables find their data and make rows like it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from synthgen import DataNotFoundError, pipeline
from synthgen.plugins import Registry
from synthgen.real_data import load_data
from synthgen.recipe import load_recipe

ADULT = """age,workclass,fnlwgt,income
39, State-gov,77516, <=50K
50, ?,83311, >50K
38, Private,215646, <=50K
"""


def test_breast_cancer_makes_as_many_rows_as_it_has(registry: Registry):
    recipe = load_recipe("breast_cancer", registry=registry)
    data = load_data(recipe)
    assert data.target == "target"
    assert recipe.export is not None
    assert recipe.export.settings.count == len(data) == 569


@pytest.mark.slow
def test_breast_cancer_makes_a_csv_file_of_its_columns(tmp_path: Path, registry: Registry):
    short = [
        "train.steps=2",
        "train.batch_size=16",
        "train.sample_every=null",
        "export.count=12",
        "report=none",
    ]
    run = pipeline.run(load_recipe("breast_cancer", short, registry), tmp_path / "run", registry=registry)
    (file,) = run.dataset.glob("*.csv")
    made = pd.read_csv(file)
    assert len(made) == 12
    assert {"mean radius", "worst fractal dimension"} <= set(made.columns)


def test_adult_is_found_in_the_folder_of_data_and_labelled_by_income(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    with pytest.raises(DataNotFoundError, match=r"adult\.csv was not found"):
        load_data(load_recipe("adult_table", registry=registry))
    (tmp_path / "adult.csv").write_text(ADULT)
    monkeypatch.setenv("SYNTHGEN_DATA", str(tmp_path))
    data = load_data(load_recipe("adult_table", registry=registry))
    assert [label.name for label in data.classes] == ["<=50K", ">50K"]
    assert data.x["workclass"].tolist() == ["State-gov", "?", "Private"]
    by_path = load_recipe("adult_table", [f"data.path={(tmp_path / 'adult.csv').as_posix()}"], registry)
    assert load_data(by_path).x.equals(data.x)
