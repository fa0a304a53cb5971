"""Whoever follows a training: writes it down, shows it, watches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgen.training.trainer import Trainer


class Listener:
    """Somebody who follows a training: override what you want to know."""

    def on_start(self, trainer: Trainer) -> None:
        """Training begins, or goes on from `trainer.step`."""

    def on_step(self, trainer: Trainer) -> None:
        """Step number `trainer.step` (from 1) is done."""

    def on_log(self, trainer: Trainer, values: dict[str, float]) -> None:
        """Means of losses and logits since the last call; not all finite if the training has diverged."""

    def on_return(self, trainer: Trainer) -> None:
        """Training has gone back to `trainer.step`, to go on from there another way: what came after is void."""

    def on_checkpoint(self, trainer: Trainer) -> None:
        """A checkpoint has been written, with everybody's `state` of now: a resumed run goes on from there."""

    def on_end(self, trainer: Trainer) -> None:
        """Training has ended or was stopped."""

    def state(self) -> dict[str, Any]:
        """What this listener needs to go on with a training that is resumed; part of a checkpoint.

        It is asked for at other times, too, and must change nothing.
        """
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave."""

    def facts(self) -> dict[str, Any]:
        """What the record of a run, run.json, shall say of it: JSON values by key."""
        return {}
