"""Scoring a comparison's points as a whole and class by class, with real samples in the synthetic ones' place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from synthgen.errors import DataError
from synthgen.evaluation.features import Features

T = TypeVar("T")

SHARES_DIFFER = 0.1
"""From which difference of the classes' shares on a note is made of it."""
_NAMED = 5  # classes that a note names


class Group(NamedTuple):
    """The points of some samples of each side, float32 `(n, d)`."""

    real: np.ndarray
    again: np.ndarray | None
    synthetic: np.ndarray


@dataclass(frozen=True)
class Scores(Generic[T]):
    """What a function gives for synthetic points against real ones, and for other real ones in their place."""

    value: T
    real: T | None
    per_class: Mapping[str, T | None]
    """None for a class with too few members on one side."""
    per_class_real: Mapping[str, T | None]
    note: str


def scores(features: Features, score: Callable[[np.ndarray, np.ndarray], T], least: int) -> Scores[T]:
    """The scores of real points and others, in this order; `least` samples of each are needed.

    As a whole, a sample's class is a part of it, so that a wrong label counts; see `with_classes`. Raises
    DataError where there are too few samples in all.
    """
    group = with_classes(features)
    if min(len(group.real), len(group.synthetic)) < least:
        raise DataError(
            f"{len(group.real)} real and {len(group.synthetic)} synthetic samples are too few: {least} of each"
            " at least"
        )
    again = group.again if group.again is not None and len(group.again) >= least else None
    per_class: dict[str, T | None] = {}
    per_class_real: dict[str, T | None] = {}
    for name, members in by_class(features, least).items():
        per_class[name] = per_class_real[name] = None
        if members:
            per_class[name] = score(members.real, members.synthetic)
        if members and members.again is not None:
            per_class_real[name] = score(members.real, members.again)
    return Scores(
        value=score(group.real, group.synthetic),
        real=score(group.real, again) if again is not None else None,
        per_class=per_class,
        per_class_real=per_class_real,
        note=_note(features, [name for name, value in per_class.items() if value is None], least),
    )


def with_classes(features: Features) -> Group:
    """All points, with the class as further dimensions: one-hot, and as long as the real points are on average
    (the joint embedding of DeVries et al. 2019)."""
    if len(features.classes) < 2:
        return Group(features.real, features.again, features.synthetic)
    centred = features.real - features.real.mean(0)
    length = float(np.sqrt(np.square(centred).sum(1).mean())) or 1.0
    one_hot = np.eye(len(features.classes), dtype=np.float32) * np.float32(length)

    def joint(points: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.concatenate([points, one_hot[y]], 1)

    again = None
    if features.again is not None and features.again_y is not None:
        again = joint(features.again, features.again_y)
    return Group(
        joint(features.real, features.real_y), again, joint(features.synthetic, features.synthetic_y)
    )


def by_class(features: Features, least: int) -> dict[str, Group | None]:
    """For each class the points of its members, as many of each side, drawn at random; None where real or
    synthetic ones are fewer than `least`. Empty without classes."""
    rng = np.random.default_rng(features.seed)
    groups: dict[str, Group | None] = {}
    for label, name in enumerate(features.classes if len(features.classes) > 1 else ()):
        real = features.real[features.real_y == label]
        made = features.synthetic[features.synthetic_y == label]
        again = features.again[features.again_y == label] if features.again is not None else None
        if again is not None and len(again) < least:
            again = None
        sides = [real, made, *([again] if again is not None else [])]
        count = min(map(len, sides))
        if count < least:
            groups[name] = None
            continue
        some = [side[rng.permutation(len(side))[:count]] for side in sides]
        groups[name] = Group(some[0], some[2] if again is not None else None, some[1])
    return groups


def _note(features: Features, left_out: list[str], least: int) -> str:
    notes = [f"{len(features.synthetic):,} synthetic and as many real samples; {features.words}"]
    if len(features.classes) > 1:
        notes.append("as a whole, a sample's class is a part of it")
        counts = [
            np.bincount(y, minlength=len(features.classes)) / len(y)
            for y in (features.real_y, features.synthetic_y)
        ]
        apart = float(np.abs(counts[0] - counts[1]).sum() / 2)
        if apart > SHARES_DIFFER:
            notes.append(
                f"{100 * apart:.0f} % of the samples are of classes that have other shares in the real data,"
                " which counts as a whole, not by class"
            )
    if left_out:
        names = ", ".join(left_out[:_NAMED])
        more = f" and {len(left_out) - _NAMED} more" if len(left_out) > _NAMED else ""
        notes.append(f"too few samples of {names}{more}: {least} at least")
    return "; ".join(notes)
