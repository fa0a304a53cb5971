"""States of a training to go back to, should it fail."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthgen.errors import CheckpointError
from synthgen.training.checkpoint import load_checkpoint, write_state

if TYPE_CHECKING:
    from synthgen.training.trainer import Trainer

State = dict[str, Any]


class HealthyState:
    """The last state that was found healthy, in memory and, so that a resumed training has it, on disk.

    `whole` keeps all that a training needs to go on from there; otherwise only the averaged generator is kept.
    """

    def __init__(self, *, whole: bool, path: Path | None = None, identity: str = "") -> None:
        self.whole = whole
        self.path = path
        self.identity = identity
        self.state: State | None = None
        self._written: State | None = None

    def remember(self, trainer: Trainer, signs: State) -> None:
        """Keep what the training is now, with what its log had shown."""
        if self.whole:
            state = trainer.state() | {"listeners": {}}
        else:
            state = {"step": trainer.step, "ema": trainer.ema.module.state_dict()}
        self.state = deepcopy(state | {"signs": signs})

    def write(self) -> None:
        """Put it on disk, if it is not there yet."""
        if (
            self.whole
            and self.path is not None
            and self.state is not None
            and self.state is not self._written
        ):
            write_state(self.path, self.state, self.identity)
            self._written = self.state

    def load(self, trainer: Trainer) -> None:
        """Take back what is on disk, unless it is from after where the training stands or cannot be read."""
        if not self.whole or self.path is None or not self.path.exists():
            return
        try:
            state = load_checkpoint(self.path, self.identity, trainer.device)
        except CheckpointError:
            return
        if state["step"] <= trainer.step:
            self.state = self._written = state


Fresh = Callable[[int], State]
"""The state of a training that begins anew with this seed."""
