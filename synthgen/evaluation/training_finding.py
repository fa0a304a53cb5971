"""The question whether the training went well, answered from what was noticed while it lasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthgen.evaluation.findings import Finding, graded_finding
from synthgen.evaluation.wording import capital

MOST_EVENTS = 3
"""Of a training, told in the answer."""

UNNOTICED = (
    "Nothing was noticed while it trained, yet the samples have collapsed: the watch looks at few samples, every so"
    " many steps (health.every), and calls a fault that lasts for some looks, so that it may miss one, most of all"
    " in a short training."
)


def healthy(events: Sequence[Mapping[str, Any]] | None, *, collapsed: bool = False) -> Finding:
    """Whether the training went well: no if it ended in a failure, partly if there was one that passed, or if its
    samples have collapsed and nobody saw it."""
    question = "Healthy training?"
    if events is None:
        return Finding("healthy", question, "unknown", "Not watched.")
    if not events and collapsed:
        return graded_finding("healthy", question, "partly", UNNOTICED, [])
    if not events:
        return graded_finding("healthy", question, "yes", "Nothing was noticed.", [])
    restarts = sum(event.get("kind") == "restart" for event in events)
    lasting = [event for event in events if _lasts(event, restarts)]
    grave = any(event.get("severity", "failure") == "failure" for event in lasting)
    told = (lasting if grave else list(events))[:MOST_EVENTS]
    texts = [f"{capital(event_text(event))} (step {event.get('step', '?')})." for event in told]
    if len(events) > len(told):
        texts.append(f"{len(events) - len(told)} more in the section on the training.")
    if collapsed and not any(event.get("kind") in ("collapse", "repeats") for event in lasting):
        texts.append("That the samples have collapsed was not noticed.")
    return graded_finding("healthy", question, "no" if grave else "partly", " ".join(texts), [])


def event_text(event: Mapping[str, Any]) -> str:
    """What was noticed, without a full stop."""
    if event.get("kind") == "restart":
        return f"went back to step {event.get('back_to', 0)} because of {_plain(event.get('because'))}"
    text = str(event.get("text") or _plain(event.get("kind"))).strip().rstrip(".")
    return f"{text}, until step {event['until']}" if event.get("until") is not None else text


def _lasts(event: Mapping[str, Any], restarts: int) -> bool:
    """Whether something was still so at the end: not over, and not of an attempt that was given up."""
    if event.get("kind") == "restart" or event.get("until") is not None or event.get("given_up"):
        return False
    return event.get("attempt", restarts) == restarts


def _plain(word: object) -> str:
    return str(word or "something").replace("_", " ")
