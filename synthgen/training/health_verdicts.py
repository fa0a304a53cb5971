"""What can be wrong with a training, in words, and what to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["discriminator_won", "collapse", "repeats", "oscillation", "explosion", "divergence"]

_LOWER_RATE = "a lower train.optimizer.lr"

ADVICE: dict[Kind, str] = {
    "discriminator_won": (
        "Try penalties r1 and r2, or heavier ones, a lower train.discriminator_optimizer.lr, fewer"
        " train.discriminator_steps, loss relativistic, or augmentations where there are few real samples"
    ),
    "collapse": (
        "Try loss relativistic with penalties r1 and r2, where there are classes penalty mismatch too,"
        f" {_LOWER_RATE}, or another seed"
    ),
    "repeats": (
        "Try loss relativistic with penalties r1 and r2, a larger train.batch_size, or augmentations where there"
        " are few real samples"
    ),
    "oscillation": (
        f"Try {_LOWER_RATE}, train.optimizer.betas of [0.0, 0.99], penalties r1 and r2, or a larger"
        " train.batch_size"
    ),
    "explosion": f"Try {_LOWER_RATE}, penalties r1 and r2 on the discriminator, or optimizer.clip_value",
    "divergence": "Try a lower train.optimizer.lr, a heavier penalty or another seed",
}
"""What to try against each."""


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
