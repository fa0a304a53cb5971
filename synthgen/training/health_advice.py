"""What to try against what is wrong with a training, but for what its recipe has already."""

from __future__ import annotations

from collections.abc import Callable, Set

from synthgen.training.health_verdicts import Kind

_Suggestion = Callable[[Set[str]], str]
"""In words, to a recipe that has these; nothing if it has all of it."""


def _unless(text: str, has: str) -> _Suggestion:
    return lambda there: "" if has in there else text


def _always(text: str) -> _Suggestion:
    return lambda _: text


def _penalties(there: Set[str]) -> str:
    return _lacking_penalties(there) or "heavier penalties r1 and r2"


def _relativistic_with(there: Set[str]) -> str:
    if "loss relativistic" in there:
        return _penalties(there)
    lacking = _lacking_penalties(there)
    return f"loss relativistic with {lacking}" if lacking else "loss relativistic"


def _some_penalty(there: Set[str]) -> str:
    has_any = any(one.startswith("penalty ") for one in there)
    return "a heavier penalty" if has_any else "penalties r1 and r2"


def _lacking_penalties(there: Set[str]) -> str:
    lacking = [name for name in ("r1", "r2") if f"penalty {name}" not in there]
    return f"{'penalties' if len(lacking) > 1 else 'penalty'} {' and '.join(lacking)}" if lacking else ""


_LOWER_RATE = _always("a lower train.optimizer.lr")
_OTHER_SEED = _always("another seed")
_LARGER_BATCH = _always("a larger train.batch_size")
_AUGMENTATIONS = _unless("augmentations where there are few real samples", "augmentations")

_SUGGESTIONS: dict[Kind, tuple[_Suggestion, ...]] = {
    "discriminator_won": (
        _penalties,
        _always("a lower train.discriminator_optimizer.lr"),
        _unless("fewer train.discriminator_steps", "one discriminator step"),
        _unless("loss relativistic", "loss relativistic"),
        _AUGMENTATIONS,
    ),
    "collapse": (
        _relativistic_with,
        _unless("penalty mismatch where there are classes", "penalty mismatch"),
        _LOWER_RATE,
        _OTHER_SEED,
    ),
    "repeats": (_relativistic_with, _LARGER_BATCH, _AUGMENTATIONS),
    "oscillation": (
        _LOWER_RATE,
        _unless("train.optimizer.betas of [0.0, 0.99]", "betas"),
        _penalties,
        _LARGER_BATCH,
    ),
    "explosion": (_LOWER_RATE, _penalties, _unless("train.optimizer.clip_value", "clip_value")),
    "divergence": (_LOWER_RATE, _some_penalty, _OTHER_SEED),
}


def advise(kind: Kind, has: Set[str] = frozenset()) -> str:
    """A sentence without its full stop; what the recipe `has` is not suggested.

    Known are `loss NAME` and `penalty NAME`, `augmentations`, `one discriminator step`, `betas` and `clip_value`.
    """
    words = [text for suggestion in _SUGGESTIONS[kind] if (text := suggestion(has))]
    return f"Try {', '.join(words[:-1])}{' or ' if len(words) > 1 else ''}{words[-1]}"
