"""Convolutional networks for signals `(channels, length)` of any length.

Inside, a signal is an image of height 1 in the memory format `channels_last`: torch's two-dimensional convolutions
are 1.2 to 2 times as fast on CPUs as its one-dimensional ones, and doubling or halving the length is a mere view.
"""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from synthgen import Critique, DataSpec, Discriminator, Generator, Options, UnsupportedError
from synthgen.networks.blocks import Activation, CriticHead, GeneratorNorm, Norm, activation

SHORTEST = 8
"""Length of the shortest feature map that is halved no further."""


class Conv1dOptions(Options):
    """What both networks take."""

    channels: PositiveInt = 32
    """Channels at half the signal's length; each shorter feature map has twice as many."""
    max_channels: PositiveInt = 128
    """But never more than these."""
    kernel: Literal[3, 5, 7, 9] = 5
    """Width of the convolutions' kernels."""
    depth: NonNegativeInt = 0
    """Residual convolutions at each length, beside the one that doubles or halves it."""
    activation: Activation = "leaky_relu"
    """Before or after each convolution."""


class Conv1dGeneratorOptions(Conv1dOptions):
    """Width, depth and kinds of the generator's layers."""

    hidden: NonNegativeInt = 0
    """Units of a layer between noise and condition and the first feature map; 0 for none."""
    norm: GeneratorNorm = "none"
    """Normalisation before each activation."""


class Conv1dDiscriminatorOptions(Conv1dOptions):
    """Width, depth and kinds of the discriminator's layers."""

    features: PositiveInt = 128
    """Width of the linear layer before the logit."""
    conditioning: Literal["projection", "concat"] = "projection"
    """How the condition enters: as a dot product with the features, or as constant input channels."""


