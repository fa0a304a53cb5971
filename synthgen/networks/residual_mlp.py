"""Feed-forward networks with skip connections, for rows of tables."""

from __future__ import annotations

import torch
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from synthgen import Critique, DataSpec, Discriminator, Generator, Options

_SLOPE = 0.2


class ResidualBlock(nn.Module):
    """Two linear layers beside a skip connection; the second starts at zero, so that a deep network starts
    shallow (Zhang et al. 2019, Fixup, section 3)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        nn.init.zeros_(self.outer.weight)

    def forward(self, h: Tensor) -> Tensor:
        """`(B, width)` to the same."""
        return h + self.outer(leaky_relu(self.inner(leaky_relu(h, _SLOPE)), _SLOPE))


def residual(inputs: int, width: int, blocks: int) -> nn.Sequential:
    """A linear layer and so many residual blocks: `(B, inputs)` to `(B, width)`."""
    return nn.Sequential(nn.Linear(inputs, width), *(ResidualBlock(width) for _ in range(blocks)))


class ResidualGeneratorOptions(Options):
    """Width and depth of the generator."""

    width: PositiveInt = 128
    """Units in each hidden layer."""
    blocks: NonNegativeInt = 2
    """Residual blocks of two layers each."""
    temperature: PositiveFloat = 1.0
    """Of the gradient through drawn categories: lower is less biased, but noisier."""


class ResidualGenerator(Generator):
    """Noise and condition side by side through residual blocks."""

    Options = ResidualGeneratorOptions

    def __init__(self, options: ResidualGeneratorOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        self.body = residual(self.input_dim, options.width, options.blocks)
        self.head = nn.Linear(options.width, spec.numel)
        self.activation = spec.activation(options.temperature)

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Samples `(B, *shape)`."""
        raw = self.head(leaky_relu(self.body(torch.cat([noise, condition], 1)), _SLOPE))
        x: Tensor = self.activation(raw, condition)
        return x.view(-1, *self.spec.shape)


class ResidualDiscriminatorOptions(Options):
    """Width and depth of the discriminator."""

    width: PositiveInt = 128
    """Units in each hidden layer."""
    blocks: NonNegativeInt = 2
    """Residual blocks of two layers each."""


class ResidualDiscriminator(Discriminator):
    """Sample and condition side by side through residual blocks, without normalisation."""

    Options = ResidualDiscriminatorOptions

    def __init__(self, options: ResidualDiscriminatorOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        self.body = residual(spec.numel + spec.condition_dim, options.width, options.blocks)
        self.head = nn.Linear(options.width, 1)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of samples `(B, *shape)`."""
        h = self.body(torch.cat([x.flatten(1), condition], 1))
        return Critique(self.head(leaky_relu(h, _SLOPE)).squeeze(1))
