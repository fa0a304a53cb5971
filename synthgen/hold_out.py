"""Real samples that are kept from a training, to judge it by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synthgen.components import Dataset, Source
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import load_dataset
from synthgen.errors import SynthgenError
from synthgen.evaluation.scoring import FEWEST, FEWEST_OF_CLASS
from synthgen.metric import draw_samples, take_samples
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
    """What the recipe selects: `train`, and with it what is held out where that was taken from there."""
    how: str
    """How the held-out samples were chosen, or why there are none, in a sentence."""
    choosing: Dataset | None = None
    """Other held-out samples, by which the best snapshot is chosen; None where `held_out` serves for that, too."""


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
        test = find_test_split(source, dataset, recipe.seed) if source is not None else None
        if test is not None:
            how = f"the test split of {dataset.name}, {len(test):,} samples that the training never sees"
            return _shared_out(recipe, RealParts(dataset, test, dataset, how))
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
    parts = RealParts(take_samples(dataset, rest), take_samples(dataset, kept_back), dataset, how)
    return _shared_out(recipe, parts)


def _shared_out(recipe: Recipe, parts: RealParts) -> RealParts:
    """The parts with held-out samples to choose the best snapshot by, half of all at most, which the report then
    does without; where they are too few for both, they serve twice, and `how` says so."""
    held_out, settings = parts.held_out, recipe.selection
    if settings is None or held_out is None or len(held_out) < FEWEST:
        return parts
    chosen = _draw(held_out, min(0.5, settings.samples / len(held_out)), recipe.seed)
    there = np.unique(held_out.y)
    members = np.bincount(held_out.y[chosen], minlength=there[-1] + 1)[there]
    if len(chosen) < FEWEST or members.min() < FEWEST_OF_CLASS:
        return replace(
            parts,
            how=f"{parts.how}; the best snapshot is chosen by them as well, for they are too few to be shared out,"
            " so that what is measured by them flatters the model a little: synthgen evaluate RUN --against DATA"
            " judges it by others",
        )
    rest = np.setdiff1d(np.arange(len(held_out)), chosen)
    how = (
        f"{parts.how}; the best snapshot is chosen by {len(chosen):,} of them, drawn at random from each class, and"
        f" the report is of the other {len(rest):,}"
    )
    return replace(
        parts, held_out=take_samples(held_out, rest), choosing=take_samples(held_out, chosen), how=how
    )


def find_test_split(source: Source, train: Dataset, seed: int, *, whole: bool = True) -> Dataset | None:
    """The split `test` of the source that `train` is from, if it has one with the same classes and other samples:
    the `whole` of it, or as many as its options `limit` and `per_class` say."""
    options = source.options
    if getattr(options, "split", None) != "train":
        return None
    changes: dict[str, Any] = {"split": "test"}
    changes |= {"limit": None, "per_class": None} if whole else {}
    try:
        test = load_dataset(type(source)(options.model_copy(update=changes)), None, seed)
    except SynthgenError:
        return None
    except Exception:  # a third party's constructor may not expect what it would refuse as an option
        return None
    same_form = test.kind == train.kind and test.classes == train.classes
    if not same_form or _shape(test) != _shape(train) or fingerprint(test) == fingerprint(train):
        return None
    if whole and (options.limit is not None or options.per_class is not None) and _has_all(test, train):
        return None  # the source knows no splits: this is all that it has
    return draw_samples(test, MOST, np.random.default_rng(seed))


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
