"""Real samples that are kept from a training, to judge it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synthgen.components import Dataset, Source
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import load_dataset
from synthgen.data.overlap import in_common
from synthgen.errors import SynthgenError
from synthgen.evaluation.scoring import FEWEST, FEWEST_OF_CLASS
from synthgen.metric import draw_samples, take_samples
from synthgen.recipe import Recipe

AUTO_SHARE, LARGEST_AUTO_SHARE = 0.1, 0.2
"""Of each class, where `hold_out: auto` finds no test split; the larger the fewer samples there are."""

AUTO_LEAST = 50
"""Held-out samples that `auto` takes a larger share for."""

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

    def chosen_by(self, recipe: Recipe) -> Dataset | None:
        """Held-out samples that the best snapshot is chosen by; None if it is none, or by the training's own."""
        if recipe.selection is None or self.held_out is None:
            return None
        return self.choosing or (self.held_out if len(self.held_out) >= FEWEST else None)


def wants_hold_out(recipe: Recipe) -> bool:
    """Whether anything in the recipe looks at held-out samples."""
    return recipe.report.level != "none" or recipe.selection is not None


def split_real(
    recipe: Recipe, dataset: Dataset, source: Source | None, *, share_out: bool = True
) -> RealParts:
    """Keep samples back as the recipe's `report.hold_out` says; the same ones for the same recipe and data.

    `source` is where `dataset` came from, None for data in memory: its test split is taken where it has one.
    Unless they are to `share_out`, samples of their own to choose a snapshot by are not taken from those.
    """
    asked = recipe.report.hold_out
    if not wants_hold_out(recipe):
        return RealParts(dataset, None, dataset, "nothing in the recipe looks at held-out samples")
    if asked == "auto":
        test = find_test_split(source, dataset, recipe.seed) if source is not None else None
        if test is not None:
            how = f"the test split of {dataset.name}, {len(test):,} samples that the training never sees"
            return _shared_out(recipe, RealParts(dataset, test, dataset, how), share_out)
    share = _automatic_share(len(dataset)) if asked == "auto" else float(asked)
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
    return _shared_out(recipe, parts, share_out)


def _automatic_share(count: int) -> float:
    return min(LARGEST_AUTO_SHARE, max(AUTO_SHARE, AUTO_LEAST / max(1, count)))


def _shared_out(recipe: Recipe, parts: RealParts, wanted: bool) -> RealParts:
    """The parts with held-out samples to choose the best snapshot by, half of all at most, which the report then
    does without; where they are too few for both, or that is not `wanted`, they serve twice, and `how` says so."""
    held_out, settings = parts.held_out, recipe.selection
    if settings is None or held_out is None or len(held_out) < FEWEST:
        return parts
    why = _why_not_shared(held_out) if wanted else "when the run was trained they were not shared out"
    if why is not None:
        return replace(
            parts,
            how=f"{parts.how}; the best snapshot is chosen by them as well, for {why}, so that what is measured by"
            " them flatters the model a little: synthgen evaluate RUN --against DATA judges it by others",
        )
    labels, members = np.unique(held_out.y, return_counts=True)
    counts = _share_per_class(members, min(len(held_out) // 2, max(settings.samples, FEWEST)))
    chosen = _draw_counts(held_out, dict(zip(labels.tolist(), counts.tolist(), strict=True)), recipe.seed)
    rest = np.setdiff1d(np.arange(len(held_out)), chosen)
    how = (
        f"{parts.how}; the best snapshot is chosen by {len(chosen):,} of them, drawn at random from each class, and"
        f" the report is of the other {len(rest):,}"
    )
    return replace(
        parts, held_out=take_samples(held_out, rest), choosing=take_samples(held_out, chosen), how=how
    )


def _why_not_shared(held_out: Dataset) -> str | None:
    """Why these cannot be shared out; None if they can. Rows of a table are scored whatever their classes."""
    if len(held_out) < 2 * FEWEST:
        return f"sharing them out takes {2 * FEWEST}"
    labels, members = np.unique(held_out.y, return_counts=True)
    rare = int(np.argmin(members))
    if held_out.kind == "table" or members[rare] >= 2 * FEWEST_OF_CLASS:
        return None
    name = held_out.classes[labels[rare]].name if held_out.classes else "their one class"
    return (
        f"sharing them out takes {2 * FEWEST_OF_CLASS} of each class, and of {name} there are {members[rare]}"
    )


def _share_per_class(members: np.ndarray, total: int) -> np.ndarray:
    """How many of classes with so many members each choose the snapshot: in proportion, `total` in all, but as many
    of each class as its coverage takes, or half of it. They are more than `total` only for the sake of that."""
    counts, left = np.divmod(members * total, members.sum())
    counts[np.argsort(-left, kind="stable")[: total - counts.sum()]] += 1
    least = np.minimum(FEWEST_OF_CLASS, members // 2)
    counts = np.maximum(counts, least)
    while counts.sum() > total and (counts > least).any():
        counts[np.argmax(np.where(counts > least, counts, 0))] -= 1
    return counts


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
    if (
        whole
        and (options.limit is not None or options.per_class is not None)
        and in_common(train, test).all()
    ):
        return None  # the source knows no splits: this is all that it has
    return draw_samples(test, MOST, np.random.default_rng(seed))


def _shape(dataset: Dataset) -> object:
    """What samples of one model have in common: shape of an array, columns of a table."""
    return dataset.x.shape[1:] if isinstance(dataset.x, np.ndarray) else list(dataset.x.columns)


def _draw(dataset: Dataset, share: float, seed: int) -> np.ndarray:
    """Positions, in order, of this share of each class, rounded down; every class keeps some."""
    share = min(share, MOST / len(dataset))
    members = np.bincount(dataset.y, minlength=max(1, len(dataset.classes))).tolist()
    counts = {label: max(0, min(int(n * share), n - _LEFT)) for label, n in enumerate(members)}
    return _draw_counts(dataset, counts, seed)


def _draw_counts(dataset: Dataset, counts: Mapping[int, int], seed: int) -> np.ndarray:
    """Positions, in order, of so many samples of each class, drawn at random."""
    rng = np.random.default_rng([seed, 0xE7A1])
    parts = [rng.permutation(np.flatnonzero(dataset.y == label))[:count] for label, count in counts.items()]
    return np.sort(np.concatenate(parts))
