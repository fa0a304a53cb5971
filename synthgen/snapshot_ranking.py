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
    lowest = ranked(scores)[0]
    why = f"the best of {len(scores)} scores; {chosen['text']}"
    if lowest is not chosen:
        why = (
            f"the latest of {len(scores)} scores that cannot be told from the best,"
            f" {lowest['score']:.4g} at step {lowest['step']}, standard error {lowest['error']:.2g};"
            f" {chosen['text']}"
        )
    return why if chosen["passes"] else f"{why}; none reaches the floor"
