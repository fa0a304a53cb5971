"""A tiny run whose training fails as it is told to, for tests of what becomes of it."""

from __future__ import annotations

import json

import pytest
import torch

from synthgen import pipeline
from synthgen.errors import UnhealthyError
from synthgen.training.health import Health
from synthgen.training.health_samples import Look
from synthgen.training.listener import Listener

SMALL = (
    "train={steps: 24, batch_size: 8, log_every: 2, sample_every: 6, checkpoint_every: 8, snapshot_every: 12,"
    " device: cpu, precision: fp32}",
    "generator={name: mlp, width: 16, depth: 1}",
    "discriminator={name: mlp, width: 16, depth: 1}",
    "penalties=[]",
)

HEALTH = "health={{policy: {policy}, every: 4, samples: 24, restarts: 2, restart_from: {start}}}"


class Accident(Listener):
    """A generator's weight is lost at a step, the first so many times that training comes by."""

    def __init__(self, step: int, times: int) -> None:
        self.step = step
        self.times = times

    def on_step(self, trainer):
        if trainer.step == self.step and trainer.attempt < self.times:
            next(trainer.generator.parameters()).data.fill_(torch.nan)


def health(policy: str, start: str = "healthy") -> tuple[str, ...]:
    return (*SMALL, HEALTH.format(policy=policy, start=start))


def info(made):
    return json.loads((made / "run.json").read_text())


def judge_by(spreads):
    """Looks that find these spreads at these steps, whatever the samples are."""
    look = Health._look
    return lambda self, trainer, seen: look(self, trainer, Look(True, spreads.get(trainer.step, 1.0)))


def fail(what, *arguments) -> str:
    with pytest.raises(UnhealthyError) as ended:
        what(*arguments)
    return str(ended.value)


def resume(folder, registry):
    return pipeline.resume(folder, registry=registry)
