"""How many real samples somebody may have: the sizes at which the gain of synthetic ones is measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from synthgen.evaluation.utility.examples import Examples, draw_per_class, draw_share

PER_CLASS = (50, 200, 1000)
PERCENT = (5, 20)
NEARLY_ALL = 0.8
"""A size that takes more than this of all samples gives way to all of them."""


class Size(NamedTuple):
    """One of the sizes."""

    suffix: str
    """Behind the name of its figure."""
    title: str
    per_class: int | None = None
    """Samples of each class at most; None for a share."""
    share: float = 1.0

    def draw(self, real: Examples, seed: int) -> Examples:
        """So many of the real samples, others with each seed; a larger size keeps those of a smaller one."""
        if self.per_class is not None:
            return draw_per_class(real, self.per_class, seed)
        return draw_share(real, self.share, seed) if self.share < 1 else real


def sizes(real: Examples, *, table: bool) -> list[Size]:
    """The smallest first. Images and signals: so many of each class, all of them where that is not many more;
    tables: shares of the rows."""
    if table:
        shares = [Size(f"{percent}_percent", f"{percent} %", share=percent / 100) for percent in PERCENT]
        return [*shares, Size("100_percent", "100 %")]
    counts = np.bincount(real.y)
    found: list[Size] = []
    for most in PER_CLASS:
        if np.minimum(counts, most).sum() > NEARLY_ALL * real.count:
            return [*found, Size("all", "all")]
        found.append(Size(str(most), f"{most:,} a class", per_class=most))
    return found
