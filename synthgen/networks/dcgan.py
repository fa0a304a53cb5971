"""Deep convolutional networks, after Radford et al. 2016, with the conditioning and norms of later work."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field, NonNegativeInt, PositiveInt
from torch import Tensor, nn

from synthgen import Critique, DataSpec, Discriminator, Generator, Options
from synthgen.networks.blocks import (
    Activation,
    CriticHead,
    GeneratorNorm,
    Norm,
    StridedConv2d,
    Upsampling,
    activation,
    upsampler,
)
from synthgen.networks.geometry import count_levels, image_shape


class DCGANGenerator(Generator):
    """A linear layer to a small feature map, doubled in size until it is the image.

    The condition enters beside the noise and, with `norm: conditional_batch`, in every normalisation.
    """

    class Options(Options):
        """Width, depth and kinds of layers."""

        channels: PositiveInt = 32
        """Channels of the largest feature map, half the image's size; each smaller one has twice as many
        (four times with shuffle)."""
        depth: NonNegativeInt = 0
        """Residual 3×3 convolutions at each size, beside the one that doubles it."""
        hidden: NonNegativeInt = 0
        """Units of a layer between noise and condition and the first feature map; 0 for none."""
        levels: int | None = Field(None, ge=1, le=8)
        """How often the size doubles; as often as the image's sides allow if not given."""
        upsampling: Upsampling = "transposed"
        """How the size doubles: a 4×4 transposed convolution; or nearest, bilinear or a shuffle of channels into
        pixels, and a 3×3 convolution. The last step after a shuffle is a transposed convolution."""
        norm: GeneratorNorm = "conditional_batch"
        """Normalisation before each activation."""
        activation: Activation = "leaky_relu"
        """After each normalisation."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        channels, height, width = image_shape(spec, "generator dcgan")
        levels = count_levels(height, width, options.levels, "generator dcgan")
        growth = 4 if options.upsampling == "shuffle" else 2
        widths = [options.channels * growth**i for i in reversed(range(levels))]
        self.base = (widths[0], height // 2**levels, width // 2**levels)
        self.mapping, mapped = self._mapping(options)
        self.project = nn.Linear(mapped, widths[0] * self.base[1] * self.base[2])
        self.stages = nn.ModuleList(
            _GeneratorStage(inside, outside, options, spec.condition_dim, last=i == levels - 1)
            for i, (inside, outside) in enumerate(zip(widths, [*widths[1:], channels], strict=True))
        )
        self.last = spec.activation()

    def _mapping(self, options: DCGANGenerator.Options) -> tuple[nn.Module, int]:
        """What noise and condition go through first, and its width."""
        if not options.hidden:
            return nn.Identity(), self.input_dim
        norm = nn.Identity() if options.norm == "none" else nn.BatchNorm1d(options.hidden)
        linear = nn.Linear(self.input_dim, options.hidden)
        return nn.Sequential(linear, norm, activation(options.activation, in_place=True)), options.hidden

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Images `(B, C, H, W)` in the range of the data's values."""
        channels, height, width = self.base
        flat = self.project(self.mapping(torch.cat([noise, condition], 1)))
        x = flat.view(-1, height, width, channels).permute(0, 3, 1, 2)  # channels_last without a copy
        for stage in self.stages:
            x = stage(x, condition)
        y: Tensor = self.last(x)
        return y


class _GeneratorStage(nn.Module):
    """Residual convolutions, then normalisation, activation and a doubling of the size."""

    def __init__(
        self, inside: int, outside: int, options: DCGANGenerator.Options, condition_dim: int, last: bool
    ) -> None:
        super().__init__()
        self.norms = nn.ModuleList(
            Norm(options.norm, inside, condition_dim) for _ in range(options.depth + 1)
        )
        self.convs = nn.ModuleList(nn.Conv2d(inside, inside, 3, padding=1) for _ in range(options.depth))
        # without a norm, the activation's input is also what a skip connection adds to
        fresh = options.norm != "none" or not options.depth
        self.activation = activation(options.activation, in_place=fresh)
        to_image = last and options.upsampling == "shuffle"
        self.enlarge = upsampler("transposed" if to_image else options.upsampling, inside, outside)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        for norm, conv in zip(self.norms, self.convs, strict=False):  # the last norm is the doubling's
            x = x + conv(self.activation(norm(x, condition)))
        return self.enlarge(self.activation(self.norms[-1](x, condition)))


class DCGANDiscriminator(Discriminator):
    """Strided convolutions down to a small feature map, a linear layer of features, and a logit."""

    class Options(Options):
        """Width, depth and kinds of layers."""

        channels: PositiveInt = 32
        """Channels at half the image's size; each smaller feature map has twice as many."""
        depth: NonNegativeInt = 0
        """Residual 3×3 convolutions at each size, beside the one that halves it."""
        levels: int | None = Field(None, ge=1, le=8)
        """How often the size is halved; as often as the image's sides allow if not given."""
        features: PositiveInt = 128
        """Width of the linear layer before the logit."""
        norm: Literal["none", "batch"] = "none"
        """Normalisation after each halving but the first, over real and generated samples together; gradient
        penalties want none."""
        activation: Activation = "leaky_relu"
        """After each convolution."""
        conditioning: Literal["projection", "concat"] = "projection"
        """How the condition enters: as a dot product with the features, or as constant input channels."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        channels, height, width = image_shape(spec, "discriminator dcgan")
        levels = count_levels(height, width, options.levels, "discriminator dcgan")
        self.concat = options.conditioning == "concat"
        widths = [options.channels * 2**i for i in range(levels)]
        inside = channels + spec.condition_dim * self.concat
        self.stages = nn.ModuleList(
            _DiscriminatorStage(a, b, options, first=i == 0)
            for i, (a, b) in enumerate(zip([inside, *widths], widths, strict=False))
        )
        flat = widths[-1] * (height // 2**levels) * (width // 2**levels)
        self.features = nn.Linear(flat, options.features)
        self.activation = activation(options.activation, in_place=True)
        self.head = CriticHead(options.features, 0 if self.concat else spec.condition_dim)

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits of images `(B, C, H, W)`."""
        if self.concat:
            planes = condition[:, :, None, None].expand(-1, -1, *x.shape[2:])
            x = torch.cat([x, planes], 1).contiguous(memory_format=torch.channels_last)
        for stage in self.stages:
            x = stage(x)
        features = self.activation(self.features(x.permute(0, 2, 3, 1).flatten(1)))
        return Critique(self.head(features, condition))


class _DiscriminatorStage(nn.Module):
    """A halving of the size, normalisation, residual convolutions, activation."""

    def __init__(self, inside: int, outside: int, options: DCGANDiscriminator.Options, first: bool) -> None:
        super().__init__()
        self.shrink = StridedConv2d(inside, outside)
        normalised = options.norm == "batch" and not first
        self.norm = nn.BatchNorm2d(outside) if normalised else nn.Identity()
        self.convs = nn.ModuleList(nn.Conv2d(outside, outside, 3, padding=1) for _ in range(options.depth))
        self.activation = activation(options.activation, in_place=not options.depth)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.shrink(x))
        for conv in self.convs:
            x = x + conv(self.activation(x))
        return self.activation(x)
