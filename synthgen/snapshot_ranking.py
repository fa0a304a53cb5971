"""Which of a training's scores is the best, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any


def ranked(scores: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best first."""
    return sorted(scores, key=lambda one: (not one["passes"], one["score"], one["step"]))


def best_of(scores: Iterable[dict[str, Any]], keep: int) -> list[dict[str, Any]]:
    """The chosen one, and then the others by score; so many of all.

    The chosen one is the latest that cannot be told from the best: a score has an error, and as learning rates fall
    and more is averaged, later is better where nothing speaks against it.
    """
    order = ranked(scores)
    if not order:
        return []
    best = order[0]
    equal = [
        one
        for one in order
        if one["passes"] == best["passes"] and one["score"] <= best["score"] + best["error"]
    ]
    chosen = max(equal, key=lambda one: one["step"])
    return [chosen, *(one for one in order if one is not chosen)][:keep]


def why_chosen(scores: Collection[dict[str, Any]], chosen: dict[str, Any]) -> str:
    """In words, without a full stop."""
    best = ranked(scores)[0]
    below = sum(not one["passes"] for one in scores) if chosen["passes"] else 0
    of = f"of {len(scores)} scores"
    if below:
        of += f", {below} of which {'is' if below == 1 else 'are'} below the floor"
    if best is not chosen:
        why = f"{of}, the latest that {_not_told_from(best)}"
    else:
        why = f"the best {of}" if len(scores) > 1 else "the only score"
    why += f"; {chosen['text']}"
    return why if chosen["passes"] else f"{why}; none reaches the floor"


def standing(scores: Collection[dict[str, Any]], newest: dict[str, Any]) -> str:
    """What the newest score is among all so far, in words; nothing if it is not chosen."""
    best = ranked(scores)[0]
    if newest is best:
        return "the best so far"
    return f"chosen: it {_not_told_from(best)}" if newest is best_of(scores, 1)[0] else ""


def _not_told_from(best: dict[str, Any]) -> str:
    return (
        f"cannot be told from the best, {best['score']:.4g} at step {best['step']},"
        f" standard error {best['error']:.2g}"
    )
