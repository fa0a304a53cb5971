"""What a run records while it trains: metrics, sample grids, checkpoints, and the progress a person sees."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import torch
from tqdm import tqdm

from synthgen.data.training_data import TrainingData
from synthgen.device import fork_random
from synthgen.files import write_atomically
from synthgen.grid_rows import grid_rows
from synthgen.latents import draw_latents
from synthgen.pictures import sample_grid
from synthgen.run_directory import read_metrics
from synthgen.training.checkpoint import checkpoint_step, list_checkpoints, save_checkpoint
from synthgen.training.listener import Listener
from synthgen.training.settings import LatentSettings
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")

_LOSSES = ("discriminator_loss", "generator_loss")

SECONDS_BETWEEN_LINES = 10.0
"""Off a terminal, progress is a plain line at most this often."""


def duration(seconds: float) -> str:
    """`75.2` as `1:15`, `3700` as `1:01:40`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class MetricsFile(Listener):
    """Writes a line of metrics.jsonl at each log interval, and one for each event."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_start(self, trainer: Trainer) -> None:
        """Drop lines that a resumed run will write again."""
        _write_lines(self.path, [line for line in read_metrics(self.path) if line["step"] <= trainer.step])

    def on_return(self, trainer: Trainer) -> None:
        """Move the lines of what was given up to a file beside the others of its kind."""
        lines = read_metrics(self.path)
        void = [line for line in lines if line["step"] > trainer.step]
        _write_lines(_given_up(self.path.parent, trainer) / self.path.name, void)
        _write_lines(self.path, [line for line in lines if line["step"] <= trainer.step])

    def event(self, trainer: Trainer, event: dict[str, Any]) -> None:
        """A line about something that happened: `event` says what kind of thing."""
        self._append({"step": trainer.step, "seconds": round(trainer.seconds, 3), **event})

    def on_log(self, trainer: Trainer, values: dict[str, float]) -> None:
        """One line: step, seconds, samples seen, and the means; without those that are not finite, which JSON
        cannot say."""
        self._append(
            {
                "step": trainer.step,
                "seconds": round(trainer.seconds, 3),
                "samples_seen": trainer.samples_seen,
                **{name: round(value, 6) for name, value in values.items() if math.isfinite(value)},
            }
        )

    def _append(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _write_lines(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    write_atomically(path, "".join(json.dumps(line) + "\n" for line in lines).encode())


def _given_up(run: Path, trainer: Trainer) -> Path:
    """The folder of a run for what its training had recorded and then gave up, `abandoned/1` for the first time."""
    folder = run / "abandoned" / str(trainer.attempt)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class CheckpointFiles(Listener):
    """Writes checkpoints at intervals, and when training ends or is stopped."""

    def __init__(self, directory: Path, identity: str) -> None:
        self.directory = directory
        self.identity = identity
        self._saved = -1

    def on_start(self, trainer: Trainer) -> None:
        """A resumed run has the checkpoint it starts from."""
        self._saved = trainer.step

    def on_step(self, trainer: Trainer) -> None:
        """Save at every `checkpoint_every` steps."""
        every = trainer.settings.checkpoint_every
        if every and trainer.step % every == 0:
            self._save(trainer)

    def on_return(self, trainer: Trainer) -> None:
        """Remove what was given up, which a resumed run would go on from, and save where training stands now."""
        for path in list_checkpoints(self.directory):
            if checkpoint_step(path) > trainer.step:
                path.unlink(missing_ok=True)
        self._save(trainer)

    def on_end(self, trainer: Trainer) -> None:
        """Save where training stands, if that is not saved yet."""
        if trainer.step != self._saved:
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        weights = [*trainer.generator.parameters(), *trainer.discriminator.parameters()]
        if not all(weight.isfinite().all() for weight in weights):  # nobody could go on from there
            logger.warning("no checkpoint at step %d: weights are not finite", trainer.step)
            return
        save_checkpoint(self.directory, trainer.state(), self.identity, trainer.settings.keep_checkpoints)
        self._saved = trainer.step
        for listener in trainer.listeners:
            listener.on_checkpoint(trainer)


class SamplePictures(Listener):
    """Draws a picture of samples at intervals, a file for each time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def draw(self, trainer: Trainer, file: BinaryIO) -> None:
        """Write a PNG of what the trainer's averaged generator makes; must leave random numbers as they were."""
        raise NotImplementedError

    def on_step(self, trainer: Trainer) -> None:
        """Draw at every `sample_every` steps."""
        every = trainer.settings.sample_every
        if (every and trainer.step % every == 0) or trainer.finished:
            self._draw(trainer)

    def on_return(self, trainer: Trainer) -> None:
        """Move the pictures of what was given up out of the way."""
        for path in sorted(self.directory.glob("step-*.png")):
            if int(path.stem.removeprefix("step-")) > trainer.step:
                folder = _given_up(self.directory.parent, trainer) / self.directory.name
                folder.mkdir(exist_ok=True)
                path.replace(folder / path.name)

    def on_end(self, trainer: Trainer) -> None:
        """Draw where training stands."""
        self._draw(trainer)

    @torch.inference_mode()
    def _draw(self, trainer: Trainer) -> None:
        path = self.directory / f"step-{trainer.step:07d}.png"
        if not path.exists():
            write_atomically(path, lambda file: self.draw(trainer, file))


