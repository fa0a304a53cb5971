"""y: labels and numbers of every form, asked for and given back."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from estimator_support import mixed_table, tiny

from synthgen import SynthGAN

X = np.random.default_rng(0).normal(size=(60, 2))
THREE = np.arange(60) % 3

LABELS = {
    "ints": THREE.astype(np.int32),
    "floats": THREE.astype(float),
    "text": np.array(["a", "b", "c"])[THREE],
    "objects": np.array(["a", "b", "c"], object)[THREE],
    "booleans": THREE > 0,
    "list": np.array(["a", "b", "c"])[THREE].tolist(),
    "Series": pd.Series(THREE, name="kind"),
    "categories": pd.Series(
        pd.Categorical.from_codes(THREE, ["c", "a", "b", "none"], ordered=True), name="k"
    ),
    "nullable": pd.Series(THREE, dtype="Int64"),
    "DataFrame": pd.DataFrame({"kind": THREE}),
}


@cache
def fitted(kind: str) -> SynthGAN:
    return tiny().fit(X, LABELS[kind])


@pytest.mark.parametrize("kind", LABELS)
def test_labels_come_back_in_the_form_they_were_given(kind, tmp_path):
    y, model = LABELS[kind], fitted(kind)
    model.save(tmp_path / "model")
    for one in (model, type(model).load(tmp_path / "model")):
        made, labels = one.sample_labelled(30)
        assert made.shape == (30, 2)
        assert type(labels) is type(y)
        assert len(labels) == 30
        if isinstance(y, np.ndarray):
            assert labels.dtype == y.dtype
        elif isinstance(y, pd.Series):
            pd.testing.assert_series_equal(labels[:0], y[:0].reset_index(drop=True))
        elif isinstance(y, pd.DataFrame):
            pd.testing.assert_frame_equal(labels[:0], y[:0].reset_index(drop=True))
        assert set(np.ravel(labels)) == set(np.ravel(y))
        np.testing.assert_array_equal(
            one.classes_, np.unique(np.ravel(y)) if kind != "categories" else list("cab")
        )


@pytest.mark.parametrize("kind", LABELS)
def test_a_label_can_be_asked_for_once_or_for_each_row(kind):
    y, model = LABELS[kind], fitted(kind)
    some = list(np.ravel(y)[[2, 0, 2]])
    np.testing.assert_array_equal(np.ravel(model.sample_labelled(y=some)[1]), some)
    np.testing.assert_array_equal(np.ravel(model.sample_labelled(4, y=some[0])[1]), [some[0]] * 4)
    assert model.sample(y=some).shape == (3, 2)


def test_a_row_for_each_label_is_the_same_as_the_rows_for_one():
    model = fitted("ints")
    np.testing.assert_array_equal(model.sample(5, y=1), model.sample(y=[1] * 5))


def test_where_knows_the_label_by_its_name_too():
    frame = mixed_table()
    y = pd.Series(np.where(frame["age"] > 50, ">50K", "<=50K"), name="income class")
    model = tiny().fit(frame, y)
    assert set(model.sample_labelled(20, where={"income class": ">50K"})[1]) == {">50K"}
    assert model.sample(2).columns.tolist() == frame.columns.tolist()


def test_y_may_be_called_like_a_column_of_x():
    frame = pd.DataFrame(X, columns=["a", "kind"])
    made, labels = tiny().fit(frame, pd.Series(THREE, name="kind")).sample_labelled(9, y=2)
    assert made["kind"].dtype == float
    assert labels.name == "kind"
    assert set(labels) == {2}


def test_continuous_y_is_learnt_as_one_more_column():
    y = pd.Series(np.round(X.sum(axis=1), 2), name="price")
    model = tiny().fit(X, y)
    made, prices = model.sample_labelled(50)
    assert made.shape == (50, 2)
    assert prices.name == "price"
    assert prices.dtype == float
    assert prices.between(y.min(), y.max()).all()
    assert not hasattr(model, "classes_")
    with pytest.raises(ValueError, match="fitted with numbers as y"):
        model.sample(3, y=1.5)


def test_y_numbered_through_is_not_taken_for_ids():
    frame = pd.DataFrame(X, columns=["a", "b"])
    ranks = pd.Series(np.random.default_rng(0).permutation(60), name="rank")
    made = tiny().fit(frame, ranks).sample_labelled(20)[1]
    assert made.between(0, 59).all()


def test_continuous_y_can_be_a_condition():
    y = pd.Series(np.round(X.sum(axis=1), 2), name="price")
    model = tiny(conditions=["price"]).fit(X, y)
    assert set(model.sample_labelled(5, where={"price": 1.25})[1]) == {1.25}


def test_task_says_what_numbers_are():
    y = np.arange(60) % 30
    assert not hasattr(tiny().fit(X, y), "classes_")
    assert len(tiny(task="classification").fit(X, y).classes_) == 30
    assert not hasattr(tiny(task="regression").fit(X, THREE), "classes_")


@pytest.mark.parametrize("y", [np.zeros(60, int), np.r_[np.zeros(59, int), 1]], ids=["one", "of one row"])
def test_a_single_class_and_a_class_of_one_row_work(y):
    made, labels = tiny().fit(X, y).sample_labelled(6, y=y[-1])
    assert made.shape == (6, 2)
    assert set(labels) == {y[-1]}
