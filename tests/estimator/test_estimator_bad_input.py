"""What cannot be is refused in scikit-learn's words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimator_support import tiny
from scipy import sparse
from sklearn.exceptions import NotFittedError

X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.arange(60) % 3
FRAME = pd.DataFrame(X, columns=list("abc"))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (pd.DataFrame(), ValueError, r"Found array with 0 feature\(s\)"),
        (FRAME[:0], ValueError, r"Found array with 0 sample\(s\)"),
        (FRAME[:1], ValueError, r"Found array with 1 sample\(s\)"),
        (X[:1], ValueError, r"Found array with 1 sample\(s\)"),
        (X[:, :0], ValueError, r"Found array with 0 feature\(s\)"),
        (FRAME.set_axis(["a", "b", "a"], axis=1), ValueError, "must be unique, got more than once: 'a'"),
        (X[:, 0], ValueError, "Expected 2D array, got 1D array"),
        (FRAME["a"], ValueError, "Expected a 2-dimensional container"),
        (np.zeros((3, 3, 3, 3)), ValueError, "Found array with dim 4"),
        (sparse.csr_matrix(X), TypeError, "Sparse data was passed"),
        (X + 1j, ValueError, "Complex data not supported"),
        (FRAME.assign(c=1j), ValueError, "Complex data not supported: column 'c'"),
        (np.where(X > 2, np.inf, X), ValueError, "contains infinity"),
        (FRAME.assign(b=-np.inf), ValueError, "contains infinity .* in column 'b'"),
        (np.array([[1.0, np.inf]] * 5, object), ValueError, "contains infinity .* in column '1'"),
        (FRAME.assign(b=[1, "one", 2.5] * 20), ValueError, "column 'b' mixes types: int .*str .*float"),
        (FRAME.assign(b=[{"one": 1}] * 60), ValueError, "column 'b' has a dict in row 0"),
    ],
)
def test_x(data, error, message):
    with pytest.raises(error, match=message):
        tiny().fit(data)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Y[:5], r"inconsistent numbers of samples: \[60, 5\]"),
        (np.c_[Y, Y], r"y should be a 1d array, got an array of shape \(60, 2\)"),
        (np.where(Y == 1, np.nan, Y), "Input y contains NaN"),
        (pd.Series(["a", None] * 30), "Input y contains NaN"),
        (np.where(Y == 1, np.inf, Y), "Input y contains infinity"),
        (Y + 1j, "Complex data not supported"),
        (np.array([1, "1"] * 30, object), "must be of one type"),
    ],
)
def test_y(y, message):
    with pytest.raises(ValueError, match=message):
        tiny().fit(X, y)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_steps": 0}, r"'max_steps' parameter of SynthGAN must be an int in the range \[1, inf\)"),
        ({"batch_size": 2.5}, "'batch_size' parameter"),
        ({"learning_rate": -1}, "'learning_rate' parameter"),
        ({"latent_dim": True}, "'latent_dim' parameter"),
        ({"kind": "picture"}, "'kind' parameter"),
        ({"task": "clustering"}, "'task' parameter"),
        ({"conditions": "a"}, "'conditions' parameter"),
        ({"conditions": ["q"]}, "no column 'q'. Its columns are a, b, c"),
        ({"columns": ["a"]}, "'columns' parameter"),
        ({"constraints": {"rule": "order"}}, "'constraints' parameter"),
        ({"constraints": ["a < b"]}, r"codec\.constraints\.0"),
        ({"random_state": -1}, "Seed must be between"),
        ({"device": "gpu"}, "must be auto, cpu, cuda"),
        ({"options": ["width"]}, "'options' parameter"),
        (
            {"options": {"generator": {"widht": 8}}},
            r"generator\.widht: there is no such key\. Did you mean width",
        ),
        ({"options": {"data": "digits"}}, "options has 'data', which X says"),
        ({"options": {"seed": 3}}, "options has 'seed', which random_state says"),
        ({"latent_dim": "auto", "options": {"latent": 5}}, "latent: must be a mapping of settings, not 5"),
    ],
)
def test_parameters(parameters, message):
    with pytest.raises(ValueError, match=message):
        tiny(**parameters).fit(FRAME)


@pytest.fixture(scope="module")
def fitted():
    return tiny().fit(FRAME, Y)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_samples": 0}, ValueError, "n_samples == 0, must be >= 1"),
        ({"n_samples": -3}, ValueError, "n_samples == -3, must be >= 1"),
        ({"n_samples": 2.5}, TypeError, "n_samples must be an instance of int"),
        ({"n_samples": "3"}, TypeError, "n_samples must be an instance of int"),
        ({"n_samples": 3, "y": [0, 1]}, ValueError, "n_samples is 3, but y has 2 labels"),
        ({"y": 7}, ValueError, r"previously unseen labels: \[7\]; labels are \[0, 1, 2\]"),
        ({"y": "0"}, ValueError, "previously unseen labels"),
        ({"y": 1, "where": {"label": 1}}, ValueError, "both as y and in where"),
        ({"where": {"a": 1}}, ValueError, "'a' is no condition of this model; its conditions are label"),
        ({"where": "label"}, TypeError, "where must be a mapping of columns to values, not 'label'"),
        ({"where": {"label": 9}}, ValueError, "there is no class '9'. Classes: 0, 1, 2"),
    ],
)
def test_sample(arguments, error, message, fitted):
    with pytest.raises(error, match=message):
        fitted.sample(**arguments)


def test_labels_where_there_were_none():
    model = tiny().fit(X)
    with pytest.raises(ValueError, match="fitted without y"):
        model.sample_labelled(3)
    with pytest.raises(ValueError, match="fitted without y"):
        model.sample(3, y=1)


@pytest.mark.parametrize(
    "method", [lambda m: m.sample(), lambda m: m.sample_labelled(), lambda m: m.save("x")]
)
def test_before_fit(method):
    with pytest.raises(NotFittedError, match="This SynthGAN instance is not fitted yet"):
        method(tiny())


def test_an_impossible_value_of_a_condition_says_which_there_are():
    model = tiny(conditions=["town"]).fit(FRAME.assign(town=["Ulm", "Bonn"] * 30))
    with pytest.raises(ValueError, match=r"town must be one of Bonn, Ulm|town must be one of Ulm, Bonn"):
        model.sample(3, where={"town": "Rome"})
