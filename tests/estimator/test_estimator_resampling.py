"""`fit_resample`, and the numbers that a `sampling_strategy` comes to."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from estimator_support import tiny
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from synthgen.estimator.strategy import missing_samples

X = np.random.default_rng(0).normal(size=(60, 2))
Y = np.repeat([0, 1, 2], [30, 20, 10])


@pytest.mark.parametrize(
    ("strategy", "missing"),
    [
        ("auto", {"b": 10, "c": 20}),
        ("not majority", {"b": 10, "c": 20}),
        ("not minority", {"a": 0, "b": 10}),
        ("minority", {"c": 20}),
        ("all", {"a": 0, "b": 10, "c": 20}),
        ({"a": 30, "c": 15}, {"a": 0, "c": 5}),
        (lambda y: {"c": len(y)}, {"c": 50}),
    ],
    ids=str,
)
def test_missing_samples(strategy, missing):
    assert missing_samples(strategy, ["a", "b", "c"], [30, 20, 10], np.zeros(60)) == missing


def test_a_ratio_is_of_the_larger_of_two_classes():
    assert missing_samples(0.5, ["a", "b"], [40, 10], None) == {"b": 10}
    assert missing_samples(1, ["a", "b"], [10, 40], None) == {"a": 30}


@pytest.mark.parametrize(
    ("strategy", "counts", "message"),
    [
        ("auto", [5], "needs to have more than 1 class. Got 1 class"),
        ("majority", [5, 3], "must be a str among"),
        (["a"], [5, 3], "must be a float"),
        ({"q": 3}, [5, 3], r"\['q'\] target class is/are not present"),
        ({"a": 3}, [5, 3], "Originally, there is 5 samples and 3 samples are asked"),
        ({"a": 7.5}, [5, 3], "must be an int, not 7.5"),
        (0.5, [5, 3], "Please increase the ratio"),
        (1.5, [5, 3], r"range \(0, 1\]"),
        (0.5, [5, 3, 1], "only when the type of target is binary"),
    ],
)
def test_a_strategy_that_cannot_be_is_refused(strategy, counts, message):
    with pytest.raises(ValueError, match=message):
        missing_samples(strategy, ["a", "b", "c"][: len(counts)], counts, None)


@pytest.mark.parametrize("container", ["array", "frame", "list"])
def test_originals_come_first_in_their_own_form(container):
    x = {"array": X, "frame": pd.DataFrame(X, columns=["a", "b"], index=range(5, 65)), "list": X.tolist()}[
        container
    ]
    y = {"array": Y, "frame": pd.Series(Y, name="k", index=range(5, 65)), "list": Y.tolist()}[container]
    model = tiny()
    new_x, new_y = model.fit_resample(x, y)
    assert type(new_x) is type(x)
    assert type(new_y) is type(y)
    assert Counter(new_y) == {0: 30, 1: 30, 2: 30}
    np.testing.assert_array_equal(np.asarray(new_x)[:60], X)
    np.testing.assert_array_equal(np.asarray(new_y)[:60], Y)
    assert model.sampling_strategy_ == {1: 10, 2: 20}
    if container == "frame":
        assert new_x.index.equals(pd.RangeIndex(90))
        assert new_y.index.equals(new_x.index)
        assert new_y.name == "k"
        assert new_x.columns.tolist() == ["a", "b"]


def test_categories_and_missing_values_survive():
    frame = pd.DataFrame({"c": pd.Categorical(["u", "v", "u"] * 20, ["v", "u", "w"]), "n": X[:, 0]})
    frame.loc[::7, "n"] = np.nan
    new, labels = tiny().fit_resample(frame, pd.Series(Y).map({0: "x", 1: "y", 2: "z"}).astype("category"))
    pd.testing.assert_series_equal(new.dtypes, frame.dtypes)
    assert labels.cat.categories.tolist() == ["x", "y", "z"]
    assert Counter(labels) == {"x": 30, "y": 30, "z": 30}


def test_ids_of_new_rows_are_new_ones():
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(id=[f"K-{i:05}" for i in range(60)])
    new, _ = tiny().fit_resample(frame, Y)
    assert new["id"].is_unique
    assert new["id"].tolist()[:60] == frame["id"].tolist()


def test_nothing_is_learnt_where_nothing_is_missing():
    model = tiny(max_steps=10**9)
    new_x, new_y = model.fit_resample(X, THREE := np.arange(60) % 3)
    np.testing.assert_array_equal(new_x, X)
    np.testing.assert_array_equal(new_y, THREE)
    assert new_x is not X
    assert not hasattr(model, "synthesizer_")


def test_whole_numbers_of_many_values_are_classes_here():
    y = np.r_[np.arange(30), np.arange(29), 0]
    assert set(Counter(tiny().fit_resample(X, y)[1]).values()) == {3}


def test_one_column_for_each_class_comes_back_so():
    rows = np.eye(3, dtype=int)[Y]
    new_x, new_y = tiny().fit_resample(X, rows)
    assert new_x.shape == (90, 2)
    assert new_y.sum(axis=0).tolist() == [30, 30, 30]
    np.testing.assert_array_equal(new_y[:60], rows)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "y is None"),
        (np.linspace(0, 1, 60), "Unknown label type"),
        (np.ones((60, 2), int), "Multilabel and multioutput targets are not supported"),
    ],
)
def test_targets_that_are_no_labels_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        tiny().fit_resample(X, y)


def test_it_stands_where_smote_stands():
    pipeline = pytest.importorskip("imblearn.pipeline")
    y = np.repeat([0, 1], [50, 10])
    steps = pipeline.make_pipeline(StandardScaler(), tiny(), LogisticRegression())
    steps.fit(X, y)
    assert steps[1].sampling_strategy_ == {1: 40}
    assert steps.predict(X).shape == (60,)
