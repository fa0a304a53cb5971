"""The residual generator with conditional batch norm and self-attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from synthgen import DataSpec, Generator
from synthgen_sagan.layers import SelfAttention, conv_of_doubled, prepared
from synthgen_sagan.options import SAGANOptions
from synthgen_sagan.plan import make_plan


class SAGANGenerator(Generator):
    """A linear layer to a small feature map, residual blocks that double it, and self-attention on the way.

    After Zhang et al. 2019. The condition enters in every batch norm, as its scale and shift; without a
    condition these are learnt as usual. It also goes into the linear layer, beside the noise, which the
    paper's does not: what a class has in its outline is decided on the smallest map.
    """

    Options = SAGANOptions

    def __init__(self, options: SAGANOptions, spec: DataSpec) -> None:
        super().__init__(options, spec)
        plan = make_plan(spec, options.attention, "generator sagan")
        spectral = options.spectral_norm
        levels = range(plan.levels - 1, -1, -1)  # how many halvings below the image each block's output is
        widths = [options.width(level) for level in levels]
        self.base = (widths[0], *plan.base)
        inputs = spec.noise_dim + spec.condition_dim
        self.project = prepared(nn.Linear(inputs, widths[0] * plan.base[0] * plan.base[1]), spectral)
        self.blocks = nn.ModuleList(
            DoublingBlock(inside, outside, spec.condition_dim, spectral)
            for inside, outside in zip([widths[0], *widths], widths, strict=False)
        )
        self.attentions = nn.ModuleList(
            SelfAttention(width, spectral) if level == plan.attention else nn.Identity()
            for level, width in zip(levels, widths, strict=True)
        )
        self.norm = nn.BatchNorm2d(widths[-1])
        self.to_image = prepared(nn.Conv2d(widths[-1], plan.image_channels, 3, padding=1), spectral)
        self.last = spec.activation()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Images `(B, C, H, W)` in the range of the data's values."""
        channels, height, width = self.base
        x = (
            self.project(torch.cat([noise, condition], 1))
            .view(-1, height, width, channels)
            .permute(0, 3, 1, 2)
        )  # channels_last
        for block, attention in zip(self.blocks, self.attentions, strict=True):
            x = attention(block(x, condition))
        y: Tensor = self.last(self.to_image(F.relu(self.norm(x), inplace=True)))
        return y


class DoublingBlock(nn.Module):
    """Norm, ReLU, doubled 3×3, norm, ReLU, 3×3; beside it a doubled 1×1 (Miyato et al. 2018, figure 8)."""

    def __init__(self, inside: int, outside: int, condition_dim: int, spectral: bool) -> None:
        super().__init__()
        self.first_norm = ConditionalBatchNorm(inside, condition_dim)
        self.first = prepared(nn.Conv2d(inside, outside, 3, padding=1), spectral)
        self.second_norm = ConditionalBatchNorm(outside, condition_dim)
        self.second = prepared(nn.Conv2d(outside, outside, 3, padding=1), spectral)
        self.skip = prepared(nn.Conv2d(inside, outside, 1), spectral)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """`(B, in, H, W) -> (B, out, 2H, 2W)`."""
        h = conv_of_doubled(F.relu(self.first_norm(x, condition), inplace=True), self.first)
        h = self.second(F.relu(self.second_norm(h, condition), inplace=True))
        skip = self.skip(x)  # before it is doubled: a quarter of the work
        return h + F.interpolate(skip, scale_factor=2.0, mode="nearest")


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose scale and shift are linear in the condition (Dumoulin et al. 2017); from 1 and 0."""

    def __init__(self, channels: int, condition_dim: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=condition_dim == 0)
        self.modulation = nn.Linear(condition_dim, 2 * channels) if condition_dim else None
        if self.modulation is not None:
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """`x (B, C, H, W)` normalised, with the scale and shift of `condition (B, condition_dim)`."""
        if self.modulation is None:
            return self.norm(x)
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, 1)
        return torch.addcmul(shift, self.norm(x), 1 + scale)
