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
    """The last state in which nothing wrong was seen yet, in memory and, so that a resumed training has it, on
    disk.

    `whole` keeps all that a training needs to go on from there; otherwise only the averaged generator is kept, to
    be judged and sampled from.
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
            state = trainer.state() | {"listeners": {}, "signs": signs}
        else:
            ema = trainer.ema.module.state_dict()
            state = {"step": trainer.step, "attempt": trainer.attempt, "ema": ema}
        self.state = deepcopy(state)

    def forget_void(self, trainer: Trainer) -> None:
        """Forget what the training, having gone back, has given up."""
        if self.state is not None and self.state["step"] > trainer.step:
            self.state = None

    def write(self) -> None:
        """Put it on disk, if it is not there yet."""
        if self.path is not None and self.state is not None and self.state is not self._written:
            write_state(self.path, self.state, self.identity)
            self._written = self.state

    def load(self, trainer: Trainer) -> None:
        """Take back what is on disk, unless it is from after where the training stands, or is only to be judged and
        from before it began afresh, or cannot be read."""
        if self.path is None or not self.path.exists():
            return
        try:
            state = load_checkpoint(self.path, self.identity, trainer.device)
        except CheckpointError:
            return
        void = not self.whole and state["attempt"] != trainer.attempt
        if state["step"] <= trainer.step and not void:
            self.state = self._written = state


Fresh = Callable[[int], State]
"""The state of a training that begins anew with this seed."""
