"""The training loop."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from typing import Any

import torch

from synthgen.components import Augmentation, Discriminator, Generator, Loss, Penalty, Samples
from synthgen.data.training_data import TrainingData
from synthgen.device import random_state, set_random_state
from synthgen.errors import TrainingError
from synthgen.freed_memory import keep_freed_memory
from synthgen.latents import draw_latents
from synthgen.training.ema import ExponentialMovingAverage
from synthgen.training.listener import Listener
from synthgen.training.optimizers import build_optimizer, learning_rate_factor, set_learning_rate
from synthgen.training.settings import LatentSettings, TrainSettings
from synthgen.training.statistics import Statistics
from synthgen.training.step import TrainingStep
from synthgen.training.turns import Turns

logger = logging.getLogger("synthgen")


class Trainer:
    """Trains a generator against a discriminator on data that lies on the device.

    All randomness of a step comes from `self.random` (and torch's own, for dropout and augmentations), so
    that a training that was stopped and resumed reaches the weights of one that was not. `self.ema.module` is
    the generator to keep.
    """

    def __init__(
        self,
        *,
        generator: Generator,
        discriminator: Discriminator,
        loss: Loss,
        penalties: Sequence[tuple[str, Penalty]],
        augmentations: Sequence[Augmentation] = (),
        data: TrainingData,
        settings: TrainSettings,
        latent: LatentSettings,
        precision: torch.dtype,
        seed: int,
        generator_every: int = 1,
        discriminator_every: int = 1,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.generator = generator.train()
        self.discriminator = discriminator.train()
        self.data = data
        self.settings = settings
        self.latent = latent
        self.listeners = listeners
        self.turns = Turns(settings.discriminator_steps, discriminator_every, generator_every)
        self.device = data.device
        self.random = torch.Generator(self.device).manual_seed(seed)
        self.statistics = Statistics()
        self.ema = ExponentialMovingAverage(generator, settings.ema)
        self.optimizer_settings = (
            settings.optimizer,
            settings.discriminator_optimizer or settings.optimizer,
        )
        self.optimizers = (
            build_optimizer(self.optimizer_settings[0], generator.parameters()) if generator_every else None,
            build_optimizer(self.optimizer_settings[1], discriminator.parameters()),
        )
        self.train_step = TrainingStep(
            generator=generator,
            discriminator=discriminator,
            optimizers=self.optimizers,
            loss=loss,
            penalties=penalties,
            augmentations=augmentations,
            draw_latents=lambda n: draw_latents(n, latent, self.random),
            precision=precision,
            statistics=self.statistics,
            passes=settings.discriminator_passes,
            class_loss=settings.class_loss,
            classes=data.spec.classes,
            clip_values=(self.optimizer_settings[0].clip_value, self.optimizer_settings[1].clip_value),
        )
        self.total_steps = self._total_steps()
        self.step = 0
        self.attempt = 0
        """How often training went back to try again."""
        self.stop_requested = False
        self.finished = False
        """Whether all steps are done or the time is up; looked at once a step, so that all agree."""
        self.failure: TrainingError | None = None
        """Why training cannot go on; `train` ends with it once every listener knows that training has ended."""
        self._ended = False
        self._earlier: tuple[dict[str, Any], int] | None = None
        self._seconds_before = 0.0
        self._started: float | None = None

    @keep_freed_memory()
    def train(self) -> None:
        """Train to the end, or until `stop_requested` is set; every listener is told."""
        self._started = time.perf_counter()
        self.finished = self._ended or self.progress >= 1
        for listener in self.listeners:
            listener.on_start(self)
        while not self.finished and not self.stop_requested and self.failure is None:
            self._set_learning_rates()
            self.take(self.train_step, self.step)
            self.ema.update(self.step)
            self.step += 1
            self.finished = self.progress >= 1
            if self.step % self.settings.log_every == 0 or self.finished:
                self._log()
            for listener in self.listeners:
                if self._earlier is not None:
                    break  # what is given up is not to be written
                listener.on_step(self)
            if self._earlier is not None:
                self._return(*self._earlier)
        self._seconds_before, self._started = self.seconds, None
        for listener in self.listeners:
            listener.on_end(self)
        if self.failure is not None:
            raise self.failure

    def end(self) -> None:
        """End the training with this step, as if all were done."""
        self._ended = self.finished = True

    def go_back(self, state: dict[str, Any], seed: int) -> None:
        """After this step, go on from an earlier `state` of this training, with random numbers of this seed.

        The clock goes back with it: a time limit is that of the training that counts.
        """
        self._earlier = (state, seed)

    @property
    def going_back(self) -> bool:
        """Whether `go_back` was called in this step."""
        return self._earlier is not None

    def _return(self, state: dict[str, Any], seed: int) -> None:
        self._earlier = None
        self.load_state({**state, "attempt": self.attempt + 1, "listeners": {}})
        self._started = time.perf_counter()
        self.random.manual_seed(seed)
        torch.manual_seed(seed)
        self.finished = self.progress >= 1
        for listener in self.listeners:
            listener.on_return(self)

    @property
    def running(self) -> bool:
        """Whether `train` is at work."""
        return self._started is not None

    @property
    def progress(self) -> float:
        """How much of the training is done, 0 to 1: of its steps or of its time, whichever is further."""
        by_steps = self.step / self.total_steps if self.total_steps else 0.0
        by_time = self.seconds / self.settings.time_limit if self.settings.time_limit else 0.0
        return max(by_steps, by_time)

    @property
    def seconds(self) -> float:
        """Time spent training, earlier parts of a resumed run included."""
        running = time.perf_counter() - self._started if self._started is not None else 0.0
        return self._seconds_before + running

    @property
    def samples_seen(self) -> int:
        """Real samples used so far, by the discriminator."""
        return self.turns.discriminator_total(self.step) * self.settings.batch_size

    def take(self, train_step: TrainingStep, step: int) -> None:
        """Draw the batches of step number `step`, and take it."""
        settings, turns = self.settings, self.turns
        for augmentation in train_step.augmentations:
            augmentation.progress = self.progress
        batches = [self._draw(settings.batch_size) for _ in range(turns.discriminator(step))]
        generator, fresh = turns.generator(step), None
        if generator and (settings.generator_batch_size or not batches):
            fresh = self._draw(settings.generator_batch_size or settings.batch_size)
        train_step(batches, turns.discriminator_total(step), fresh=fresh, generator=generator)

    def _draw(self, count: int) -> Samples:
        """Real samples, drawn with replacement."""
        return self.data.batch(self.data.draw(count, self.random, self.settings.class_balance))

    def _set_learning_rates(self) -> None:
        factor = learning_rate_factor(self.settings, self.step, self.progress)
        for optimizer, settings in zip(self.optimizers, self.optimizer_settings, strict=True):
            if optimizer is not None:
                set_learning_rate(optimizer, settings, factor)

    def _log(self) -> None:
        values = self.statistics.read()
        for listener in self.listeners:
            listener.on_log(self, values)
        broken = [name for name, value in values.items() if not math.isfinite(value)]
        if broken and self._earlier is None:
            raise self.failure or TrainingError(
                f"training diverged: {broken[0]} was {values[broken[0]]} before step {self.step}. "
                "Try a lower train.optimizer.lr, a penalty, or a heavier one, or another seed"
            )

    def _total_steps(self) -> int | None:
        settings = self.settings
        if settings.epochs is None:
            return settings.steps
        samples = settings.epochs * len(self.data) * self.turns.period
        return max(1, math.ceil(samples / (settings.batch_size * self.turns.per_period)))

    def state(self) -> dict[str, Any]:
        """Everything that a training needs to go on as if nothing had happened; tensors and primitives."""
        return {
            "step": self.step,
            "device": self.device.type,
            "seconds": self.seconds,
            "attempt": self.attempt,
            "ended": self._ended,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "ema": self.ema.module.state_dict(),
            "ema_age": self.ema.age,
            "optimizers": [optimizer and optimizer.state_dict() for optimizer in self.optimizers],
            "statistics": self.statistics.state(),
            "random": self.random.get_state(),
            "torch_random": torch.get_rng_state(),
            "device_random": random_state(self.device),
            "listeners": {
                type(listener).__name__: state for listener in self.listeners if (state := listener.state())
            },
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave. On another kind of device training goes on with new random numbers."""
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.ema.module.load_state_dict(state["ema"])
        self.ema.age = state["ema_age"]
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            if optimizer is not None:
                optimizer.load_state_dict(saved)
        self.statistics.load_state(state["statistics"], self.device)
        self.step = state["step"]
        self._load_random(state)
        self._seconds_before = state["seconds"]
        self.attempt = state.get("attempt", 0)  # which checkpoints of earlier versions do not have
        self._ended = state.get("ended", False)
        kept = state.get("listeners", {})
        for listener in self.listeners:
            if type(listener).__name__ in kept:
                listener.load_state(kept[type(listener).__name__])

    def _load_random(self, state: dict[str, Any]) -> None:
        if state["device"] != self.device.type:
            logger.warning(
                "trained on %s so far, goes on on %s: with other random numbers",
                state["device"],
                self.device.type,
            )
            self.random.manual_seed(self.random.initial_seed() + self.step)
            return
        self.random.set_state(state["random"].cpu())
        torch.set_rng_state(state["torch_random"].cpu())
        set_random_state(self.device, state.get("device_random"))  # which earlier versions' do not have
