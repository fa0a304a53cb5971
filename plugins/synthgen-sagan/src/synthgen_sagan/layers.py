"""Layers that generator and discriminator share: spectral norm, attention, resampling convolutions."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def prepared(layer: Layer, spectral: bool) -> Layer:
    """The layer, its weights drawn anew (Glorot, bias 0), spectrally normalised if asked (Miyato et al. 2018).

    Each forward pass in training makes one step of the power iteration; in evaluation its vectors, which are
    buffers and saved with the weights, stay as they are.
    """
    nn.init.xavier_uniform_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    if spectral:
        spectral_norm(layer)
    return layer


class SelfAttention(nn.Module):
    """Every place of a feature map looks at all others (Zhang et al. 2019, section 3).

    Queries and keys have an eighth of the channels, values half; keys and values are max-pooled 2×2. What is
    seen comes in through `gamma`, which starts at 0: at first the layer is the identity.
    """

    def __init__(self, channels: int, spectral: bool) -> None:
        super().__init__()
        self.query = _pointwise(channels, channels // 8, spectral)
        self.key = _pointwise(channels, channels // 8, spectral)
        self.value = _pointwise(channels, channels // 2, spectral)
        self.output = _pointwise(channels // 2, channels, spectral)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W)`, the same shape."""
        batch, _, height, width = x.shape
        query = _places(self.query(x))
        key = _places(F.max_pool2d(self.key(x), 2, ceil_mode=True))
        value = _places(F.max_pool2d(self.value(x), 2, ceil_mode=True))
        # written out: gradient penalties differentiate twice, which scaled_dot_product_attention cannot do
        weights = torch.softmax(torch.bmm(query, key.transpose(1, 2)), dim=2)
        seen = torch.bmm(weights, value).view(batch, height, width, -1).permute(0, 3, 1, 2)
        return x + self.gamma * self.output(seen)


def _pointwise(inside: int, outside: int, spectral: bool) -> nn.Conv2d:
    return prepared(nn.Conv2d(inside, outside, 1, bias=False), spectral)


def _places(x: Tensor) -> Tensor:
    """`(B, C, H, W)` to `(B, H * W, C)`; no copy of what is in channels_last."""
    return x.permute(0, 2, 3, 1).flatten(1, 2)


def conv_of_doubled(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """`(B, in, H, W) -> (B, out, 2H, 2W)`: the 3×3 convolution of `x` doubled by repeating pixels.

    The same sums as one 4×4 transposed convolution, with 16 products for each 4 output pixels instead of 36.
    """
    kernel = _spread(conv.weight).flip(2, 3).transpose(0, 1)
    return F.conv_transpose2d(x, kernel, conv.bias, stride=2, padding=1)


def halved_conv(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """`(B, in, H, W) -> (B, out, H / 2, W / 2)`: the 3×3 convolution of `x`, averaged over 2×2 pixels.

    The same sums as one 4×4 convolution with stride 2, with 16 products for each output pixel instead of 36.
    """
    return F.conv2d(x, _spread(conv.weight) / 4, conv.bias, stride=2, padding=1)


def _spread(kernel: Tensor) -> Tensor:
    """`(out, in, 3, 3)` to `(out, in, 4, 4)`: the kernel added up at the four places in a 2×2 block."""
    padded = F.pad(kernel, (1, 1, 1, 1))
    return (
        padded[..., 1:, 1:] + padded[..., 1:, :-1] + padded[..., :-1, 1:] + padded[..., :-1, :-1]
    ).contiguous(memory_format=torch.channels_last)
