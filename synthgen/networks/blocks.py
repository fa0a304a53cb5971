"""Parts that the built-in networks share: activations, normalisation, conditioning, resampling."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Activation = Literal["relu", "leaky_relu", "elu", "silu", "gelu"]
GeneratorNorm = Literal["none", "batch", "conditional_batch"]
Upsampling = Literal["transposed", "nearest", "bilinear", "shuffle"]

FEW_CHANNELS = 4
"""Up to so many channels, strided and transposed convolutions are computed in another, equal form on CPUs."""


def activation(name: Activation, *, in_place: bool = False) -> nn.Module:
    """The activation of this name; leaky_relu has the slope 0.2 that GANs use (Radford et al. 2016).

    `in_place` overwrites the input where torch can, which saves memory traffic; nobody else may need it then.
    """
    if name == "leaky_relu":
        return nn.LeakyReLU(0.2, inplace=in_place)
    if name == "relu":
        return nn.ReLU(inplace=in_place)
    choices: dict[str, type[nn.Module]] = {"elu": nn.ELU, "silu": nn.SiLU, "gelu": nn.GELU}
    return choices[name]()


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose scale and shift are linear in the condition (de Vries et al. 2017)."""

    def __init__(self, channels: int, condition_dim: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.scale_shift = nn.Linear(condition_dim, 2 * channels)
        nn.init.zeros_(self.scale_shift.weight)
        with torch.no_grad():
            self.scale_shift.bias.copy_(torch.cat([torch.ones(channels), torch.zeros(channels)]))

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """`x (B, C, H, W)` normalised, in the scale and shift of its condition."""
        scale, shift = self.scale_shift(condition)[:, :, None, None].chunk(2, 1)
        if self.training:
            return torch.addcmul(shift, self.norm(x), scale)
        # the running statistics are constants: all is one scale and one shift, and one pass over x
        mean, var = self.norm.running_mean, self.norm.running_var
        assert mean is not None and var is not None
        scale = scale * (var + self.norm.eps).rsqrt()[:, None, None]
        return torch.addcmul(shift - mean[:, None, None] * scale, x, scale)


class Norm(nn.Module):
    """The generator's normalisation by name, all called with a condition; without one, plain batch norm."""

    def __init__(self, name: GeneratorNorm, channels: int, condition_dim: int) -> None:
        super().__init__()
        conditional = name == "conditional_batch" and condition_dim > 0
        self.conditional = ConditionalBatchNorm(channels, condition_dim) if conditional else None
        self.plain = nn.BatchNorm2d(channels) if name != "none" and not conditional else nn.Identity()

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """`x (B, C, H, W)`, normalised."""
        return self.plain(x) if self.conditional is None else self.conditional(x, condition)


class StridedConv2d(nn.Conv2d):
    """Convolution, kernel 4, stride 2, padding 1: halves the size. Faster on CPUs for images' few channels.

    Such a kernel is a 2×2 convolution on 2×2 blocks of pixels laid into the channels: the same sums, and
    channels enough to be worth vector instructions. See `benchmarks/layers.py`.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 4, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, in, H, W) -> (B, out, H / 2, W / 2)`."""
        if x.device.type != "cpu" or self.in_channels > FEW_CHANNELS:
            return super().forward(x)
        kernel = F.pixel_unshuffle(self.weight, 2)
        return F.conv2d(F.pixel_unshuffle(F.pad(x, (1, 1, 1, 1)), 2), kernel, self.bias)


def transpose_on_cpu(layer: nn.ConvTranspose2d, x: Tensor) -> Tensor:
    """What the layer itself would return, its bias added after it: `(B, in, H, W) -> (B, out, H', W')`.

    As a part of the layer, torch 2.15 takes as long for the bias's gradient as for that of the weights. Backward in
    one thread of a Zen 5, 128 to 128 channels, 4×4, stride 2 from 14×14, batch of 256: 278 ms in fp32 (plain layer
    390), 150 in bf16 (329).
    """
    assert not isinstance(layer.padding, str)  # a word is for plain convolutions
    y = F.conv_transpose2d(
        x, layer.weight, None, layer.stride, layer.padding, layer.output_padding, layer.groups, layer.dilation
    )
    return y if layer.bias is None else y.add_(layer.bias.to(y.dtype)[:, None, None])


class TransposedConv2d(nn.ConvTranspose2d):
    """Transposed convolution, kernel 4, stride 2, padding 1: doubles the size. Faster on CPUs to few channels.

    An output pixel sees only 2×2 input pixels; which ones depends on the parity of its row and column. So one
    2×2 convolution with four times the channels computes all four parities, and they are interleaved: the
    same sums as `nn.ConvTranspose2d`, and its parameters, without its slow scatter. See `benchmarks/layers.py`.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 4, stride=2, padding=1)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """`(B, in, H, W) -> (B, out, 2H, 2W)`."""
        if x.device.type != "cpu":
            return super().forward(x, output_size)
        if self.out_channels > FEW_CHANNELS:
            return transpose_on_cpu(self, x)
        assert self.bias is not None
        # Row 2m of the output is w[3] x[m-1] + w[1] x[m], row 2m+1 is w[2] x[m] + w[0] x[m+1]; so, on x padded
        # by one, odd rows are a convolution with (w[2], w[0]) read one place later than even rows' (w[3], w[1]).
        taps = self.weight.view(self.in_channels, self.out_channels, 2, 2, 2, 2).flip(2, 4)
        kernel = taps.permute(1, 3, 5, 0, 2, 4).reshape(-1, self.in_channels, 2, 2)
        y = F.pixel_shuffle(F.conv2d(x, kernel, padding=1), 2)[:, :, 1:-1, 1:-1]
        return y + self.bias[:, None, None]


class Shuffle(nn.Module):
    """Doubles the size: a quarter of the channels goes to each of 2×2 pixels, then a 3×3 convolution.

    The cheapest of the four on CPUs; rearranging as in Shi et al. 2016, but before the convolution.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels // 4, out_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """`(B, in, H, W) -> (B, out, 2H, 2W)`; in is a multiple of 4."""
        batch, channels, height, width = x.shape
        pixels = x.permute(0, 2, 3, 1).reshape(batch, height, width, 2, 2, channels // 4)
        x = pixels.permute(0, 1, 3, 2, 4, 5).reshape(batch, 2 * height, 2 * width, channels // 4)
        return self.conv(x.permute(0, 3, 1, 2))  # F.pixel_shuffle would not keep channels_last


def upsampler(name: Upsampling, in_channels: int, out_channels: int) -> nn.Module:
    """A layer that doubles height and width and changes the channels."""
    if name == "transposed":
        return TransposedConv2d(in_channels, out_channels)
    if name == "shuffle":
        return Shuffle(in_channels, out_channels)
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode=name), nn.Conv2d(in_channels, out_channels, 3, padding=1)
    )


class CriticHead(nn.Module):
    """A logit from features and condition: linear, plus a dot product with the condition's embedding.

    The projection discriminator of Miyato and Koyama 2018 (eq. 3); without a condition just linear.
    """

    def __init__(self, features: int, condition_dim: int) -> None:
        super().__init__()
        self.logit = nn.Linear(features, 1)
        self.embedding = nn.Linear(condition_dim, features, bias=False) if condition_dim else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, std=features**-0.5)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """Logits `(B,)` of features `(B, F)`."""
        logits: Tensor = self.logit(features).squeeze(1)
        if self.embedding is None:
            return logits
        return logits + (self.embedding(condition) * features).sum(1)
