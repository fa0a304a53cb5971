"""Writing snapshots while a run trains: a model folder of its own every so many steps."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path

from torch import Tensor

from synthgen.snapshots import snapshot_folders, snapshot_name
from synthgen.synthesizer import Synthesizer
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer

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
        self.save(trainer)

    def on_return(self, trainer: Trainer) -> None:
        """Remove the snapshots of what was given up."""
        for step, folder in snapshot_folders(self.directory):
            if step > trainer.step:
                shutil.rmtree(folder, ignore_errors=True)

    def save(self, trainer: Trainer) -> Path:
        """Save what the trainer's averaged generator is now; returns the folder."""
        folder = self.directory / snapshot_name(trainer.step)
        synthesizer = self.build(trainer)
        shutil.rmtree(folder, ignore_errors=True)
        synthesizer.save(folder)
        return folder

    def save_earlier(self, trainer: Trainer, step: int, ema: Mapping[str, Tensor]) -> Path:
        """Save what it was at an earlier step, where its weights were these; the trainer stays as it is."""
        now, weights = trainer.step, deepcopy(trainer.ema.module.state_dict())
        try:
            trainer.step = step
            trainer.ema.module.load_state_dict(ema)
            return self.save(trainer)
        finally:
            trainer.step = now
            trainer.ema.module.load_state_dict(weights)
