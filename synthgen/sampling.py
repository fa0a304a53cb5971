"""Which sample has which class and which noise: both are functions of the seed and the sample's number.

Samples are made in chunks of a fixed size. Noise and classes of chunk k come from a random generator seeded
with `(seed, k)`, so that sample number i is the same whatever was asked for around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from synthgen.classes import as_number, find_class
from synthgen.components import ClassLabel
from synthgen.errors import UsageError
from synthgen.latents import draw_latents
from synthgen.training.settings import LatentSettings

PerClass = int | list[int] | tuple[int, ...] | Mapping[Any, int]
"""How many of each class: one number for all, one for each, or a mapping by class name or number."""


def chunk_seed(seed: int, k: int) -> int:
    """Where the random numbers of chunk k start.

    torch's CPU generator takes 32 bits of a seed: hashing `(seed, k)` into them would repeat a chunk in one
    stream of a million samples out of 500. Steps of an odd number (2^32 over the golden ratio) repeat none
    within 2^32 chunks.
    """
    base = int(np.random.SeedSequence(seed).generate_state(1)[0])
    return (base + k * 0x9E3779B1) % 2**32


class ChunkDraws:
    """The random numbers of one chunk: noise and what conditions are drawn with.

    Noise comes first, so that it is the same however the conditions are chosen.
    """

    def __init__(self, seed: int, k: int, size: int, latent: LatentSettings) -> None:
        self._generator = torch.Generator().manual_seed(chunk_seed(seed, k))
        self._latent = latent
        self._size = size
        self.noise = self.more_noise()
        """`(size, dim)`."""
        self.given = 0
        """Of the noise, how much at its beginning was given and not drawn."""
        self.for_labels = self._uniform()
        """Numbers in [0, 1) `(size,)` from which classes may be drawn."""
        self.for_conditions = self._uniform()
        """The same, for all other conditions."""

    def begin_with(self, latents: Tensor) -> None:
        """Put latents `(n, dim)`, n up to the chunk's size, in the place of the first ones drawn."""
        self.noise = torch.cat([latents, self.noise[len(latents) :]])
        self.given = len(latents)

    def more_noise(self) -> Tensor:
        """Further noise `(size, dim)`, for samples that must be drawn again."""
        return draw_latents(self._size, self._latent, self._generator)

    def _uniform(self) -> np.ndarray:
        return torch.rand(self._size, generator=self._generator, dtype=torch.float64).numpy()


@dataclass(frozen=True)
class ClassPlan:
    """How many samples there will be, and the class of each: drawn at random, or counted out.

    Counted classes take turns, in the model's order, until each has its number: what comes first does not
    depend on how much is asked for. Classes are given by their index in the model.
    """

    count: int
    weights: tuple[int, ...] = ()
    """Drawn: the odds of each class. Nothing said of classes: the model knows none."""
    per_class: tuple[int, ...] = ()
    """Counted: the number of each class."""
    given: tuple[int, ...] = ()
    """Neither: the class of each sample."""
    where: tuple[tuple[str, Any], ...] = ()
    """Values of other conditions, by name."""

    def labels(self, first: int, uniform: np.ndarray) -> np.ndarray:
        """Class indices, int64, of samples `first`, `first + 1`, ... for numbers drawn from [0, 1).

        Numbers beyond `count` are answered too, since chunks are computed whole.
        """
        index = np.minimum(np.arange(first, first + len(uniform)), self.count - 1)
        if self.given:
            return np.array([self.given[i] for i in index], np.int64)
        if self.per_class:
            return self._turns(index)
        if self.weights:
            odds = np.cumsum(self.weights) / sum(self.weights)
            return np.searchsorted(odds, uniform, side="right").astype(np.int64)
        return np.zeros(len(uniform), np.int64)

    def _turns(self, index: np.ndarray) -> np.ndarray:
        """Class of each sample number. All classes take turns until the smallest is done, then the rest."""
        counts = np.asarray(self.per_class)
        levels = np.unique(np.append(counts, 0))[:-1]  # rounds already played when a class drops out
        starts = np.array([np.minimum(counts, level).sum() for level in levels])
        stage = np.searchsorted(starts, index, side="right") - 1
        labels = np.empty(len(index), np.int64)
        for s in np.unique(stage):
            players = np.flatnonzero(counts > levels[s])
            here = stage == s
            labels[here] = players[(index[here] - starts[s]) % len(players)]
        return labels


