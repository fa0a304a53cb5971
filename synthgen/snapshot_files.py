"""Writing snapshots while a run trains: a model folder of its own every so many steps."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from synthgen.snapshots import snapshot_name
from synthgen.synthesizer import Synthesizer
from synthgen.training.trainer import Listener, Trainer

logger = logging.getLogger("synthgen")


class SnapshotFiles(Listener):
    """Saves what the trainer's averaged generator is at every `snapshot_every` steps; all of them are kept."""

    def __init__(self, directory: Path, build: Callable[[Trainer], Synthesizer]) -> None:
        """`build` must leave the trainer's weights and torch's random numbers as they are."""
        self.directory = directory
        self.build = build

    def on_step(self, trainer: Trainer) -> None:
        """Save, if it is time to. What a run left there that is now resumed from before is replaced."""
        every = trainer.settings.snapshot_every
        if not every or trainer.step % every:
            return
        if not all(weight.isfinite().all() for weight in trainer.ema.module.parameters()):
            logger.warning("no snapshot at step %d: the generator's weights are not finite", trainer.step)
            return
        folder = self.directory / snapshot_name(trainer.step)
        synthesizer = self.build(trainer)
        shutil.rmtree(folder, ignore_errors=True)
        synthesizer.save(folder)
