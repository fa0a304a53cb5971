"""What all classifiers that utility is measured with have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from synthgen.evaluation.utility.examples import Examples
from synthgen.evaluation.utility.scores import Kind, Score, score

Learnt = Callable[[np.ndarray], np.ndarray]
"""Gives samples `(N, ...)` their probability of each class, float32 `(N, classes)`."""


class Learner(ABC):
    """Trains classifiers for one kind of data and scores them."""

    def __init__(self, kind: Kind, classes: int) -> None:
        self.kind = kind
        """What `score` gives."""
        self.classes = classes

    @abstractmethod
    def about(self, count: int) -> str:
        """What learns from so many samples, in words."""

    @abstractmethod
    def learn(
        self,
        given: Examples,
        *,
        seed: int,
        extra: Examples | None = None,
        change: Callable[..., Any] | None = None,
        like: int | None = None,
    ) -> Learnt:
        """A classifier trained on the samples; those in `extra` count for as much as them together.

        `change` is done to each batch, where it learns in batches. The classifier is of the kind that learns from
        so many samples as `like` says, if it is given. The same arguments give the same classifier.
        """

    def score(self, learnt: Learnt, test: Examples) -> Score:
        """How well it recognises the classes of the test samples."""
        return score(self.kind, learnt(test.x), test.y)
