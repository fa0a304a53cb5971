"""What the small CNN that judges learns from images or signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synthgen.evaluation.classifier import train_classifier
from synthgen.evaluation.utility.examples import Examples
from synthgen.evaluation.utility.learning import Learner, Learnt

BATCH = 64


class NetworkLearner(Learner):
    """The evaluation's classifier, always for as many steps."""

    def __init__(self, samples: str, classes: int, steps: int) -> None:
        super().__init__("accuracy", classes)
        self.samples = samples
        """`images` or `signals`."""
        self.steps = steps

    def about(self, count: int) -> str:
        """The same for any number of samples."""
        return f"a small CNN, {self.steps} steps of {BATCH} {self.samples}"

    def learn(
        self,
        given: Examples,
        *,
        seed: int,
        extra: Examples | None = None,
        change: Callable[..., Any] | None = None,
        like: int | None = None,
    ) -> Learnt:
        """Half of every batch is from `extra`."""
        return train_classifier(
            given.x,
            given.y,
            self.classes,
            kind=self.samples,
            steps=self.steps,
            seed=seed,
            extra=(extra.x, extra.y) if extra is not None else None,
            change=change,
            batch=BATCH,
        ).probabilities
