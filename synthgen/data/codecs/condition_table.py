"""Which conditions occur together, and how often: from it the conditions of samples are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd

MOST_ROWS = 20_000
"""Of more different combinations than this, about so many of the data's rows are kept at random."""
LEAST_ROWS = 200
"""About so many are kept of each category, or all that it has; the others' rows count for more then."""
NEIGHBOURS = 200
"""For a number that does not occur in the data, what goes with so many rows of the nearest numbers is taken."""


class ConditionTable:
    """The combinations of conditions in the real data, `codes (M, conditions)`, and the `counts (M,)` of each."""

    def __init__(self, codes: np.ndarray, counts: np.ndarray, numbers: Sequence[int] = ()) -> None:
        self.codes = codes
        self.counts = counts
        self.numbers = set(numbers)
        """The places of conditions that are numbers."""

    @classmethod
    def of(cls, codes: np.ndarray, numbers: Sequence[int] = ()) -> Self:
        """From the codes `(N, conditions)` of all real rows."""
        distinct, counts = _count(codes, np.ones(len(codes), np.int64))
        if len(distinct) > MOST_ROWS:
            distinct, counts = _count(*_some(codes, numbers))
        return cls(distinct, counts, numbers)

    def draw(
        self, uniform: np.ndarray, wanted: Mapping[int, np.ndarray], fixed: Mapping[int, float]
    ) -> np.ndarray:
        """Codes `(B, conditions)`, drawn with the numbers `uniform (B,)` in [0, 1).

        `wanted` has codes `(B,)` of some conditions, by their place, such as the label's; `fixed` has a code for
        all rows. The rest is drawn from the combinations that have all of these, or, of a fixed number that does
        not occur, from those with the nearest. Where there are none, it is drawn without regard to `fixed`, and
        then without regard to `wanted`.
        """
        held = self._held(fixed)
        rows = np.empty(len(uniform), np.int64)
        keys = np.stack([*wanted.values()], 1) if wanted else np.zeros((len(uniform), 0))
        distinct, group = (
            np.unique(keys, axis=0, return_inverse=True) if wanted else (keys[:1], np.zeros(len(keys)))
        )
        for number, key in enumerate(distinct):
            fits = (self.codes[:, list(wanted)] == key).all(1) if wanted else np.ones(len(held), bool)
            candidates = next(np.flatnonzero(m) for m in (fits & held, fits, held) if m.any())
            mine = np.flatnonzero(group.reshape(-1) == number)
            odds = np.cumsum(self.counts[candidates])
            drawn = np.searchsorted(odds, uniform[mine] * odds[-1], side="right")
            rows[mine] = candidates[np.minimum(drawn, len(candidates) - 1)]
        codes = self.codes[rows]
        for place, code in fixed.items():
            codes[:, place] = code
        for place, values in wanted.items():
            codes[:, place] = values
        return codes

    def counts_at(self, place: int, size: int, fixed: Mapping[int, float]) -> list[int]:
        """Rows with each of the `size` codes of the condition at `place`, of those that have what is `fixed`."""
        held = self._held(fixed)
        found = np.bincount(self.codes[held, place].astype(np.int64), self.counts[held], minlength=size)
        return [round(count) for count in found.tolist()]

    def _held(self, fixed: Mapping[int, float]) -> np.ndarray:
        """The combinations that have what is fixed, bool `(M,)`; all where none has."""
        held = np.ones(len(self.codes), bool)
        for place, code in fixed.items():
            fits = held & (self.codes[:, place] == code)
            if place in self.numbers and held.any() and not fits.any():
                distance = np.where(held, np.abs(self.codes[:, place] - code), np.inf)
                order = np.argsort(distance, kind="stable")[: int(held.sum())]
                enough = int(np.searchsorted(np.cumsum(self.counts[order]), NEIGHBOURS))
                fits = held & (distance <= distance[order[min(enough, len(order) - 1)]])
            held = fits
        return held if held.any() else np.ones(len(held), bool)

    def tensors(self) -> dict[str, np.ndarray]:
        """All of it as arrays."""
        return {
            "codes": self.codes,
            "counts": self.counts,
            "numbers": np.array(sorted(self.numbers), np.int64),
        }

    @classmethod
    def from_tensors(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """The table that gave these."""
        return cls(arrays["codes"], arrays["counts"], arrays["numbers"].tolist())


def _some(codes: np.ndarray, numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Some of the rows, and how many each of them stands for."""
    chance = np.full(len(codes), MOST_ROWS / len(codes))
    for place in set(range(codes.shape[1])) - set(numbers):
        own = codes[:, place].astype(np.int64)
        chance = np.maximum(chance, LEAST_ROWS / np.bincount(own)[own])
    chance = np.minimum(chance, 1.0)
    some = np.random.default_rng(0).random(len(codes)) < chance
    return codes[some], 1 / chance[some]


def _count(codes: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different rows, sorted, and the sum of the weights of each."""
    places = list(range(codes.shape[1]))
    table = pd.DataFrame(codes, columns=places).assign(weight=weights)
    counts = table.groupby(places, sort=True)["weight"].sum()
    distinct = counts.index.to_frame(index=False).to_numpy(codes.dtype)
    return distinct, counts.to_numpy()
