"""`SynthGAN`: the engine with the manners of a scikit-learn estimator."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from synthgen.estimator import saved
from synthgen.estimator.learning import Reading, learn, read
from synthgen.estimator.model import FittedModel
from synthgen.estimator.resampling import OneVsAll, flat, stack
from synthgen.estimator.settings import seed_of
from synthgen.estimator.strategy import missing_samples
from synthgen.estimator.tags import GeneratorTags, synthgan_tags


class SynthGAN(OneToOneFeatureMixin, BaseEstimator):  # type: ignore[misc]
    """Learns a table or signals, and makes new samples of it: DataFrames and arrays as it was given.

    Parameters
    ----------
    conditions : list of columns, default=None
        Columns of X, categorical or numeric, that `sample` can be asked for values of by `where`. Labels in y are
        a condition anyway.
    columns : mapping, default=None
        Kinds of columns that are not found out right by themselves; `synthgen show table` lists the kinds.
    constraints : list of mappings, default=None
        Rules that hold in every row, as `{"rule": "order", "columns": ["start", "end"]}`; `synthgen show table`
        lists them.
    kind : {"auto", "table", "signals"}, default="auto"
        What X is: signals if it has three dimensions `(n_samples, length, channels)`, otherwise a table. With
        "signals" a row of `(n_samples, length)` is one signal.
    task : {"auto", "classification", "regression"}, default="auto"
        What y is: labels, or numbers, which are learnt as one more column. Numbers are taken for labels if they
        are whole and at most 20 different ones.
    sampling_strategy : float, str, mapping or callable, default="auto"
        For `fit_resample`, as imbalanced-learn's over-samplers take it.
    max_steps, batch_size, learning_rate, latent_dim : number or "auto", default="auto"
        Training steps, rows in a step, Adam's learning rate, numbers that a sample is made from.
    device : str, default="auto"
        "auto" (CUDA if there is one), "cpu", "cuda", "cuda:N" or "mps".
    verbose : int, default=0
        Whether progress is shown.
    random_state : int, RandomState or None, default=None
        An integer makes `fit` and `sample` give the same, byte for byte, on the same machine.
    options : mapping, default=None
        All else that a recipe can say, by its sections: `{"generator": {"width": 512}, "train": {"ema": 0.99}}`,
        or as overrides are written: `{"generator.width": 512, "train.ema": 0.99}`.

    Attributes
    ----------
    synthesizer_ : synthgen.Synthesizer
        The trained model.
    classes_ : ndarray
        The labels, where y had some.
    column_kinds_ : dict
        What each column of a table was found to be.
    n_iter_ : int
        Training steps made.
    n_features_in_, feature_names_in_ :
        As everywhere in scikit-learn.
    sampling_strategy_ : dict
        After `fit_resample`: how many samples of each class it was to make.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from synthgen import SynthGAN
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = SynthGAN(max_steps=5, random_state=0).fit(X, y)
    >>> model.sample(3, y=1).shape
    (3, 4)
    """

    def __init__(
        self,
        *,
        conditions: Sequence[Hashable] | None = None,
        columns: Mapping[Hashable, Any] | None = None,
        constraints: Iterable[Any] | None = None,
        kind: str = "auto",
        task: str = "auto",
        sampling_strategy: Any = "auto",
        max_steps: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        latent_dim: int | str = "auto",
        device: str = "auto",
        verbose: int = 0,
        random_state: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.conditions = conditions
        self.columns = columns
        self.constraints = constraints
        self.kind = kind
        self.task = task
        self.sampling_strategy = sampling_strategy
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.latent_dim = latent_dim
        self.device = device
        self.verbose = verbose
        self.random_state = random_state
        self.options = options

    def fit(self, X: Any, y: Any = None, *, conditions: Sequence[Hashable] | None = None) -> Self:  # noqa: N803
        """Learn from X, and from y its labels (or one more column of numbers).

        `conditions` stand in for the parameter of that name. Raises ValueError or TypeError, in scikit-learn's
        words, for data that cannot be learnt; warns of columns that are left out, and of a training that goes
        wrong, as when samples collapse.
        """
        given: dict[str, Any] = {} if conditions is None else {"conditions": conditions}
        with self._as_before_if_it_fails():
            warned = self._learn(read(self, X, y, self._parameters(**given)), **given)
        for message in warned:
            warnings.warn(message, UserWarning, stacklevel=2)
        return self

    def sample(
        self,
        n_samples: int = 1,
        *,
        y: Any = None,
        where: Mapping[Hashable, Any] | None = None,
        random_state: Any = None,
    ) -> Any:
        """New samples of X, in its form: a DataFrame with an index from 0, or an array.

        `y` is a label for all of them, or a label for each, whose number then is that of the samples. `where` has
        values of conditions by column: every sample has them. Without either, classes and conditions occur as
        they do in the data. `random_state` is the estimator's if not given. Raises NotFittedError before `fit`,
        TypeError or ValueError for a number of samples, labels, conditions and values that cannot be.
        """
        return self._sample(n_samples, y, where, random_state)[0]

    def sample_labelled(
        self,
        n_samples: int = 1,
        *,
        y: Any = None,
        where: Mapping[Hashable, Any] | None = None,
        random_state: Any = None,
    ) -> tuple[Any, Any]:
        """As `sample`, and the y that goes with it, in the form that `fit` was given."""
        check_is_fitted(self, "synthesizer_")
        if self._model.target is None:
            raise ValueError("This SynthGAN instance was fitted without y: it has no labels. Use 'sample'.")
        return self._sample(n_samples, y, where, random_state)

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:  # noqa: N803
        """X and y with synthetic samples behind them, as many of each class as `sampling_strategy` says.

        Takes the place of SMOTE in a pipeline of imbalanced-learn. Where no samples are missing nothing is learnt.
        """
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        one_vs_all = OneVsAll(y)
        labels = flat(one_vs_all.labels(y))
        new_x = new_y = None
        warned: list[str] = []
        with self._as_before_if_it_fails():
            reading = read(self, X, labels, self._parameters(task="classification"))
            missing = self._missing(reading, labels)
            if any(missing):
                warned = self._learn(reading, complete=True)
                new_x, new_y = self._model.sample_classes(missing, seed_of(self.random_state))
        for message in warned:
            warnings.warn(message, UserWarning, stacklevel=2)
        return stack(X, new_x), one_vs_all.restore(stack(labels, new_y))

    def save(self, path: Path | str) -> None:
        """Write the model into a new folder, in the format of a run's `model/`: nothing in it is pickled.

        Parameters that JSON cannot hold, such as a RandomState, are left out.
        """
        check_is_fitted(self, "synthesizer_")
        saved.save(self._model, self.get_params(deep=False), path)

    @classmethod
    def load(cls, path: Path | str, device: str = "auto") -> Self:
        """The estimator that `save` wrote; or a run's model of a table or of signals, as an estimator.

        Of a run's table, the label is y. Raises UsageError where there is no model, CheckpointError for files
        that are damaged.
        """
        model, parameters = saved.load(path, device)
        estimator = cls(**parameters)
        estimator._set_model(model)
        estimator.n_features_in_ = model.width
        names = model.features.columns
        if names is not None and all(isinstance(name, str) for name in names):
            estimator.feature_names_in_ = names.to_numpy(object)
        return estimator

    def __sklearn_tags__(self) -> GeneratorTags:
        return synthgan_tags()

    # ------------------------------------------------------------------------------------------------- inside

    def _parameters(self, **instead: Any) -> dict[str, Any]:
        return self.get_params(deep=False) | instead

    def _learn(self, reading: Reading, *, complete: bool = False, **instead: Any) -> list[str]:
        """Train; returns what to warn of."""
        seed = seed_of(self.random_state)
        model, warned = learn(reading, self._parameters(**instead), seed, complete=complete)
        self._set_model(model)
        return warned

    def _set_model(self, model: FittedModel) -> None:
        self._model = model
        self.synthesizer_ = model.synthesizer
        self.n_iter_ = int(model.synthesizer.source.get("steps", 0))
        if model.has_classes:
            self.classes_ = model.labels
        if model.features.kind == "table":
            self.column_kinds_ = model.column_kinds

    def _missing(self, reading: Reading, y: Any) -> list[int]:
        """Samples to make of each class."""
        assert reading.target is not None
        assert reading.target.values is not None
        labels = reading.target.values.tolist()
        counts = np.bincount(reading.dataset.y, minlength=len(labels)).tolist()
        self.sampling_strategy_ = missing_samples(self.sampling_strategy, labels, counts, y)
        return [self.sampling_strategy_.get(label, 0) for label in labels]

    def _sample(self, n_samples: Any, y: Any, where: Any, random_state: Any) -> tuple[Any, Any]:
        check_is_fitted(self, "synthesizer_")
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        if np.ndim(y):
            if n_samples not in (1, len(y)):
                raise ValueError(f"n_samples is {n_samples}, but y has {len(y)} labels; leave n_samples out.")
            n_samples = len(y)
        seed = seed_of(self.random_state if random_state is None else random_state)
        return self._model.sample(int(n_samples), y, where, seed)

    @contextmanager
    def _as_before_if_it_fails(self) -> Iterator[None]:
        """Forget what was learnt; remember it again if learning anew ends in an error or an interrupt."""
        before = dict(vars(self))
        for name in before:
            if name == "_model" or name.endswith("_"):
                delattr(self, name)
        try:
            yield
        except BaseException:
            self.__dict__ = before
            raise
