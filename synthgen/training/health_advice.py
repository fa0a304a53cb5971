"""What to try against what is wrong with a training, but for what its recipe has already."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from synthgen.training.health_verdicts import Kind


class _Suggestion(NamedTuple):
    text: str
    has: frozenset[str] = frozenset()
    """A recipe with all of these has it."""
    instead: str = ""
    """What is said then, if anything."""


_LOWER_RATE = _Suggestion("a lower train.optimizer.lr")
_OTHER_SEED = _Suggestion("another seed")
_LARGER_BATCH = _Suggestion("a larger train.batch_size")
_BOTH = frozenset({"penalty r1", "penalty r2"})
_HEAVIER = "heavier penalties r1 and r2"
_PENALTIES = _Suggestion("penalties r1 and r2", _BOTH, _HEAVIER)
_RELATIVISTIC = _Suggestion("loss relativistic", frozenset({"loss relativistic"}))
_RELATIVISTIC_WITH = _Suggestion(
    "loss relativistic with penalties r1 and r2", _BOTH | {"loss relativistic"}, _HEAVIER
)
_AUGMENTATIONS = _Suggestion("augmentations where there are few real samples", frozenset({"augmentations"}))

_SUGGESTIONS: dict[Kind, tuple[_Suggestion, ...]] = {
    "discriminator_won": (
        _PENALTIES,
        _Suggestion("a lower train.discriminator_optimizer.lr"),
        _Suggestion("fewer train.discriminator_steps", frozenset({"one discriminator step"})),
        _RELATIVISTIC,
        _AUGMENTATIONS,
    ),
    "collapse": (
        _RELATIVISTIC_WITH,
        _Suggestion("penalty mismatch where there are classes", frozenset({"penalty mismatch"})),
        _LOWER_RATE,
        _OTHER_SEED,
    ),
    "repeats": (_RELATIVISTIC_WITH, _LARGER_BATCH, _AUGMENTATIONS),
    "oscillation": (
        _LOWER_RATE,
        _Suggestion("train.optimizer.betas of [0.0, 0.99]", frozenset({"betas"})),
        _PENALTIES,
        _LARGER_BATCH,
    ),
    "explosion": (
        _LOWER_RATE,
        _PENALTIES,
        _Suggestion("train.optimizer.clip_value", frozenset({"clip_value"})),
    ),
    "divergence": (_LOWER_RATE, _Suggestion("a heavier penalty"), _OTHER_SEED),
}


def advise(kind: Kind, has: Set[str] = frozenset()) -> str:
    """A sentence without its full stop; what the recipe `has` is not suggested.

    Known are `loss NAME` and `penalty NAME`, `augmentations`, `one discriminator step`, `betas` and `clip_value`.
    """
    told = [one.instead if one.has and one.has <= has else one.text for one in _SUGGESTIONS[kind]]
    words = [text for text in told if text]
    return f"Try {', '.join(words[:-1])}{' or ' if len(words) > 1 else ''}{words[-1]}"
