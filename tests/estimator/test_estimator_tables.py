"""`fit` and `sample` on tables: what comes out is what went in."""

from __future__ import annotations

import doctest
import os
import pickle
import signal
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from estimator_support import NETWORKS, mixed_table, tiny
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from synthgen.errors import UnhealthyError
from synthgen.estimator import synthgan, training
from synthgen.training.health_samples import Look, SampleWatch


@pytest.fixture(scope="module")
def fitted():
    return tiny(conditions=["town", "income"]).fit(mixed_table())


def test_a_dataframe_comes_back_with_its_columns_order_types_and_categories(fitted):
    real, made = mixed_table(), fitted.sample(300)
    pd.testing.assert_series_equal(made.dtypes, real.dtypes)
    assert made.index.equals(pd.RangeIndex(300))
    assert made["size"].cat.ordered
    assert made["size"].cat.categories.tolist() == ["S", "M", "L"]
    for name in ("town", "member", "size"):
        assert set(made[name].unique()) <= set(real[name].unique())
    for name in ("age", "income", "score", "born", "visits"):
        assert made[name].min() >= real[name].min()
        assert made[name].max() <= real[name].max()


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16, np.uint8, bool, object, "<U3"])
def test_an_array_comes_back_as_an_array_of_its_type_and_width(dtype):
    values = np.random.default_rng(0).integers(0, 3, (40, 3))
    X = (values > 0) if dtype is bool else values.astype(dtype)
    made = tiny().fit(X).sample(7)
    assert type(made) is np.ndarray
    assert made.dtype == X.dtype
    assert made.shape == (7, 3)
    assert made.flags.c_contiguous
    for column in range(3):
        assert set(made[:, column]) <= set(X[:, column])


def test_an_object_array_keeps_the_types_of_its_values():
    X = np.array([["a", 1, True, None], ["b", 2, False, 3.5]] * 10, dtype=object)
    made = tiny().fit(X).sample(20)
    assert made.dtype == object
    assert [{type(value) for value in made[:, i]} for i in range(3)] == [{str}, {int}, {bool}]
    assert {value for value in made[:, 3] if not pd.isna(value)} <= {3.5}


@pytest.mark.parametrize(
    "columns",
    [
        [3, 1, 2],
        [1, "1", None],
        ["x", ("a", 1), 2.5],
        pd.MultiIndex.from_product([["a"], ["x", "y", "z"]], names=["l", "m"]),
        pd.Index(["a", "b", "c"], name="features"),
    ],
    ids=["whole numbers", "alike as text", "of many types", "two levels", "with a name"],
)
def test_names_of_columns_are_kept_whatever_they_are(columns, tmp_path):
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=columns)
    model = tiny().fit(frame)
    pd.testing.assert_index_equal(model.sample(2).columns, frame.columns)
    model.save(tmp_path / "model")
    loaded = type(model).load(tmp_path / "model")
    pd.testing.assert_index_equal(loaded.sample(2).columns, frame.columns)


def test_sparse_columns_come_back_sparse():
    frame = pd.DataFrame({"a": np.arange(40) % 5, "b": np.arange(40) % 3 == 0})
    frame["a"] = frame["a"].astype(pd.SparseDtype(int, 0))
    made = tiny().fit(frame).sample(5)
    pd.testing.assert_series_equal(made.dtypes, frame.dtypes)


def table_with_ids() -> pd.DataFrame:
    return mixed_table(100).assign(id=[f"K-{i:05}" for i in range(100)])


def test_ids_are_left_out_of_a_dataframe_with_a_warning():
    with pytest.warns(UserWarning, match="column 'id' looks like ids and is left out"):
        model = tiny().fit(table_with_ids())
    assert model.sample(3).columns.tolist() == mixed_table().columns.tolist()
    assert model.column_kinds_["id"] == "id: left out"
    assert model.column_kinds_["age"].startswith("number")


def test_ids_are_made_anew_by_option():
    made = tiny(options={**NETWORKS, "codec": {"ids": "make"}}).fit(table_with_ids()).sample(50)
    assert made.columns.tolist() == table_with_ids().columns.tolist()
    assert made["id"].str.fullmatch(r"K-\d+").all()


@pytest.mark.parametrize("ids", [range(100), [f"K-{i:05}" for i in range(100)]], ids=["numbers", "text"])
def test_an_array_keeps_its_width_where_a_column_looks_like_ids(ids):
    X = np.array([list(ids), [1, 2] * 50], object if isinstance(ids, list) else int).T
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tiny().fit(X).sample(5).shape == (5, 2)


def test_conditions_come_out_exactly_as_asked_for(fitted):
    made = fitted.sample(50, where={"town": "Bonn", "income": 20.25})
    assert set(made["town"]) == {"Bonn"}
    assert set(made["income"]) == {20.25}


