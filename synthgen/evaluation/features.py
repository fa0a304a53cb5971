"""Samples as points whose distances mean something, by a network that is made from the real data itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.classifier import LEVELS, Classifier, random_classifier, train_classifier
from synthgen.evaluation.network_cache import cached, state_hash
from synthgen.metric import Comparison

RECIPE = 1
"""Version of how the network is trained; raise it when it changes in more than these numbers."""
STEPS = 400
BATCH = 64
MOST = 20_000
"""Samples that it is trained on at most; of each class as many, as far as there are."""
MOST_BYTES = 2**29
"""How large these may be together."""
KEPT_BACK = 1_000
"""Samples at most, and a tenth of them, that it is not trained on: what its accuracy is told of."""
SCALED_BY = 5_000
"""Samples at most that say how far apart points are."""
TEXTURE = 0.5
"""How long the part of a point is that tells the texture, over the part that tells what a sample shows. The latter
alone takes no note of noise and blur; the longer the former, the more it makes of what nobody sees."""

About = Mapping[str, str | int | float]


@dataclass(frozen=True, eq=False)
class FeatureNetwork:
    """What gives each sample of a dataset's form a point.

    The points of real images and signals have mean 0 and mean squared length `d`, so that figures of two datasets
    are of a like size. Still only figures by one and the same network can be compared.
    """

    look: Callable[[Sequence[Dataset]], list[np.ndarray]]
    about: About
    """`network`, in words, and if it is one: `dimensions`, `sha256` of its weights and, where it learnt,
    `accuracy` on samples that were kept back."""

    def features(self, dataset: Dataset) -> np.ndarray:
        """The points of a dataset of the same kind and form, float32 `(N, d)`.

        Raises DataError if samples have values that are not finite.
        """
        return self.features_of_all([dataset])[0]

    def features_of_all(self, datasets: Sequence[Dataset]) -> list[np.ndarray]:
        """The same for several datasets, which for tables costs less than one after the other."""
        found = self.look(datasets)
        for dataset, points in zip(datasets, found, strict=True):
            wrong = np.flatnonzero(~np.isfinite(points).all(1))
            if len(wrong):
                raise DataError(
                    f"{dataset.name}: {len(wrong)} of {len(points)} samples have values that are not finite or"
                    f" too large to compare; the first is sample {wrong[0]}"
                )
        return found

    @property
    def words(self) -> str:
        """The network, for a note below a figure."""
        words = str(self.about["network"])
        if "accuracy" in self.about:
            words += f", {100 * float(self.about['accuracy']):.1f} % right"
        return words + (f", weights {str(self.about['sha256'])[:8]}" if "sha256" in self.about else "")


@dataclass(frozen=True, eq=False)
class Features:
    """The points of a comparison's sides, float32 `(n, d)`, and their classes, int64 `(n,)`."""

    real: np.ndarray
    real_y: np.ndarray
    again: np.ndarray | None
    again_y: np.ndarray | None
    synthetic: np.ndarray
    synthetic_y: np.ndarray
    classes: tuple[str, ...]
    """Their names; empty without labels."""
    words: str
    """What gave the points, for notes."""
    about: About
    seed: int = 0


def learnt_features(comparison: Comparison) -> Features:
    """Points by `feature_network` of the real data; for `comparison.once`."""
    network = feature_network(comparison.real, cache=comparison.cache, seed=comparison.seed)
    return features_of_sides(comparison, network)


def features_of_sides(comparison: Comparison, network: FeatureNetwork) -> Features:
    """The points that a network gives a comparison's sides."""
    real, again, synthetic = comparison.sides
    points = network.features_of_all([real, synthetic, *([again] if again is not None else [])])
    return Features(
        real=points[0],
        real_y=real.y,
        again=points[2] if again is not None else None,
        again_y=again.y if again is not None else None,
        synthetic=points[1],
        synthetic_y=synthetic.y,
        classes=comparison.names,
        words=network.words,
        about=network.about,
        seed=comparison.seed,
    )


