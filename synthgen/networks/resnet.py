"""Residual networks in the manner of R3GAN (Huang et al. 2024): no normalisation anywhere.

Blocks are 1×1, grouped 3×3, 1×1 with a zero-initialised end, so that a new network begins as its skips.
"""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import torch
from pydantic import Field, PositiveInt
from torch import Tensor, nn
from torch.nn import functional as F

from synthgen import Critique, DataSpec, Discriminator, Generator, Options, UnsupportedError
from synthgen.networks.blocks import CriticHead
from synthgen.networks.geometry import count_levels, image_shape

MAX_WIDENING = 4
"""Channels double with each smaller feature map up to this many times the largest map's."""


class ResNetOptions(Options):
    """Width and depth of a residual network."""

    channels: PositiveInt = 32
    """Channels at the image's size; each smaller feature map has twice as many, up to four times."""
    depth: PositiveInt = 1
    """Residual blocks at each size."""
    group_size: PositiveInt = 16
    """Channels in a group of the 3×3 convolutions."""
    levels: int | None = Field(None, ge=1, le=8)
    """How often the size is halved or doubled; as often as the image's sides allow if not given."""


class ResidualBlock(nn.Module):
    """x + 1×1(act(grouped 3×3(act(1×1(x))))), the last convolution zero at the start."""

    def __init__(self, channels: int, group_size: int, gain: float) -> None:
        super().__init__()
        group_size = min(group_size, channels)
        if channels % group_size:
            raise UnsupportedError(f"resnet: group_size {group_size} does not divide {channels} channels")
        self.expand = nn.Conv2d(channels, channels, 1)
        self.mix = nn.Conv2d(channels, channels, 3, padding=1, groups=channels // group_size)
        self.project = nn.Conv2d(channels, channels, 1, bias=False)
        for conv in (self.expand, self.mix):
            nn.init.kaiming_normal_(conv.weight, a=0.2)
            with torch.no_grad():
                conv.weight.mul_(gain)  # Fixup (Zhang et al. 2019): blocks together grow no faster than one
        nn.init.zeros_(self.project.weight)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)`, the same shape."""
        h = F.leaky_relu(self.expand(x), 0.2)
        return x + self.project(F.leaky_relu(self.mix(h), 0.2))


def _plan(
    spec: DataSpec, options: ResNetOptions, network: str
) -> tuple[int, list[int], tuple[int, int], float]:
    """Image channels, widths from the largest feature map to the smallest, its size, and the blocks' gain."""
    channels, height, width = image_shape(spec, network)
    levels = count_levels(height, width, options.levels, network)
    widths = [options.channels * min(2**i, MAX_WIDENING) for i in range(levels + 1)]
    gain = (options.depth * (levels + 1)) ** -0.25
    return channels, widths, (height // 2**levels, width // 2**levels), gain


class ResNetGenerator(Generator):
    """A linear layer to a small feature map; residual blocks at each size, doubled bilinearly.

    The condition enters beside the noise.
    """

    Options = ResNetOptions

    def __init__(self, options: ResNetOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        channels, widths, size, gain = _plan(spec, options, "generator resnet")
        widths = widths[::-1]
        self.base = (widths[0], *size)
        self.project = nn.Linear(self.input_dim, widths[0] * size[0] * size[1])
        self.blocks = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(w, options.group_size, gain) for _ in range(options.depth)))
            for w in widths
        )
        self.transitions = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairwise(widths))
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1)
        self.last = spec.activation()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Images `(B, C, H, W)` in the range of the data's values."""
        channels, height, width = self.base
        flat = self.project(torch.cat([noise, condition], 1))
        x = self.blocks[0](flat.view(-1, height, width, channels).permute(0, 3, 1, 2))
        for transition, blocks in zip(self.transitions, list(self.blocks)[1:], strict=True):
            x = F.interpolate(
                transition(x), scale_factor=2, mode="bilinear"
            )  # 1×1 first: a quarter of the work
            x = blocks(x)
        y: Tensor = self.last(self.to_image(F.leaky_relu(x, 0.2)))
        return y


class ResNetDiscriminator(Discriminator):
    """Residual blocks at each size, halved by averaging; the condition enters as a projection."""

    Options = ResNetOptions

    def __init__(self, options: ResNetOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        channels, widths, size, gain = _plan(spec, options, "discriminator resnet")
        self.from_image = nn.Conv2d(channels, widths[0], 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(w, options.group_size, gain) for _ in range(options.depth)))
            for w in widths
        )
        self.transitions = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairwise(widths))
        # one weight for each place and channel, as R3GAN's last, global depthwise convolution
        self.gather = nn.Conv2d(widths[-1], widths[-1], size, groups=widths[-1], bias=False)
        self.features = nn.Linear(widths[-1], widths[-1])
        nn.init.normal_(self.gather.weight, std=1 / sqrt(size[0] * size[1]))
        self.head = CriticHead(widths[-1], spec.condition_dim)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of images `(B, C, H, W)`."""
        x = self.blocks[0](self.from_image(x))
        for transition, blocks in zip(self.transitions, list(self.blocks)[1:], strict=True):
            x = blocks(transition(F.avg_pool2d(x, 2)))
        features = self.features(self.gather(x).flatten(1))
        return Critique(self.head(F.leaky_relu(features, 0.2), condition))