def test_conditions_of_fit_stand_in_for_those_of_the_constructor():
    X = np.c_[np.arange(60) % 3, np.random.default_rng(0).normal(size=60)]
    model = tiny(conditions=[1]).fit(X, conditions=[0])
    assert set(model.sample(20, where={0: 2})[:, 0]) == {2.0}
    with pytest.raises(ValueError, match="'1' is no condition"):
        model.sample(5, where={1: 0.5})


def test_unconditional_samples_have_the_class_balance_of_the_data():
    X, y = np.random.default_rng(0).normal(size=(100, 2)), np.repeat(["rare", "often"], [10, 90])
    made = tiny().fit(X, y).sample_labelled(4000)[1]
    assert np.mean(made == "rare") == pytest.approx(0.1, abs=0.02)


def test_constraints_hold_in_every_row():
    X = np.sort(np.random.default_rng(0).normal(size=(60, 2)), axis=1)
    rule = {"rule": "order", "columns": [0, 1]}
    made = tiny(constraints=[rule]).fit(X).sample(500)
    assert (made[:, 0] <= made[:, 1]).all()


@pytest.mark.parametrize("parameters", [{}, {"conditions": ["a", "b"]}], ids=["constants", "conditions"])
def test_a_table_of_which_nothing_is_to_be_learnt_works(parameters):
    frame = pd.DataFrame({"a": [1.5] * 20, "b": ["x"] * 20})
    pd.testing.assert_frame_equal(tiny(**parameters).fit(frame).sample(20), frame)


def test_kinds_of_columns_can_be_given():
    X = np.random.default_rng(0).integers(0, 30, (200, 1))
    model = tiny(columns={0: "number"}).fit(X)
    assert [block.kind for block in model.synthesizer_.spec.blocks][-1] == "number"


def test_the_same_integer_gives_the_same_rows_and_leaves_global_random_numbers_alone():
    frame = mixed_table()
    numpy_before, torch_before = np.random.get_state()[1].copy(), torch.get_rng_state()
    one, two = (tiny(random_state=7).fit(frame) for _ in range(2))
    pd.testing.assert_frame_equal(one.sample(20), two.sample(20))
    pd.testing.assert_frame_equal(one.sample(5, random_state=3), two.sample(20, random_state=3)[:5])
    assert not one.sample(20).equals(one.sample(20, random_state=3))
    assert not one.sample(20).equals(tiny(random_state=8).fit(frame).sample(20))
    assert (np.random.get_state()[1] == numpy_before).all()
    assert torch.equal(torch.get_rng_state(), torch_before)


def test_a_random_state_goes_on_where_it_was():
    X = np.random.default_rng(0).normal(size=(40, 2))
    model = tiny(random_state=np.random.RandomState(1)).fit(X)
    assert not np.array_equal(model.sample(5), model.sample(5))
    again = tiny(random_state=np.random.RandomState(1)).fit(X)
    np.testing.assert_array_equal(model.sample(5, random_state=2), again.sample(5, random_state=2))


def test_without_a_random_state_rows_differ():
    model = tiny(random_state=None).fit(np.random.default_rng(0).normal(size=(40, 2)))
    assert not np.array_equal(model.sample(5), model.sample(5))


def test_pickled_and_cloned(fitted):
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(fitted)).sample(9), fitted.sample(9))
    fresh = clone(fitted)
    assert fresh.get_params() == fitted.get_params()
    with pytest.raises(NotFittedError, match="not fitted yet"):
        fresh.sample()


def test_learned_attributes(fitted):
    assert fitted.n_features_in_ == 8
    assert fitted.feature_names_in_.tolist() == mixed_table().columns.tolist()
    assert fitted.get_feature_names_out().tolist() == mixed_table().columns.tolist()
    assert fitted.n_iter_ == 2
    assert not hasattr(fitted, "classes_")


def test_an_interrupted_fit_leaves_what_was_learnt_before():
    frame = mixed_table()
    model = tiny().fit(frame, np.arange(len(frame)) % 2)
    before = model.sample(3)
    model.set_params(max_steps=10**9)
    interrupt = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(frame[["age", "town"]])
    interrupt.join()
    assert model.n_features_in_ == 8
    assert model.classes_.tolist() == [0, 1]
    pd.testing.assert_frame_equal(model.sample(3), before)


def test_what_the_engine_warns_of_is_a_python_warning_at_the_call(monkeypatch):
    prepare = training.prepare

    def warn(*args, **kwargs):
        training.logging.getLogger("synthgen").warning("column id is left out")
        return prepare(*args, **kwargs)

    monkeypatch.setattr(training, "prepare", warn)
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.repeat([0, 1], [10, 30])
    for learn in (tiny().fit, tiny().fit_resample):
        with pytest.warns(UserWarning, match="column id is left out") as told:
            learn(X, y)
        assert [one.filename for one in told] == [__file__]


