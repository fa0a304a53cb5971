"""`save` and `load`: the same format as a run's model."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from estimator_support import mixed_table, tiny
from tests_support import run

import synthgen
from synthgen import SynthGAN
from synthgen.errors import UsageError
from synthgen.recipe import recipe_from_dict


def test_a_loaded_estimator_goes_on_as_the_saved_one(tmp_path):
    frame = mixed_table()
    model = tiny(conditions=["town"]).fit(frame, pd.Series(frame["age"] > 40, name="old"))
    model.save(tmp_path / "model")
    loaded = SynthGAN.load(tmp_path / "model")
    for one, other in zip(model.sample_labelled(50, y=True), loaded.sample_labelled(50, y=True), strict=True):
        assert one.equals(other)
        assert type(one) is type(other)
    assert loaded.get_params() == model.get_params()
    assert loaded.n_features_in_ == 8
    assert loaded.feature_names_in_.tolist() == frame.columns.tolist()
    assert loaded.classes_.tolist() == [False, True]
    assert loaded.n_iter_ == 2
    assert set(loaded.sample(5, where={"town": "Kiel"})["town"]) == {"Kiel"}


def test_the_folder_is_a_models_and_the_synthesizer_reads_it(tmp_path):
    model = tiny().fit(np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2)
    model.save(tmp_path / "model")
    assert {path.name for path in (tmp_path / "model").iterdir()} <= {
        "model.json",
        "generator.safetensors",
        "codec.safetensors",
    }
    assert synthgen.load(tmp_path / "model").model_hash == model.synthesizer_.model_hash
    assert "estimator" in json.loads((tmp_path / "model" / "model.json").read_text())["source"]


def test_nothing_is_overwritten(tmp_path):
    model = tiny().fit(np.eye(10))
    model.save(tmp_path / "model")
    with pytest.raises(UsageError, match="exists"):
        model.save(tmp_path / "model")


def test_parameters_that_json_cannot_hold_are_left_out(tmp_path):
    model = tiny(random_state=np.random.RandomState(0)).fit(np.eye(10))
    model.save(tmp_path / "model")
    assert SynthGAN.load(tmp_path / "model").random_state is None


def test_a_parameter_by_labels_that_are_numbers_is_left_out_and_not_changed(tmp_path):
    y = np.arange(40) % 4 // 3
    model = tiny(sampling_strategy={0: 30, 1: 25}, conditions=["a"])
    model.fit(pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=["a", "b"]), y)
    model.save(tmp_path / "model")
    loaded = SynthGAN.load(tmp_path / "model")
    assert loaded.sampling_strategy == "auto"
    assert loaded.conditions == ["a"]


def test_a_tuple_that_names_y_comes_back(tmp_path):
    y = pd.Series(["a", "b"] * 10, name=("kind", 1))
    tiny().fit(np.eye(20), y).save(tmp_path / "model")
    assert SynthGAN.load(tmp_path / "model").sample_labelled(3)[1].name == ("kind", 1)


def test_names_that_json_cannot_hold_are_told_and_nothing_is_written(tmp_path):
    model = tiny().fit(pd.DataFrame(np.eye(10)[:, :2], columns=[date(2020, 1, 1), date(2020, 1, 2)]))
    with pytest.raises(ValueError, match="pickle the estimator instead"):
        model.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_what_is_no_model_is_told(tmp_path):
    with pytest.raises(UsageError, match="there is no model"):
        SynthGAN.load(tmp_path)


def test_a_run_of_a_table_is_loaded_with_its_label_as_y(tmp_path, registry):
    frame = mixed_table()
    frame.assign(label=np.where(frame["age"] > 40, "old", "young")).to_csv(tmp_path / "t.csv", index=False)
    values = {
        "data": {"name": "csv", "path": str(tmp_path / "t.csv"), "target": "label"},
        "generator": {"name": "residual_mlp", "width": 8},
        "discriminator": {"name": "residual_mlp", "width": 8},
        "train": {"steps": 2, "batch_size": 8, "device": "cpu"},
        "export": None,
    }
    made = synthgen.run(recipe_from_dict(values, registry), tmp_path / "run", registry=registry)
    model = SynthGAN.load(made.path)
    assert model.classes_.tolist() == ["old", "young"]
    x, y = model.sample_labelled(9, y="old")
    assert x.columns.tolist() == frame.columns.tolist()
    assert y.name == "label"
    assert set(y) == {"old"}


def test_a_run_of_images_is_refused(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "run", registry, "train.steps=1", "export=null")
    with pytest.raises(ValueError, match=r"which are images; use synthgen\.load"):
        SynthGAN.load(made.path)
