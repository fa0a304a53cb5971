"""One training step: the discriminator's, then the generator's.

Nothing here reads a value back from the device, so that a GPU is never waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_value_
from torch.optim import Optimizer

from synthgen.components import Augmentation, Critique, Discriminator, Generator, Loss, Penalty, Samples
from synthgen.errors import PluginError
from synthgen.training.lean_optimizers import take_step
from synthgen.training.statistics import Derived, Statistics

DrawLatents = Callable[[int], Tensor]

_OF_REAL: Derived = {"real_accuracy": lambda logits: logits > 0, "real_probability": torch.sigmoid}
_OF_FAKE: Derived = {"fake_accuracy": lambda logits: logits < 0, "fake_probability": torch.sigmoid}
"""What else a logit tells that is the log-odds of being real."""


class TrainingStep:
    """The two networks, their optimizers, and what one is asked to do to the other."""

    def __init__(
        self,
        *,
        generator: Generator,
        discriminator: Discriminator,
        optimizers: tuple[Optimizer | None, Optimizer],
        loss: Loss,
        penalties: Sequence[tuple[str, Penalty]],
        augmentations: Sequence[Augmentation],
        draw_latents: DrawLatents,
        precision: torch.dtype,
        statistics: Statistics,
        passes: Literal["joint", "separate", "successive"] = "joint",
        class_loss: float = 1.0,
        classes: int = 0,
        clip_values: tuple[float | None, float | None] = (None, None),
    ) -> None:
        self.generator = generator
        self.discriminator = discriminator
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self.loss = loss
        self.penalties = penalties
        self.augmentations = augmentations
        self.draw_latents = draw_latents
        self.precision = precision
        self.statistics = statistics
        self.passes = passes
        self.class_loss = class_loss
        self.classes = classes
        self.generator_clip, self.discriminator_clip = clip_values
        if loss.logistic:
            statistics.derive("real_logit", _OF_REAL)
            statistics.derive("fake_logit", _OF_FAKE)
        self._generator_weights, self._discriminator_weights = (
            [p for p in network.parameters() if p.requires_grad] for network in (generator, discriminator)
        )

    def __call__(
        self, batches: Sequence[Samples], done: int, *, fresh: Samples | None = None, generator: bool = True
    ) -> None:
        """A discriminator step on each batch; then, if `generator`, a generator step.

        That one is on samples generated under the conditions of `fresh`, or, without it, on those of the last
        batch, which are generated once and serve both networks. `done` are the discriminator steps before these.
        """
        shared = generator and fresh is None
        for number, batch in enumerate(batches[:-1] if shared else batches, done):
            with torch.no_grad():
                fake = self._generate(batch)
            self._discriminator_step(batch, fake, number)
        if shared:
            fake = self._generate(batches[-1])
            critique = self._discriminator_step(batches[-1], fake, done + len(batches) - 1)
            self._generator_step(critique, fake)
        elif fresh is not None:
            self._generator_step(self._judged(fresh), self._generate(fresh))

    def _judged(self, real: Samples) -> Critique | None:
        """What the discriminator says of real samples, where the generator's loss asks for that."""
        if not self.loss.generator_needs_real:
            return None
        with torch.no_grad():
            return self._critic(*real)

    def _generate(self, like: Samples) -> Samples:
        """Generated samples under the conditions of a real batch, so that the two can be paired."""
        with self._autocast(like.x):
            x = self.generator(self.draw_latents(len(like.x)), like.condition)
        return Samples(x.float(), like.condition)

    # ------------------------------------------------------------------------------------------ discriminator

    def _discriminator_step(self, real: Samples, fake: Samples, number: int) -> Critique:
        """Train the discriminator, the `number`-th time from 0; returns what it said of the real samples before."""
        fake = Samples(fake.x.detach(), fake.condition)
        _learnable(self._discriminator_weights, True)
        if self.passes == "successive":
            on_real = self._learn_real(real)
            on_fake = self._critic(*fake)
        elif self.passes == "separate":
            on_real, on_fake = self._critic(*real), self._critic(*fake)
        else:
            both = self._critic(torch.cat([real.x, fake.x]), torch.cat([real.condition, fake.condition]))
            on_real, on_fake = split_critique(both, len(real.x))
        loss = self.loss.discriminator(on_real, on_fake)
        self._record(loss, on_real, on_fake)
        if self.passes != "successive":
            loss = self._with_classes(loss, on_real, real, "real_class_loss")
        loss = self._with_classes(loss, on_fake, fake, "fake_class_loss")
        due = [(name, p) for name, p in self.penalties if number % p.options.every == 0]
        for name, penalty in due:
            value = self._penalty(penalty, real, fake)
            if value is not None:
                self.statistics.add(name, value)
                loss = loss + penalty.options.weight * penalty.options.every * value
        self._update_discriminator(loss)
        for _, penalty in due:
            penalty.constrain(self.discriminator)
        return map_critique(Tensor.detach, on_real)

    def _learn_real(self, real: Samples) -> Critique:
        """Train on real samples alone; returns what was said of them before, as constants.

        The loss must be a sum of a part for real and one for generated samples: the latter is a constant here,
        and its gradient zero.
        """
        on_real = self._critic(*real)
        loss = self.loss.discriminator(on_real, map_critique(torch.zeros_like, on_real))
        self._update_discriminator(self._with_classes(loss, on_real, real, "real_class_loss"))
        return map_critique(Tensor.detach, on_real)

    def _update_discriminator(self, loss: Tensor) -> None:
        _clear(self._discriminator_weights)
        loss.backward()
        if self.discriminator_clip is not None:
            clip_grad_value_(self._discriminator_weights, self.discriminator_clip)
        take_step(self.discriminator_optimizer)

    def _with_classes(self, loss: Tensor, critique: Critique, samples: Samples, name: str) -> Tensor:
        """The loss and, if the discriminator tells classes, too, their cross-entropy (AC-GAN)."""
        logits = critique.class_logits
        if logits is None or not self.class_loss:
            return loss
        if logits.shape[1:] != (self.classes,):
            raise PluginError(
                f"discriminator {type(self.discriminator).__name__} returned class logits {tuple(logits.shape)} for"
                f" data of {self.classes or 'no'} classes; return (B, classes), or None where there are none"
            )
        value = cross_entropy(logits, samples.condition[:, : self.classes].argmax(1))
        self.statistics.add(name, value)
        return loss + self.class_loss * value

    def _penalty(self, penalty: Penalty, real: Samples, fake: Samples) -> Tensor | None:
        some = slice(penalty.options.samples)
        return penalty.penalty(
            self._critic,
            Samples(real.x[some], real.condition[some]),
            Samples(fake.x[some], fake.condition[some]),
        )

    def _record(self, loss: Tensor, on_real: Critique, on_fake: Critique) -> None:
        self.statistics.add("discriminator_loss", loss)
        self.statistics.add("real_logit", on_real.logits)
        self.statistics.add("fake_logit", on_fake.logits)
        self.statistics.add("paired_accuracy", on_real.logits > on_fake.logits)

    # ---------------------------------------------------------------------------------------------- generator

    def _generator_step(self, on_real: Critique | None, fake: Samples) -> None:
        """Train the generator, the discriminator held still.

        Where samples are shared, `on_real` is from the step just made: one update old, and a whole pass over
        the real batch cheaper.
        """
        assert self.generator_optimizer is not None  # or it is never trained
        _learnable(self._discriminator_weights, False)
        on_fake = self._critic(fake.x, fake.condition)
        loss = self.loss.generator(on_real if self.loss.generator_needs_real else None, on_fake)
        self.statistics.add("generator_loss", loss)
        loss = self._with_classes(loss, on_fake, fake, "generator_class_loss")
        _clear(self._generator_weights)
        loss.backward()
        if self.generator_clip is not None:
            clip_grad_value_(self._generator_weights, self.generator_clip)
        take_step(self.generator_optimizer)

    def _critic(self, x: Tensor, condition: Tensor) -> Critique:
        """The discriminator on augmented samples, in the run's arithmetic; its logits come back in fp32.

        Penalties call this too: their gradients are by the samples as they were before augmentation, as R1's
        in StyleGAN2-ADA (Karras et al. 2020).
        """
        for augmentation in self.augmentations:
            x = augmentation.augment(x)
        with self._autocast(x):
            critique: Critique = self.discriminator(x, condition)
        return map_critique(Tensor.float, critique)

    def _autocast(self, x: Tensor) -> AbstractContextManager[object]:
        """Nothing in fp32: torch's context, even disabled, costs small networks some percent of a step."""
        if self.precision is torch.float32:
            return nullcontext()
        return torch.autocast(x.device.type, dtype=self.precision)


def _learnable(weights: Sequence[nn.Parameter], yes: bool) -> None:
    """Whether gradients by these weights are computed; a module's own method would look for them each time."""
    for weight in weights:
        weight.requires_grad = yes


def _clear(weights: Sequence[nn.Parameter]) -> None:
    """Drop the gradients, as an optimizer's `zero_grad` does, without what that does beside."""
    for weight in weights:
        weight.grad = None


def split_critique(critique: Critique, at: int) -> tuple[Critique, Critique]:
    """A critique of `(B)` samples as those of the first `at` and of the rest."""
    return map_critique(lambda part: part[:at], critique), map_critique(lambda part: part[at:], critique)


def map_critique(function: Callable[[Tensor], Tensor], critique: Critique) -> Critique:
    """The function of each part of a critique."""
    logits, classes = critique
    return Critique(function(logits), None if classes is None else function(classes))