def test_fit_warns_of_samples_that_collapse_unless_nobody_is_to_watch(monkeypatch):
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: Look(True, 0.01))
    X = np.random.default_rng(0).normal(size=(40, 2))
    with pytest.warns(UserWarning, match="the generator has collapsed"):
        tiny(max_steps=8, options={"health.every": 1}).fit(X)
    tiny(max_steps=8, options={"health": {"every": 1, "policy": "none"}}).fit(X)


def test_advice_leaves_out_what_the_settings_have(monkeypatch):
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: Look(True, 0.01))
    X = np.random.default_rng(0).normal(size=(40, 2))
    with pytest.warns(UserWarning, match="the generator has collapsed") as told:
        tiny(max_steps=8, options={"health.every": 1}).fit(X)
    assert "heavier penalties r1 and r2" in str(told[0].message)
    assert "loss relativistic" not in str(told[0].message)


def test_a_training_that_diverges_ends_with_one_message_and_no_model():
    X = np.random.default_rng(0).normal(size=(40, 2))
    options = {**NETWORKS, "loss": "wasserstein", "penalties": []}
    options |= {"train": {"optimizer": {"name": "sgd", "lr": 1e9}, "log_every": 1}}
    model = tiny(max_steps=30, options=options)
    with pytest.raises(
        UnhealthyError, match=r"^training diverged: .* before step \d+\. Try a lower "
    ) as ended:
        model.fit(X)
    assert "\n" not in str(ended.value)
    with pytest.raises(NotFittedError):
        model.sample()


def test_a_training_that_fails_begins_anew_from_scratch_where_it_is_to(monkeypatch):
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: Look(True, 0.01))
    X = np.random.default_rng(0).normal(size=(40, 2))
    health = {"every": 1, "policy": "restart", "restart_from": "scratch", "restarts": 1}
    with pytest.raises(UnhealthyError, match=r"the generator has collapsed.*, after 1 restart"):
        tiny(max_steps=8, options={**NETWORKS, "health": health}).fit(X)


def test_progress_is_printed_only_if_asked_for(capsys):
    X = np.random.default_rng(0).normal(size=(40, 2))
    tiny().fit(X)
    assert capsys.readouterr().out == ""
    tiny(verbose=1).fit(X)
    assert "step 2/2" in capsys.readouterr().out


def test_options_reach_everything_that_a_recipe_has():
    X = np.random.default_rng(0).normal(size=(40, 2))
    options = {
        "generator": {"name": "mlp"},
        "discriminator": NETWORKS["discriminator"],
        "loss": "hinge",
        "penalties": [{"name": "r1", "weight": 0.1}],
        "train": {"epochs": 1, "ema": 0.5, "optimizer": {"betas": [0.5, 0.9]}},
        "codec": {"levels": 5},
    }
    model = tiny(max_steps="auto", batch_size=10, learning_rate=0.01, options=options).fit(X)
    assert model.n_iter_ == 4
    assert model.synthesizer_.generator_record.name == "mlp"
    assert model.synthesizer_.codec_record.options["levels"] == 5


def test_options_may_be_written_as_overrides_are():
    X = np.random.default_rng(0).normal(size=(40, 2))
    options = {
        **NETWORKS,
        "train.ema": 0.5,
        "train.steps": 3,
        "codec.levels": 5,
        "codec": {"numbers": "plain"},
    }
    model = tiny(max_steps="auto", options=options).fit(X)
    assert model.n_iter_ == 3
    codec = model.synthesizer_.codec_record.options
    assert (codec["levels"], codec["numbers"]) == (5, "plain")


def test_unknown_option_is_told_by_its_whole_key():
    with pytest.raises(ValueError, match=r"train\.stepz: there is no such key\. Did you mean steps"):
        tiny(options={**NETWORKS, "train.stepz": 3}).fit(np.eye(10))


def test_a_component_in_options_may_be_its_name_alone():
    model = tiny(options={**NETWORKS, "codec": "table"}, conditions=["town"]).fit(mixed_table())
    assert set(model.sample(5, where={"town": "Ulm"})["town"]) == {"Ulm"}


def test_the_example_in_the_docstring_is_right():
    done = doctest.testmod(synthgan)
    assert done.attempted
    assert not done.failed


def test_threads_are_as_they_were_after_fit():
    before = torch.get_num_threads()
    tiny(options={**NETWORKS, "train": {"threads": before + 1}}).fit(np.eye(10))
    assert torch.get_num_threads() == before


def test_fit_warns_of_nothing_where_nothing_is_odd():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tiny().fit(mixed_table()).sample(3)
