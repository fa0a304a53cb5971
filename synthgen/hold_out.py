"""Real samples that are kept from a training, to judge it by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthgen.components import Dataset, Source
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import load_dataset
from synthgen.errors import SynthgenError
from synthgen.evaluation.scoring import FEWEST
from synthgen.metric import take_samples
from synthgen.recipe import Recipe

AUTO_SHARE = 0.1
"""Of each class, where `hold_out: auto` finds no test split."""

MOST = 10_000
"""Held-out samples at most: more would not tell more."""

_LEFT = 2
"""Samples of a class that the training keeps at least."""


@dataclass(frozen=True)
class RealParts:
    """A recipe's real data: what is trained on, and what is not."""

    train: Dataset
    held_out: Dataset | None
    whole: Dataset
    """What the recipe selects: `train`, and with it `held_out` where that was taken from there."""
    how: str
    """How the held-out samples were chosen, or why there are none, in a sentence."""


def wants_hold_out(recipe: Recipe) -> bool:
    """Whether anything in the recipe looks at held-out samples."""
    return recipe.report.level != "none" or recipe.selection is not None


def split_real(recipe: Recipe, dataset: Dataset, source: Source | None) -> RealParts:
    """Keep samples back as the recipe's `report.hold_out` says; the same ones for the same recipe and data.

    `source` is where `dataset` came from, None for data in memory: its test split is taken where it has one.
    """
    asked = recipe.report.hold_out
    if not wants_hold_out(recipe):
        return RealParts(dataset, None, dataset, "nothing in the recipe looks at held-out samples")
    if asked == "auto":
        test = _test_split(source, dataset, recipe.seed) if source is not None else None
        if test is not None:
            how = f"the test split of {dataset.name}, {len(test):,} samples that the training never sees"
            return RealParts(dataset, test, dataset, how + _also_chosen_by(recipe, test))
    share = AUTO_SHARE if asked == "auto" else float(asked)
    kept_back = _draw(dataset, share, recipe.seed)
    if not len(kept_back):
        why = (
            "report.hold_out is 0" if not share else f"{len(dataset):,} samples are too few to keep any back"
        )
        return RealParts(dataset, None, dataset, f"{why}: there are none")
    rest = np.setdiff1d(np.arange(len(dataset)), kept_back)
    how = (
        f"{len(kept_back):,} of the {len(dataset):,} samples, drawn at random from each class and kept from"
        " training"
    )
    held_out = take_samples(dataset, kept_back)
    return RealParts(take_samples(dataset, rest), held_out, dataset, how + _also_chosen_by(recipe, held_out))


def _also_chosen_by(recipe: Recipe, held_out: Dataset) -> str:
    """What else the samples serve, as far as it takes from what they tell."""
    if recipe.selection is None or len(held_out) < FEWEST:
        return ""
    return (
        "; the best snapshot is chosen by them as well, so that what is measured by them flatters the model a"
        " little: synthgen evaluate RUN --against DATA judges it by others"
    )


def _test_split(source: Source, train: Dataset, seed: int) -> Dataset | None:
    """The source's split `test`, if it has one with the same classes and other samples."""
    options = source.options
    if getattr(options, "split", None) != "train":
        return None
    changes = {"split": "test", "limit": None, "per_class": None}
    try:
        test = load_dataset(type(source)(options.model_copy(update=changes)), None, seed)
    except SynthgenError:
        return None
    except Exception:  # a third party's constructor may not expect what it would refuse as an option
        return None
    same_form = test.kind == train.kind and test.classes == train.classes
    if not same_form or _shape(test) != _shape(train) or fingerprint(test) == fingerprint(train):
        return None
    if (options.limit is not None or options.per_class is not None) and _has_all(test, train):
        return None  # the source knows no splits: this is all that it has
    if len(test) > MOST:
        test = take_samples(test, np.sort(np.random.default_rng(seed).permutation(len(test))[:MOST]))
    return test


def _has_all(one: Dataset, other: Dataset) -> bool:
    """Whether every sample of the other is one of this one's, too."""
    if isinstance(one.x, np.ndarray):
        there = {hash(sample.tobytes()) for sample in one.x}
        return all(hash(sample.tobytes()) in there for sample in other.x)
    from pandas.util import hash_pandas_object  # noqa: PLC0415 - not needed for images

    rows, wanted = (hash_pandas_object(dataset.x, index=False) for dataset in (one, other))
    return bool(wanted.isin(rows).all())


def _shape(dataset: Dataset) -> object:
    """What samples of one model have in common: shape of an array, columns of a table."""
    return dataset.x.shape[1:] if isinstance(dataset.x, np.ndarray) else list(dataset.x.columns)


def _draw(dataset: Dataset, share: float, seed: int) -> np.ndarray:
    """Positions, in order, of this share of each class, rounded down; every class keeps some."""
    share = min(share, MOST / len(dataset))
    rng = np.random.default_rng([seed, 0xE7A1])
    parts = []
    for label in range(max(1, len(dataset.classes))):
        members = rng.permutation(np.flatnonzero(dataset.y == label))
        parts.append(members[: max(0, min(int(len(members) * share), len(members) - _LEFT))])
    return np.sort(np.concatenate(parts))