class Conv1dGenerator(Generator):
    """A linear layer to a short feature map, doubled in length until it is the signal or longer, then cut to it.

    A convolution makes the channels for two values where there was one, and they are laid side by side (sub-pixel
    convolution: Shi et al. 2016). The condition enters beside the noise and, with `norm: conditional_batch`, in
    every normalisation.
    """

    Options = Conv1dGeneratorOptions

    def __init__(self, options: Conv1dGeneratorOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        channels, _ = _signal_shape(spec, "generator")
        self.base, levels = _levels(spec)
        widths = _widths(options, levels)[::-1]
        self.first = widths[0]
        self.mapping = nn.Identity() if not options.hidden else _mapping(self.input_dim, options)
        self.project = nn.Linear(options.hidden or self.input_dim, self.first * self.base)
        self.stages = nn.ModuleList(
            _Doubling(inside, outside, options, spec.condition_dim)
            for inside, outside in zip(widths, [*widths[1:], channels], strict=True)
        )
        self.last = spec.activation()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Signals `(B, channels, length)` in [-1, 1]."""
        flat = self.project(self.mapping(torch.cat([noise, condition], 1)))
        x = flat.view(-1, 1, self.base, self.first).permute(0, 3, 1, 2)
        for stage in self.stages:
            x = stage(x, condition)
        y: Tensor = self.last(x[:, :, 0, : self.spec.shape[1]])
        return y


class Conv1dDiscriminator(Discriminator):
    """Convolutions that halve the length down to a short feature map, a linear layer of features, and a logit.

    A signal whose length cannot be halved so often is filled up with zeros at its end.
    """

    Options = Conv1dDiscriminatorOptions

    def __init__(self, options: Conv1dDiscriminatorOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        channels, length = _signal_shape(spec, "discriminator")
        base, levels = _levels(spec)
        self.missing = base * 2**levels - length
        self.concat = options.conditioning == "concat"
        widths = _widths(options, levels)
        inside = channels + spec.condition_dim * self.concat
        self.stages = nn.ModuleList(
            _Halving(a, b, options) for a, b in zip([inside, *widths], widths, strict=False)
        )
        self.features = nn.Linear(widths[-1] * base, options.features)
        self.activation = activation(options.activation, in_place=True)
        self.head = CriticHead(options.features, 0 if self.concat else spec.condition_dim)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of signals `(B, channels, length)`."""
        if self.concat:
            x = torch.cat([x, condition[:, :, None].expand(-1, -1, x.shape[2])], 1)
        x = F.pad(x, (0, self.missing))[:, :, None]
        for stage in self.stages:
            x = stage(x)
        features = self.activation(self.features(x.permute(0, 2, 3, 1).flatten(1)))
        return Critique(self.head(features, condition))


class _Doubling(nn.Module):
    """Residual convolutions, then normalisation, activation, and a doubling of the length."""

    def __init__(
        self, inside: int, outside: int, options: Conv1dGeneratorOptions, condition_dim: int
    ) -> None:
        super().__init__()
        norms = range(options.depth + 1)
        self.norms = nn.ModuleList(Norm(options.norm, inside, condition_dim) for _ in norms)
        self.convs = nn.ModuleList(_convolution(inside, inside, options) for _ in range(options.depth))
        self.activation = activation(options.activation)
        self.enlarge = _convolution(inside, 2 * outside, options)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        for norm, conv in zip(self.norms, self.convs, strict=False):  # the last norm is the doubling's
            x = x + conv(self.activation(norm(x, condition)))
        return _unfold(self.enlarge(self.activation(self.norms[-1](x, condition))))


class _Halving(nn.Module):
    """A halving of the length, residual convolutions, activation."""

    def __init__(self, inside: int, outside: int, options: Conv1dDiscriminatorOptions) -> None:
        super().__init__()
        self.shrink = _convolution(2 * inside, outside, options)
        self.convs = nn.ModuleList(_convolution(outside, outside, options) for _ in range(options.depth))
        self.activation = activation(options.activation)

    def forward(self, x: Tensor) -> Tensor:
        x = self.shrink(_fold(x))
        for conv in self.convs:
            x = x + conv(self.activation(x))
        y: Tensor = self.activation(x)
        return y


def _mapping(inputs: int, options: Conv1dGeneratorOptions) -> nn.Module:
    return nn.Sequential(nn.Linear(inputs, options.hidden), activation(options.activation))


def _convolution(inside: int, outside: int, options: Conv1dOptions) -> nn.Conv2d:
    """Its first weights keep the variance (He et al. 2015): long signals go through many layers, without norms."""
    layer = nn.Conv2d(inside, outside, (1, options.kernel), padding=(0, options.kernel // 2))
    nn.init.kaiming_normal_(layer.weight, a=0.2)
    return layer


def _unfold(x: Tensor) -> Tensor:
    """`(B, 2C, 1, L) -> (B, C, 1, 2L)`: half of the channels of each value become a value after it."""
    batch, channels, _, length = x.shape
    return x.permute(0, 2, 3, 1).reshape(batch, 1, 2 * length, channels // 2).permute(0, 3, 1, 2)


def _fold(x: Tensor) -> Tensor:
    """`(B, C, 1, 2L) -> (B, 2C, 1, L)`, what `_unfold` undoes."""
    batch, channels, _, length = x.shape
    return x.permute(0, 2, 3, 1).reshape(batch, 1, length // 2, 2 * channels).permute(0, 3, 1, 2)


def _widths(options: Conv1dOptions, levels: int) -> list[int]:
    """Channels of the feature maps, from the longest to the shortest."""
    return [min(options.channels * 2**i, max(options.channels, options.max_channels)) for i in range(levels)]


def _levels(spec: DataSpec) -> tuple[int, int]:
    """Length of the shortest feature map, and how often it is doubled to reach the signal's length."""
    length, levels = spec.shape[1], 1
    while -(-length // 2 ** (levels + 1)) >= SHORTEST:
        levels += 1
    return -(-length // 2**levels), levels


def _signal_shape(spec: DataSpec, kind: str) -> tuple[int, int]:
    """Channels and length; raises UnsupportedError for data that is no signal, or a very short one."""
    shape = tuple(spec.shape)
    if len(shape) != 2:
        fits = {1: "residual_mlp makes rows of tables", 3: "dcgan makes images"}.get(len(shape), "")
        raise UnsupportedError(
            f"{kind} conv1d makes signals (channels, length), not samples of shape {shape};"
            f" {fits or 'mlp makes any shape'}"
        )
    if shape[1] < SHORTEST:
        raise UnsupportedError(
            f"{kind} conv1d makes signals of {SHORTEST} values or more, not {shape[1]}; mlp makes any length"
        )
    return shape[0], shape[1]
