"""Whether one way of training beats another, by the differences between them from seed to seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synthgen.evaluation.utility.scores import Kind, Score
from synthgen.evaluation.wording import MINUS

Verdict = Literal["helps", "does not help", "cannot be told"]

WORTH = 0.002
"""Less than this is no gain."""


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation (n - 1) of some numbers; no deviation of a single one."""

    mean: float
    deviation: float | None
    count: int


def spread_of(values: Sequence[float | None]) -> Spread | None:
    """None if any of the numbers is missing, or all are."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    deviation = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return Spread(float(np.mean(known)), deviation, len(known))


def gain(better: Sequence[Score], than: Sequence[Score]) -> Spread | None:
    """By how much the first beat the second, seed by seed."""
    return spread_of([_difference(a.value, b.value) for a, b in zip(better, than, strict=True)])


def gain_by_class(better: Sequence[Score], than: Sequence[Score]) -> list[float | None]:
    """Of each class by how much more of its samples the first recognised, on average."""
    found = []
    for index in range(len(better[0].recalled)):
        pairs = [(a.recalled[index], b.recalled[index]) for a, b in zip(better, than, strict=True)]
        spread = spread_of([_difference(*pair) for pair in pairs])
        found.append(spread.mean if spread is not None else None)
    return found


def judge(found: Spread, tests: int) -> Verdict:
    """What a gain over seeds says, by its deviation, or twice that of two seeds, which may agree by chance.

    A gain of no more than one of the test samples says nothing.
    """
    if found.deviation is None:
        return "cannot be told"
    if found.mean > max(_wobble(found), WORTH, 1 / tests):
        return "helps"
    return "does not help" if found.mean + _wobble(found) < WORTH else "cannot be told"


def margin(found: Spread, tests: int) -> float | None:
    """What a gain must be above to be one, and a loss below; None where there is no deviation."""
    return None if found.deviation is None else max(_wobble(found), WORTH, 1 / tests)


def _wobble(found: Spread) -> float:
    deviation = found.deviation or 0.0
    return deviation if found.count > 2 else 2 * deviation


def told(found: Spread | None, kind: Kind, *, signed: bool = False) -> str:
    """Such as `94.9 % ± 0.3`, or `0.915 ± 0.002` of a ROC AUC."""
    if found is None:
        return "not measured"
    scale, digits = (1, 3) if kind == "ROC AUC" else (100, 1)
    number = f"{scale * found.mean:{'+' if signed else ''}.{digits}f}".replace("-", MINUS)
    text = f"{number}{unit(kind) and ' ' + unit(kind)}"
    return text + (f" ± {scale * found.deviation:.{digits}f}" if found.deviation is not None else "")


def unit(kind: Kind) -> str:
    """How a report shows such a score."""
    return "" if kind == "ROC AUC" else "%"


def _difference(a: float | None, b: float | None) -> float | None:
    return a - b if a is not None and b is not None else None
