"""What looks at samples come to, once several in a row have found the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from synthgen.training.health_samples import Look
from synthgen.training.health_verdicts import Kind, name_some

WARM_UP = 0.15
"""Share of the training after which samples must vary."""
LOOKS = 3
"""So many looks in a row must find the same."""
COLLAPSED = 0.1
"""Spread of samples within their classes, fake over real, below which a generator has collapsed. One that only
learns slowly has 0.15 to 0.25 for a long while."""
CLASS_COLLAPSED = 0.1
"""The same of a single class."""
REPEATED = 0.05
"""Distance of a sample to the nearest one, fake over real, below which samples repeat themselves."""
NEARLY_REPEATED, BESIDE_SPREAD = 0.3, 0.35
"""And so they do below the first if the distance is below the second beside the spread, too: samples that vary, but
along a line. Healthy ones that still vary little have at least 0.45 of the spread."""

_ALL, _REPEATS = "all", "repeats"


class Looks:
    """What the last looks have found."""

    def __init__(self) -> None:
        self._streaks: dict[str, int] = {}  # of looks in a row, by what they found
        self._too_early = False

    @property
    def suspicious(self) -> bool:
        """Whether the last look found anything, if only for now."""
        return bool(self._streaks) or self._too_early

    def state(self) -> dict[str, Any]:
        """All of it, as primitives."""
        return {"streaks": dict(self._streaks), "too_early": self._too_early}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave."""
        self._streaks, self._too_early = dict(state["streaks"]), state["too_early"]

    def judge(self, look: Look, progress: float, known: Collection[Kind]) -> dict[Kind, str | None]:
        """What is wrong, in words, by kind; None for a kind that is not. To be asked once of each look.

        Of the kinds that are `known` to be so, one look is enough for it to go on.
        """
        self._too_early = progress < WARM_UP and look.spread < COLLAPSED
        if progress < WARM_UP:
            return {}
        flat = [name for name, spread in look.by_class.items() if spread < CLASS_COLLAPSED]
        found = {f"class {name}" for name in flat}
        found |= {_ALL} if look.spread < COLLAPSED else set()
        found |= {_REPEATS} if look.nearest is not None and _repeats(look.nearest, look.spread) else set()
        self._streaks = {key: self._streaks.get(key, 0) + 1 for key in sorted(found)}
        lasting = {
            key
            for key, count in self._streaks.items()
            if count >= LOOKS or (_REPEATS if key == _REPEATS else "collapse") in known
        }
        classes = [name for name in flat if f"class {name}" in lasting]
        collapse = _say_collapse(look, classes) if classes or _ALL in lasting else None
        repeats = _say_repeats(look) if _REPEATS in lasting and collapse is None else None
        return {"collapse": collapse, "repeats": repeats}


def _repeats(nearest: float, spread: float) -> bool:
    return nearest < REPEATED or nearest < min(NEARLY_REPEATED, BESIDE_SPREAD * spread)


def _say_collapse(look: Look, classes: list[str]) -> str:
    if look.spread < COLLAPSED or not classes:
        return (
            f"the generator has collapsed: its samples vary {look.spread:.0%} as much as real ones, whatever the"
            " latent"
        )
    most = max(look.by_class[name] for name in classes)
    where = name_some(classes)
    return f"the generator has collapsed in {where}: samples vary {most:.0%} or less as much as real ones"


def _say_repeats(look: Look) -> str:
    return f"samples repeat themselves: one is {look.nearest:.0%} as far from the next as real ones are"
