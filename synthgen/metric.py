"""The contract of a metric: what it is given to compare, and the figures that it gives back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

import numpy as np

from synthgen.components import Codec, Component, Dataset
from synthgen.values import take

T = TypeVar("T")

Section = Literal["fidelity", "diversity", "utility", "tables", "privacy", "other"]
"""Where in a report a figure stands."""


@dataclass(frozen=True)
class Figure:
    """One number that says how synthetic data compares with real data, and what real data gets in its place."""

    name: str
    """Unique in a report, letters, digits and underscores, such as `recall` or `tstr`."""
    title: str
    """In words, such as "Recall"."""
    value: float | None
    """None where it could not be computed; `note` says why."""
    real: float | None = None
    """The same figure of other real samples in the place of the synthetic ones; None if that says nothing."""
    spread: float | None = None
    """Standard deviation of `value` over seeds or folds."""
    better: Literal["higher", "lower", "near_real"] = "near_real"
    """Which way is better."""
    per_class: Mapping[str, float | None] = field(default_factory=dict)
    """By the name of the class, in the classes' order; empty if it is not told by class."""
    per_class_real: Mapping[str, float | None] = field(default_factory=dict)
    unit: str = ""
    """`%` for shares that are shown as percent; else what stands behind the number, if anything."""
    note: str = ""
    """What a reader must know: how many samples, what it was measured with, why it is missing."""
    margin: float | None = None
    """Of a difference: no more than this, above or below 0, cannot be told from chance; `spread` if not given."""


@dataclass(frozen=True)
class DetailTable:
    """Rows behind a figure, for those who want to look closer; the worst first."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | int | None]]
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart or pictures behind a figure, as PNG."""

    title: str
    png: bytes
    alt: str
    """What is to be seen, for those who do not see it."""
    caption: str = ""


@dataclass(frozen=True)
class Measurement:
    """What a metric found."""

    figures: tuple[Figure, ...] = ()
    tables: tuple[DetailTable, ...] = ()
    pictures: tuple[Picture, ...] = ()


class Sides(NamedTuple):
    """As many samples of each side, drawn at random, each in the form of the dataset it is from."""

    real: Dataset
    """Of those that the model learnt from."""
    again: Dataset | None
    """Other real ones, to take the place of synthetic ones: held out or, where none are, the other half of the
    real ones. None where there are too few to halve."""
    synthetic: Dataset


@dataclass(frozen=True, eq=False)
class Comparison:
    """Real and synthetic data to compare; what several metrics need of it is made once.

    All datasets are of one kind and have the same classes in the same order (none of them may have members in
    every class), images and signals the same shape, tables the same columns in the same order. Where a table's
    target is a number, all have `target` and no classes.
    """

    real: Dataset
    """What the model learnt from, or all real samples where nobody knows."""
    synthetic: Dataset
    held_out: Dataset | None = None
    """Real samples that the model has never seen."""
    seed: int = 0
    full: bool = True
    """Whether the metrics may take their time; otherwise they work on fewer samples and train less."""
    codec: Codec | None = None
    """The model's, where there is one: it knows a table's constraints."""
    cache: Path | None = None
    """Folder in which what was learnt from real data may be kept for the next time; None to keep nothing."""
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def kind(self) -> str:
        """`images`, `table` or `signals`."""
        return self.real.kind

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes; empty without labels."""
        return tuple(label.name for label in self.real.classes)

    @property
    def most(self) -> int:
        """Samples of a side at most, for metrics that look at all pairs."""
        return 5_000 if self.full else 2_000

    def once(self, make: Callable[[Comparison], T]) -> T:
        """What `make` gives for this comparison, made at the first call and kept: for what metrics share."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    @cached_property
    def sides(self) -> Sides:
        """At most `most` samples of each side, as many of each."""
        rng = np.random.default_rng(self.seed)
        real, again = self.real, self.held_out
        if again is None and len(real) >= 4:
            order = rng.permutation(len(real))
            real, again = (take_samples(self.real, half) for half in (order[::2], order[1::2]))
        there = [real, self.synthetic, *([again] if again is not None else [])]
        count = min(self.most, *map(len, there))
        some = [draw_samples(part, count, rng) for part in there]
        return Sides(some[0], some[2] if again is not None else None, some[1])


def take_samples(dataset: Dataset, index: np.ndarray) -> Dataset:
    """The samples at these positions, as a dataset with the same classes."""
    given = {name: values[index] for name, values in dataset.given.items()}
    return replace(dataset, x=take(dataset.x, index), y=dataset.y[index], given=given)


def draw_samples(dataset: Dataset, most: int, rng: np.random.Generator) -> Dataset:
    """At most so many of the samples, at random and in their order; the dataset itself if it has no more."""
    index = np.sort(rng.permutation(len(dataset))[:most])
    return dataset if len(index) == len(dataset) else take_samples(dataset, index)


class Metric(Component):
    """Compares real and synthetic samples.

    `measure` may raise `DataError` where the data does not allow the metric, such as a single class; the report
    says so and goes on with the others.
    """

    kinds: ClassVar[frozenset[str]] = frozenset({"images", "table", "signals"})
    """Kinds of data that it can compare."""
    section: ClassVar[Section] = "other"
    """Where a report shows it."""
    figures: ClassVar[tuple[str, ...]] = ()
    """Names of figures that it gives beside the one of its own name: a recipe that names such a figure in the place
    of the metric is told which one it is of."""
    quick: ClassVar[bool] = True
    """Whether a quick report has it, too."""
    seconds: ClassVar[float] = 1.0
    """About how long it takes of 10,000 samples on two cores: what the bar of progress goes by."""

    @abstractmethod
    def measure(self, comparison: Comparison) -> Measurement:
        """The figures. Must leave torch's and NumPy's global random numbers as they were, and be the same for
        the same comparison and seed."""
