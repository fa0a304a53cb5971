"""Labelled samples as a classifier takes them, and drawing some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Examples:
    """Samples and their classes."""

    x: np.ndarray
    """uint8 images `(N, H, W[, 3])`, float signals `(N, length[, channels])`, or rows as numbers `(N, columns)`."""
    y: np.ndarray
    """int64 `(N,)`, indices of classes."""

    def some(self, index: np.ndarray) -> Examples:
        """Those at these positions."""
        return Examples(self.x[index], self.y[index])

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.y)


def draw(examples: Examples, most: int, seed: int) -> Examples:
    """At most so many, at random, in their order."""
    if examples.count <= most:
        return examples
    order = np.random.default_rng(seed).permutation(examples.count)[:most]
    return examples.some(np.sort(order))


def draw_per_class(examples: Examples, most: int, seed: int) -> Examples:
    """At most so many of each class; a larger number keeps all that a smaller one kept."""
    order = np.random.default_rng(seed).permutation(examples.count)
    return examples.some(np.sort(order[_place_in_class(examples.y[order]) < most]))


def draw_share(examples: Examples, share: float, seed: int) -> Examples:
    """This share of each class, rounded up; a larger one keeps all that a smaller one kept."""
    order = np.random.default_rng(seed).permutation(examples.count)
    y = examples.y[order]
    most = np.ceil(share * np.bincount(y) - 1e-9)
    return examples.some(np.sort(order[_place_in_class(y) < most[y]]))


def halves(y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of every other sample of each class, in random order within it, and of the rest."""
    order = np.random.default_rng(seed).permutation(len(y))
    first = _place_in_class(y[order]) % 2 == 0
    return np.sort(order[first]), np.sort(order[~first])


def _place_in_class(y: np.ndarray) -> np.ndarray:
    """How many of its class come before each sample."""
    by_class = np.argsort(y, kind="stable")
    counts = np.bincount(y)
    starts = np.cumsum(counts) - counts
    places = np.empty(len(y), np.int64)
    places[by_class] = np.arange(len(y)) - starts[y[by_class]]
    return places
