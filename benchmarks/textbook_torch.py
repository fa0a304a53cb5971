"""A recipe's networks trained in plain PyTorch, the way tutorials write it.

fp32, torch's own layers and memory format, batches gathered from a tensor, samples generated once for the
discriminator and once more for the generator, `torch.optim` as it comes.
"""

from __future__ import annotations

import time
from copy import deepcopy

import torch
from textbook_systems import WARM
from torch import Tensor, nn
from torch.nn import functional as F

from synthgen import Critique
from synthgen.components import Samples
from synthgen.latents import draw_latents
from synthgen.networks.sequential import convolutions, modules
from synthgen.preparation import Setup
from synthgen.training.settings import OptimizerSettings
from synthgen.training.step import split_critique
from synthgen.training.turns import Turns


class PlainLoop:
    """The training of a setup; each one starts from the setup's networks as they are."""

    def __init__(self, setup: Setup) -> None:
        recipe = setup.recipe
        self.settings, self.latent = recipe.train, recipe.latent
        self.turns = Turns(
            recipe.train.discriminator_steps, recipe.discriminator.every, recipe.generator.every
        )
        self.generator, self.discriminator = map(plain, (setup.generator, setup.discriminator))
        self.loss, self.penalties = setup.loss, [penalty for _, penalty in setup.penalties]
        every = setup.data.batch(torch.arange(len(setup.data)))
        self.x, self.condition = every.x.contiguous(), every.condition
        self.random = torch.Generator().manual_seed(0)
        theirs = recipe.train.discriminator_optimizer or recipe.train.optimizer
        self.optimizer = optimizer(recipe.train.optimizer, self.generator) if recipe.generator.every else None
        self.discriminator_optimizer = optimizer(theirs, self.discriminator)

    def seconds(self, steps: int) -> float:
        """Of so many steps, after some that do not count."""
        for number in range(WARM):
            self.step(number)
        start = time.perf_counter()
        for number in range(WARM, WARM + steps):
            self.step(number)
        return time.perf_counter() - start

    def step(self, number: int) -> None:
        for _ in range(self.turns.discriminator(number)):
            self._discriminator_step(number)
        if self.optimizer is None or not self.turns.generator(number):
            return
        real = self._draw(self.settings.generator_batch_size or self.settings.batch_size)
        fake = self._generate(real)
        critique = self.discriminator(*fake)
        judged = self.discriminator(*real) if self.loss.generator_needs_real else None
        loss = self.loss.generator(judged, critique) + self._class_loss(critique, fake)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def _discriminator_step(self, number: int) -> None:
        real = self._draw(self.settings.batch_size)
        with torch.no_grad():
            fake = self._generate(real)
        if self.settings.discriminator_passes == "joint":
            both = self.discriminator(
                torch.cat([real.x, fake.x]), torch.cat([real.condition, fake.condition])
            )
            on_real, on_fake = split_critique(both, len(real.x))
            self._learn(self._discriminator_loss(on_real, on_fake, real, fake, number))
        elif self.settings.discriminator_passes == "separate":
            on_real, on_fake = self.discriminator(*real), self.discriminator(*fake)
            self._learn(self._discriminator_loss(on_real, on_fake, real, fake, number))
        else:
            nothing = torch.zeros(len(real.x))
            on_real = self.discriminator(*real)
            told = self.loss.discriminator(on_real, Critique(nothing))
            self._learn(told + self._class_loss(on_real, real))
            on_fake = self.discriminator(*fake)
            told = self.loss.discriminator(Critique(nothing), on_fake)
            self._learn(told + self._class_loss(on_fake, fake))
        for penalty in self.penalties:
            penalty.constrain(self.discriminator)

    def _discriminator_loss(
        self, on_real: Critique, on_fake: Critique, real: Samples, fake: Samples, number: int
    ) -> Tensor:
        loss = self.loss.discriminator(on_real, on_fake)
        loss = loss + self._class_loss(on_real, real) + self._class_loss(on_fake, fake)
        for penalty in self.penalties:
            value = (
                None if number % penalty.options.every else penalty.penalty(self.discriminator, real, fake)
            )
            if value is not None:
                loss = loss + penalty.options.weight * penalty.options.every * value
        return loss

    def _class_loss(self, critique: Critique, samples: Samples) -> Tensor | float:
        logits = critique.class_logits
        return 0.0 if logits is None else F.cross_entropy(logits, samples.condition.argmax(1))

    def _learn(self, loss: Tensor) -> None:
        self.discriminator_optimizer.zero_grad()
        loss.backward()
        self.discriminator_optimizer.step()

    def _draw(self, count: int) -> Samples:
        index = torch.randint(len(self.x), (count,))
        return Samples(self.x[index], self.condition[index])

    def _generate(self, like: Samples) -> Samples:
        noise = draw_latents(len(like.x), self.latent, self.random)
        return Samples(self.generator(noise, like.condition), like.condition)


class _Conv(convolutions.Conv):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.activation(nn.Conv2d.forward(self, x if self.even else F.pad(x, self.pad)))
        return y


class _ConvTranspose(convolutions.ConvTranspose):
    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        y = nn.ConvTranspose2d.forward(self, x)
        activated: Tensor = self.activation(y[:, :, : -self.excess, : -self.excess] if self.excess else y)
        return activated


class _Flatten(modules.Flatten):
    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)


class _Reshape(modules.Reshape):
    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(-1, *self.shape)


PLAIN: dict[type[nn.Module], type[nn.Module]] = {
    convolutions.Conv: _Conv,
    convolutions.ConvTranspose: _ConvTranspose,
    modules.Flatten: _Flatten,
    modules.Reshape: _Reshape,
    modules.Dropout: nn.Dropout,
}
"""Layers of ours whose forward pass is not torch's own, and those that have that one."""


def plain(network: nn.Module) -> nn.Module:
    """A copy with torch's own layers, in torch's own memory format."""
    network = deepcopy(network).to(memory_format=torch.contiguous_format)
    for module in network.modules():
        module.__class__ = PLAIN.get(type(module), type(module))
    return network


def optimizer(settings: OptimizerSettings, network: nn.Module) -> torch.optim.Optimizer:
    """The one that the settings name, as torch has it by default."""
    weights, (beta1, beta2) = network.parameters(), settings.betas
    match settings.name:
        case "adam":
            return torch.optim.Adam(weights, settings.lr, (beta1, beta2), settings.eps)
        case "adamw":
            return torch.optim.AdamW(weights, settings.lr, (beta1, beta2), settings.eps)
        case "rmsprop":
            return torch.optim.RMSprop(weights, settings.lr, beta2, settings.eps, momentum=beta1)
        case "sgd":
            return torch.optim.SGD(weights, settings.lr, beta1)
