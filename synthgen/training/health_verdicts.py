"""What can be wrong with a training, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["discriminator_won", "collapse", "repeats", "oscillation", "explosion", "divergence"]


@dataclass
class Verdict:
    """Something that is wrong with a training, from when to when."""

    kind: Kind
    step: int
    """When it was seen to be so, which takes a while."""
    text: str
    """What is wrong, a sentence without its full stop."""
    advice: str
    severity: Literal["warning", "failure"] = "failure"
    """Failures are what the policies stop and restart act on."""
    until: int | None = None
    """When it was over; None if it was not, as long as this attempt lasted."""
    attempt: int = 0
    """Restarts before it."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def name_some(names: Sequence[str], most: int = 5) -> str:
    """`class 4`, `classes 4, 7`, or the first few of many."""
    shown = ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
    return f"class {shown}" if len(names) == 1 else f"classes {shown}"
