"""What is said of a run whose training was stopped: which of its generators is kept, or judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LAST_WELL = "the last in which the watch saw nothing wrong yet"
"""What a healthy state is called. No more than that is known of it: a report, which looks closer, may call it
collapsed all the same."""


def note_of_stop(stopped_at: int, judged: str) -> str:
    """That a training was stopped, and which of its generators is judged, in these words."""
    return f"training was stopped at step {stopped_at:,}: what is judged is its generator {judged}"


def last_well(step: int) -> str:
    """From when the healthy generator is, for `note_of_stop`."""
    return f"of step {step:,}, {LAST_WELL} (it looks at fewer samples than a report, and for less)"


def notes_of_snapshot(info: Mapping[str, Any], step: int | None) -> tuple[str, ...]:
    """What is to be said of the snapshot of this step when it is judged, by the run's run.json: only of the
    healthy one of a training that was stopped is there anything."""
    if step is None or info["status"] != "failed" or info.get("healthy_step") != step:
        return ()
    return (note_of_stop(info.get("steps", step), last_well(step)),)
