"""Feed-forward networks for samples of any shape."""

from __future__ import annotations

from itertools import pairwise

import torch
from pydantic import PositiveInt
from torch import Tensor, nn

from synthgen import Critique, DataSpec, Discriminator, Generator, Options
from synthgen.networks.blocks import Activation, activation


class MLPOptions(Options):
    """Width and depth of a feed-forward network."""

    width: PositiveInt = 256
    """Units in each hidden layer."""
    depth: PositiveInt = 2
    """Hidden layers."""
    activation: Activation = "leaky_relu"
    """After each hidden layer."""


def feed_forward(inputs: int, outputs: int, options: MLPOptions) -> nn.Sequential:
    """Hidden layers with activations, then a linear layer."""
    widths = [inputs, *[options.width] * options.depth]
    layers: list[nn.Module] = []
    for inside, outside in pairwise(widths):
        layers += [nn.Linear(inside, outside), activation(options.activation)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


class MLPGenerator(Generator):
    """Noise and condition side by side through hidden layers."""

    Options = MLPOptions

    def __init__(self, options: MLPOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        self.net = feed_forward(self.input_dim, spec.numel, options)
        self.activation = spec.activation()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Samples `(B, *shape)`."""
        x: Tensor = self.activation(self.net(torch.cat([noise, condition], 1)), condition)
        return x.view(-1, *self.spec.shape)


class MLPDiscriminator(Discriminator):
    """Sample and condition side by side through hidden layers."""

    Options = MLPOptions

    def __init__(self, options: MLPOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        self.net = feed_forward(spec.numel + spec.condition_dim, 1, options)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of samples `(B, *shape)`."""
        return Critique(self.net(torch.cat([x.flatten(1), condition], 1)).squeeze(1))