def split_where(
    label: str | None, where: Mapping[Any, Any] | None, classes: Sequence[str | int] | None
) -> tuple[dict[str, Any], Sequence[str | int] | None]:
    """The conditions of `where` but the one called `label`, and the classes: that one's value, if it is there.

    Raises UsageError where both say which classes.
    """
    others = {str(name): value for name, value in (where or {}).items()}
    if label is not None and label in others:
        if classes is not None:
            raise UsageError(f"where says which {label}, and so does classes; give one of the two")
        classes = [others.pop(label)]
    return others, classes


def make_plan(
    known: Sequence[ClassLabel],
    balance: Sequence[int],
    count: int | None = None,
    per_class: PerClass | None = None,
    classes: Sequence[str | int] | None = None,
) -> ClassPlan:
    """The plan for `count` samples, drawn with the odds `balance`, or for `per_class` samples.

    `known` are the model's classes; `classes` restricts either way to some of them. Raises UsageError for a
    class that the model does not have, and for numbers that make no dataset.
    """
    if (count is None) == (per_class is None):
        raise UsageError("say how many samples to make: either a count or a number per class")
    if not known and (per_class is not None or classes is not None):
        raise UsageError("the model was trained without labels and has no classes; give a count alone")
    chosen = find_classes(known, classes) if classes is not None else list(range(len(known)))
    if per_class is not None:
        numbers = [0] * len(known)
        for index, number in _per_class(known, chosen, per_class):
            numbers[index] = _number(number, f"class {known[index].name}")
        if not any(numbers):
            raise UsageError("per_class is 0 for every class; at least one must be more")
        return ClassPlan(sum(numbers), per_class=tuple(numbers))
    wanted = _number(count, "the count")
    if wanted == 0:
        raise UsageError("the count of samples is 0; it must be 1 or more")
    weights = tuple(int(balance[i]) if i in chosen else 0 for i in range(len(known)))
    if known and not any(weights):
        weights = tuple(int(i in chosen) for i in range(len(known)))
    return ClassPlan(wanted, weights=weights)


def balancing_plan(
    known: Sequence[ClassLabel], counts: Sequence[int], classes: Sequence[str | int] | None = None
) -> ClassPlan:
    """The samples that bring every class, or each of `classes`, up to the largest in the training data.

    `counts` are the training data's. Raises UsageError where there is nothing to make.
    """
    if not known:
        raise UsageError(
            "the model was trained without labels: there are no classes to balance; give a count"
        )
    chosen = find_classes(known, classes) if classes is not None else range(len(known))
    largest = max(counts)
    missing = tuple(largest - counts[i] if i in chosen else 0 for i in range(len(known)))
    if not any(missing):
        raise UsageError(
            f"nothing to balance: these classes have {largest:,} real samples each; give count or per_class"
        )
    return ClassPlan(sum(missing), per_class=missing)


def find_classes(known: Sequence[ClassLabel], wanted: Sequence[str | int]) -> list[int]:
    """Indices of classes given by name or number, each once; see `find_class`."""
    if isinstance(wanted, str) or not len(wanted):
        raise UsageError("classes must be a list of one or more names or numbers")
    return list(dict.fromkeys(find_class(known, one) for one in wanted))


def _per_class(
    known: Sequence[ClassLabel], chosen: Sequence[int], per_class: PerClass
) -> Iterator[tuple[int, Any]]:
    """Class index and what was given as its number."""
    if isinstance(per_class, Mapping):
        seen: set[int] = set()
        for wanted, number in per_class.items():
            index = find_class(known, wanted)
            if index in seen:
                raise UsageError(f"per_class names class {known[index].name} twice")
            if index not in chosen:
                raise UsageError(f"per_class names class {known[index].name}, which classes leaves out")
            seen.add(index)
            yield index, number
    elif isinstance(per_class, list | tuple):
        if len(per_class) != len(chosen):
            raise UsageError(f"per_class has {len(per_class)} numbers for {len(chosen)} classes")
        yield from zip(chosen, per_class, strict=True)
    else:
        yield from ((index, per_class) for index in chosen)


def _number(value: Any, what: str) -> int:
    number = None if isinstance(value, str) else as_number(value)
    if number is None or number < 0:
        raise UsageError(f"{what} must have a whole number of samples, 0 or more, not {value!r}")
    return number