def feature_network(dataset: Dataset, *, cache: Path | None = None, seed: int = 0) -> FeatureNetwork:
    """What gives samples of this dataset's form their points.

    Images and signals with classes: the last hidden layer of a classifier that is trained on them, always alike,
    and kept in the folder `cache` if one is given; beside it what its first layers say of the texture. Without
    classes: the same network with random weights. Tables: rows as `encode_rows` has them, by this dataset's rows.

    Raises DataError where there are no samples, or images below 8×8 or signals of fewer than 8 values.
    """
    if not len(dataset):
        raise DataError(f"{dataset.name}: there are no samples")
    if dataset.kind == "table":
        return _row_network(dataset)
    if len(np.unique(dataset.y)) > 1:
        about: dict[str, str | int | float] = {
            "network": f"{sum(LEVELS)} features of a classifier trained on the real data"
        }
        key = f"features {RECIPE} {STEPS} {BATCH} {MOST} {KEPT_BACK} {SCALED_BY} {TEXTURE} {LEVELS} {seed}"
        state = cached(dataset, cache, key, lambda: _learn(dataset, seed))
    else:
        about = {
            "network": f"{sum(LEVELS)} features of a network with random weights, there being no classes"
        }
        state = _at_random(dataset, seed)
    return _network(dataset.kind, state, about)


def _row_network(dataset: Dataset) -> FeatureNetwork:
    from synthgen.evaluation.rows import encode_rows  # noqa: PLC0415 - not needed for images

    categories = [dataset.target] if dataset.classes and dataset.target is not None else []

    def look(datasets: Sequence[Dataset]) -> list[np.ndarray]:
        return encode_rows([other.x for other in datasets], dataset.x, categories)

    return FeatureNetwork(look, {"network": "rows as standardised numbers and categories"})


def _network(kind: str, state: dict[str, Tensor], about: dict[str, str | int | float]) -> FeatureNetwork:
    """The network of such a state: a classifier's, `points.mean`, `points.scale` and maybe `accuracy`."""
    about |= {"dimensions": sum(LEVELS), "sha256": state_hash(state)}
    if "accuracy" in state:
        about["accuracy"] = float(state["accuracy"])
    mean, scale = state["points.mean"].numpy(), state["points.scale"].numpy()
    classifier = Classifier.from_state({name: state[name] for name in state if name not in _OWN})

    def look(datasets: Sequence[Dataset]) -> list[np.ndarray]:
        return [(classifier.levels(other.x) - mean) * scale for other in datasets]

    return FeatureNetwork(look, about)


_OWN = ("points.mean", "points.scale", "accuracy")


def _learn(dataset: Dataset, seed: int) -> dict[str, Tensor]:
    some = np.random.default_rng(seed).permutation(len(dataset))
    kept = some[: min(KEPT_BACK, len(some) // 10)]
    most = min(MOST, MOST_BYTES // dataset.x[:1].nbytes)
    learn = _evenly(dataset.y, some[len(kept) :], most)
    classifier = train_classifier(
        dataset.x[learn],
        dataset.y[learn],
        len(dataset.classes),
        kind=dataset.kind,
        steps=STEPS,
        seed=seed,
        batch=BATCH,
    )
    state = _scaled(classifier, dataset)
    if len(kept):
        state["accuracy"] = torch.tensor(classifier.accuracy(dataset.x[kept], dataset.y[kept]))
    return state


def _evenly(y: np.ndarray, order: np.ndarray, most: int) -> np.ndarray:
    """Of these positions about `most`, of each class as many as far as there are, in their order."""
    each = most // len(np.unique(y))
    before = np.empty(len(order), np.int64)  # how many of its class come before it
    for label in np.unique(y[order]):
        members = y[order] == label
        before[members] = np.arange(members.sum())
    return order[before < max(1, each)]


def _at_random(dataset: Dataset, seed: int) -> dict[str, Tensor]:
    some = np.random.default_rng(seed).permutation(len(dataset))[:KEPT_BACK]
    return _scaled(random_classifier(dataset.x[some], kind=dataset.kind, seed=seed), dataset)


def _scaled(classifier: Classifier, dataset: Dataset) -> dict[str, Tensor]:
    """A classifier's state, and by which mean and which factors its levels become points."""
    levels = classifier.levels(dataset.x[:: -(-len(dataset) // SCALED_BY)]).astype(np.float64)
    mean, squares = levels.mean(0), levels.var(0)
    lengths = np.array([1.0, *(TEXTURE / (len(LEVELS) - 1) ** 0.5 for _ in LEVELS[1:])])
    lengths *= np.sqrt(sum(LEVELS) / np.square(lengths).sum())
    parts = np.split(squares, np.cumsum(LEVELS)[:-1])
    factors = [length / (np.sqrt(part.sum()) or 1.0) for length, part in zip(lengths, parts, strict=True)]
    return {
        **classifier.state(),
        "points.mean": torch.from_numpy(mean.astype(np.float32)),
        "points.scale": torch.from_numpy(np.repeat(factors, LEVELS).astype(np.float32)),
    }
