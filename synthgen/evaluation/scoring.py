"""One number for a snapshot of a generator, by which the best of a training is chosen. Lower is better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.features import feature_network
from synthgen.evaluation.kernel_distance import kernel_distance
from synthgen.evaluation.neighbours import K, coverage
from synthgen.metric import draw_samples, take_samples

FEWEST = 200
"""Held-out samples to score by at least; where there are fewer, those are taken that the training had."""
BLOCKS = 10
"""Parts of the samples, to tell the error of their distance by."""
FEWEST_OF_CLASS = 2 * K
"""Samples of a class, real and synthetic each, for its coverage to be told."""


@dataclass(frozen=True)
class Score:
    """What a snapshot is worth."""

    value: float
    """Lower is better."""
    text: str
    """What it is made of, in words."""
    passes: bool = True
    """Whether no class falls below the floor."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """What it is made of, as numbers."""
    error: float = 0.0
    """Standard error of the value: scores that differ by less cannot be told apart."""


class Scorer(Protocol):
    """Scores samples, always against the same real ones."""

    about: str
    """What by, for the record of a run."""

    def score(self, synthetic: Dataset) -> Score:
        """The score of samples in the real data's form. Raises DataError where they allow none."""


def make_scorer(
    real: Dataset,
    held_out: Dataset | None,
    *,
    samples: int,
    floor: float,
    cache: Path | None = None,
    seed: int = 0,
) -> Scorer:
    """What scores samples of a model that was trained on `real`; at most `samples` real ones are compared with.

    Raises DataError where there are too few real samples.
    """
    if real.kind == "table":
        from synthgen.evaluation.table_scoring import TableScorer  # noqa: PLC0415 - not needed for images

        reference, _, which = choose_reference(real, held_out, samples, seed)
        return TableScorer(reference, which, seed=seed)
    return PointScorer(real, held_out, samples=samples, floor=floor, cache=cache, seed=seed)


class PointScorer:
    """Images and signals: KID on the features of a network that is made from the real data, and how far samples
    cover each class.

    The coverage of a class is told as a share of what other real samples reach in the place of synthetic ones; the
    worst class's must reach the floor, since a distance of all samples hardly sees one class that is gone.
    """

    def __init__(
        self,
        real: Dataset,
        held_out: Dataset | None,
        *,
        samples: int,
        floor: float,
        cache: Path | None,
        seed: int,
    ) -> None:
        self.floor = floor
        self.network = feature_network(real, cache=cache, seed=seed)
        reference, again, which = choose_reference(real, held_out, samples, seed)
        self.y = reference.y
        self.names = [label.name for label in reference.classes] or [""]
        self.points = self.network.features(reference)
        self.about = f"KID ({self.network.words}) against {len(self.points):,} {which}"
        others, y = self.network.features(again), again.y
        self.members = [self.points[self.y == number] for number in range(len(self.names))]
        self.others = [others[y == number] for number in range(len(self.names))]
        if len(self.points) < 2:
            raise DataError(f"{real.name}: {len(real)} samples are too few to score snapshots by")

    def score(self, synthetic: Dataset) -> Score:
        """KID; it passes if every class's relative coverage reaches the floor."""
        points = self.network.features(synthetic)
        value = kernel_distance(self.points, points)
        error = _error(self.points, points)
        covered = {
            name: share
            for number, name in enumerate(self.names)
            if (share := self._coverage(number, points[synthetic.y == number], len(points))) is not None
        }
        parts = {"kid": value}
        if not covered:
            return Score(value, f"KID {value:.4g}", parts=parts, error=error)
        worst = min(covered, key=lambda name: covered[name])
        parts["coverage"] = covered[worst]
        of = f"class {worst} covers" if worst else "samples cover"
        text = f"KID {value:.4g}; {of} {covered[worst]:.0%} of what real samples do"
        passes = covered[worst] >= self.floor
        return Score(value, text if passes else f"{text}, below the floor", passes, parts, error)

    def _coverage(self, number: int, made: np.ndarray, total: int) -> float | None:
        """Of a class, as a share of that of other real samples; None where there are too few."""
        real, others = self.members[number], self.others[number]
        count = min(len(real), len(others))
        if count < FEWEST_OF_CLASS:
            return None
        if len(made) < FEWEST_OF_CLASS:
            return 0.0 if total * len(real) >= 2 * FEWEST_OF_CLASS * len(self.points) else None
        count = min(count, len(made))
        reached = coverage(real[:count], others[:count])
        return coverage(real[:count], made[:count]) / reached if reached else None


def _error(real: np.ndarray, made: np.ndarray) -> float:
    """The standard error of the kernel distance of these points, from that of parts of them."""
    parts = [
        kernel_distance(real[start::BLOCKS], made[start::BLOCKS])
        for start in range(BLOCKS)
        if min(len(real), len(made)) >= 2 * BLOCKS
    ]
    return float(np.std(parts, ddof=1) / math.sqrt(BLOCKS)) if parts else 0.0


def choose_reference(
    real: Dataset, held_out: Dataset | None, samples: int, seed: int
) -> tuple[Dataset, Dataset, str]:
    """Real samples to compare with, others to stand in for synthetic ones, and which the first are, in words."""
    rng = np.random.default_rng(seed)
    if held_out is not None and len(held_out) >= FEWEST:
        some = (draw_samples(held_out, samples, rng), draw_samples(real, samples, rng))
        return *some, "held-out samples"
    halves = np.array_split(rng.permutation(len(real)), 2)
    reference, again = (take_samples(real, np.sort(half[:samples])) for half in halves)
    return reference, again, "real samples"
