"""One training step: the discriminator's, then the generator's.

Nothing here reads a value back from the device, so that a GPU is never waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor
from torch.optim import Optimizer

from synthgen.components import Augmentation, Critique, Discriminator, Generator, Loss, Penalty, Samples
from synthgen.training.statistics import Statistics

DrawLatents = Callable[[int], Tensor]


class TrainingStep:
    """The two networks, their optimizers, and what one is asked to do to the other."""

    def __init__(
        self,
        *,
        generator: Generator,
        discriminator: Discriminator,
        optimizers: tuple[Optimizer, Optimizer],
        loss: Loss,
        penalties: Sequence[tuple[str, Penalty]],
        augmentations: Sequence[Augmentation],
        draw_latents: DrawLatents,
        precision: torch.dtype,
        statistics: Statistics,
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

    def __call__(self, batches: Sequence[Samples], step: int) -> None:
        """A discriminator step on each batch, then one generator step on the last.

        The last batch's samples are generated once and serve both networks.
        """
        for batch in batches[:-1]:
            with torch.no_grad():
                fake = self._generate(batch)
            self._discriminator_step(batch, fake, step)
        real = batches[-1]
        fake = self._generate(real)
        critique = self._discriminator_step(real, fake, step)
        self._generator_step(critique, fake)

    def _generate(self, like: Samples) -> Samples:
        """Generated samples under the conditions of a real batch, so that the two can be paired."""
        with self._autocast(like.x):
            x = self.generator(self.draw_latents(len(like.x)), like.condition)
        return Samples(x.float(), like.condition)

    def _discriminator_step(self, real: Samples, fake: Samples, step: int) -> Critique:
        """Train the discriminator; returns what it said of the real samples before that."""
        fake = Samples(fake.x.detach(), fake.condition)
        self.discriminator.requires_grad_(True)
        both = self._critic(torch.cat([real.x, fake.x]), torch.cat([real.condition, fake.condition]))
        on_real, on_fake = split_critique(both, len(real.x))
        loss = self.loss.discriminator(on_real, on_fake)
        self.statistics.add("discriminator_loss", loss)
        self.statistics.add("real_logit", on_real.logits.mean())
        self.statistics.add("fake_logit", on_fake.logits.mean())
        due = [(name, p) for name, p in self.penalties if step % p.options.every == 0]
        for name, penalty in due:
            value = self._penalty(penalty, real, fake)
            if value is not None:
                self.statistics.add(name, value)
                loss = loss + penalty.options.weight * penalty.options.every * value
        self.discriminator_optimizer.zero_grad()
        loss.backward()
        self.discriminator_optimizer.step()
        for _, penalty in due:
            penalty.constrain(self.discriminator)
        return map_critique(Tensor.detach, on_real)

    def _penalty(self, penalty: Penalty, real: Samples, fake: Samples) -> Tensor | None:
        some = slice(penalty.options.samples)
        return penalty.penalty(
            self._critic,
            Samples(real.x[some], real.condition[some]),
            Samples(fake.x[some], fake.condition[some]),
        )

    def _generator_step(self, on_real: Critique, fake: Samples) -> None:
        """Train the generator, the discriminator held still.

        `on_real` is from the step just made: one update old, and a whole pass over the real batch cheaper.
        """
        self.discriminator.requires_grad_(False)
        on_fake = self._critic(fake.x, fake.condition)
        loss = self.loss.generator(on_real if self.loss.generator_needs_real else None, on_fake)
        self.statistics.add("generator_loss", loss)
        self.generator_optimizer.zero_grad()
        loss.backward()
        self.generator_optimizer.step()

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


def split_critique(critique: Critique, at: int) -> tuple[Critique, Critique]:
    """A critique of `(B)` samples as those of the first `at` and of the rest."""
    return map_critique(lambda part: part[:at], critique), map_critique(lambda part: part[at:], critique)


def map_critique(function: Callable[[Tensor], Tensor], critique: Critique) -> Critique:
    """The function of each part of a critique."""
    logits, classes = critique
    return Critique(function(logits), None if classes is None else function(classes))
