"""What the layers of a sequential network are made of, beside convolutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from synthgen.networks.sequential.shapes import Shape, Sides


class Dense(nn.Linear):
    """A fully connected layer, then an activation."""

    def __init__(self, inside: int, outside: int, activation: nn.Module, *, bias: bool = True) -> None:
        super().__init__(inside, outside, bias=bias)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """`(B, inside) -> (B, outside)`."""
        y: Tensor = self.activation(super().forward(x))
        return y


class Flatten(nn.Module):
    """A map's numbers in a row, all channels of a pixel together: as Keras has them, and without a copy where
    memory is `channels_last`."""

    def forward(self, x: Tensor) -> Tensor:
        """`(B, channels, ...) -> (B, numbers)`."""
        return x.movedim(1, -1).flatten(1) if x.dim() > 2 else x


class Reshape(nn.Module):
    """The same numbers in another shape; flat ones in the order of `Flatten`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.pixels = (*shape[1:], shape[0])

    def forward(self, x: Tensor) -> Tensor:
        """`(B, *old) -> (B, *shape)`."""
        if x.dim() > 2:
            x = x.movedim(1, -1)
        return x.reshape(-1, *self.pixels).movedim(-1, 1)

    def extra_repr(self) -> str:
        """The shape."""
        return str(self.shape)


class Dropout(nn.Dropout):
    """Dropout whose mask is cheap on a CPU: four samples of the mask from one random number of 64 bits.

    Torch's own mask costs more there than a convolution around it: 3.2 million numbers, forward and backward in one
    thread, 70 ms. The share is exact to 1/65536, and what is kept is enlarged by what that share is.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Of the same shape."""
        kept = round((1 - self.p) * 2**16)
        if not self.training or x.device.type != "cpu" or x.numel() == 0 or kept in (0, 2**16):
            return super().forward(x)
        words = torch.empty((x.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
        draws = words.view(torch.int16)[: x.numel()].view(len(x), *x.shape[2:], x.shape[1])
        mask = (draws < kept - 2**15).movedim(-1, 1)
        return x * mask.to(x.dtype).mul_(2**16 / kept)


class LayerNorm(nn.LayerNorm):
    """Layer norm over units, or over the channels of each pixel, as Keras' (its axis is the last)."""

    def forward(self, x: Tensor) -> Tensor:
        """`(B, channels, ...)`, of the same shape."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class MaxPool(nn.MaxPool2d):
    """Max pooling; windows may hang over the edge by so many pixels."""

    def __init__(self, window: int, stride: int, padding: tuple[Sides, Sides]) -> None:
        super().__init__(window, stride)
        (top, bottom), (left, right) = padding
        self.pad = (left, right, top, bottom) if any((left, right, top, bottom)) else None

    def forward(self, x: Tensor) -> Tensor:
        """`(B, C, H, W) -> (B, C, H', W')`."""
        if self.pad is not None:
            x = F.pad(x, self.pad, value=-torch.inf)
        return super().forward(x)


class Multiply(nn.Module):
    """Stream × branch."""

    def forward(self, x: Tensor, branch: Tensor) -> Tensor:
        """Two tensors of one shape."""
        return x * branch


class Concat(nn.Module):
    """Stream and branch side by side in channels; flat numbers beside a map are planes."""

    def forward(self, x: Tensor, branch: Tensor) -> Tensor:
        """`(B, C, ...)` and `(B, D, ...)` or `(B, D)` to `(B, C + D, ...)`."""
        if branch.shape[1] == 0:
            return x
        if branch.dim() < x.dim():
            branch = branch.reshape(*branch.shape, *[1] * (x.dim() - 2)).expand(-1, -1, *x.shape[2:])
        joined = torch.cat([x, branch.to(x.dtype)], 1)
        # planes have no strides of their own, which may leave convolutions in the slow format
        return joined.contiguous(memory_format=torch.channels_last) if joined.dim() == 4 else joined


class Branch(nn.Sequential):
    """The condition's way to where it joins the stream."""