class SampleGrids(SamplePictures):
    """Draws images in a grid, always from the same latents: a row for each class, see `grid_rows`."""

    COLUMNS = 10
    MAX_ROWS = 20
    """Of more classes than this, the first are shown."""

    def __init__(
        self,
        directory: Path,
        data: TrainingData,
        latent: LatentSettings,
        decode: Callable[[torch.Tensor, torch.Tensor], np.ndarray],
        seed: int,
    ) -> None:
        super().__init__(directory)
        self.decode = decode
        self.names, self.codes = grid_rows(data.spec, data.codes, self.COLUMNS, self.MAX_ROWS)
        self.condition = data.spec.encode_conditions(self.codes)
        generator = torch.Generator().manual_seed(seed)
        if data.spec.conditions:  # a column has the same latent in every row
            self.latents = draw_latents(self.COLUMNS, latent, generator).repeat(len(self.names), 1)
        else:
            self.latents = draw_latents(len(self.codes), latent, generator)

    def draw(self, trainer: Trainer, file: BinaryIO) -> None:
        """The grid."""
        with fork_random(trainer.device):  # a generator may draw noise of its own
            x = trainer.ema.module(self.latents.to(trainer.device), self.condition.to(trainer.device))
        pixels = self.decode(x.float().cpu(), self.codes)
        rows = zip(self.names, np.split(pixels, len(self.names)), strict=True)
        sample_grid(list(rows)).save(file, "png")


class Progress(Listener):
    """A bar with losses and time left on a terminal; elsewhere a plain line now and then."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._said = 0.0

    def on_start(self, trainer: Trainer) -> None:
        """Show the bar, in steps, or in seconds where only a time limit ends the training."""
        by_steps = trainer.total_steps is not None
        total = trainer.total_steps or round(trainer.settings.time_limit or 0)
        unit = "step" if by_steps else "s"
        self._bar = tqdm(
            total=total,
            initial=self._position(trainer),
            unit=unit,
            desc="training",
            disable=None,
            leave=False,
        )
        self._said = time.monotonic()

    def on_step(self, trainer: Trainer) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(self._position(trainer) - self._bar.n)

    def on_log(self, trainer: Trainer, values: dict[str, float]) -> None:
        """Show the losses."""
        losses = {name.split("_")[0][0].upper(): f"{values[name]:.3f}" for name in _LOSSES if name in values}
        if self._bar is None or self._bar.disable:
            self._say(trainer, losses)
        else:
            self._bar.set_postfix(losses, refresh=False)

    def on_return(self, trainer: Trainer) -> None:
        """Move the bar back."""
        self.on_step(trainer)

    def on_end(self, trainer: Trainer) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def _say(self, trainer: Trainer, losses: dict[str, str]) -> None:
        now = time.monotonic()
        if now - self._said < SECONDS_BETWEEN_LINES and not trainer.finished:
            return
        self._said = now
        left = trainer.seconds * (1 - trainer.progress) / max(trainer.progress, 1e-9)
        of = f"/{trainer.total_steps}" if trainer.total_steps else ""
        shown = ", ".join(f"loss {name} {value}" for name, value in losses.items())
        logger.info(
            "step %d%s, %s, %s gone, %s left",
            *(trainer.step, of, shown, duration(trainer.seconds), duration(max(left, 0.0))),
        )

    @staticmethod
    def _position(trainer: Trainer) -> int:
        return trainer.step if trainer.total_steps else int(trainer.seconds)
