"""Convolutions with Keras' sizes, each in the form that is fastest on a CPU where it has few channels.

All forms are the same sums with the same parameters. Times are of one thread of an AVX-512 Xeon, forward and
backward, fp32, `channels_last`, batches of 128 (256 of the strided ones), against the plain layer;
`benchmarks/layers.py` measures them anew. With many channels a current torch's plain layers are the fastest, but
for the bias of transposed ones.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from synthgen.networks.blocks import FEW_CHANNELS, transpose_on_cpu
from synthgen.networks.sequential.shapes import Sides


class Conv(nn.Conv2d):
    """A convolution on maps padded with so many zeros above, below and at the sides; then an activation."""

    def __init__(
        self,
        inside: int,
        outside: int,
        kernel: int,
        stride: int,
        padding: tuple[Sides, Sides],
        activation: nn.Module,
        *,
        bias: bool = True,
    ) -> None:
        (top, bottom), (left, right) = padding
        even = top == bottom and left == right
        super().__init__(inside, outside, kernel, stride, (top, left) if even else 0, bias=bias)
        self.pad = (left, right, top, bottom)
        self.even = even
        self.activation = activation
        self.to_few = even and stride == 1 and kernel > 1 and outside <= FEW_CHANNELS
        self.from_few = stride > 1 and inside <= FEW_CHANNELS and kernel >= stride

    def forward(self, x: Tensor) -> Tensor:
        """`(B, inside, H, W) -> (B, outside, H', W')`."""
        on_cpu = x.device.type == "cpu"
        if on_cpu and self.to_few:
            y = self._by_rows(x)
        elif on_cpu and self.from_few:
            y = self._of_shuffled(x)
        else:
            y = super().forward(x if self.even else F.pad(x, self.pad))
        activated: Tensor = self.activation(y)
        return activated

    def _by_rows(self, x: Tensor) -> Tensor:
        """Each row of the kernel by itself, as a channel of its own; then these are added up, shifted.

        A convolution to one channel uses one lane of a vector in 16. 128 to 1 channel, 7×7 at 28×28: 104 ms
        (plain 392); 64 to 3, 5×5 at 32×32: 83 ms (219).
        """
        size = self.kernel_size[0]
        top, left = int(self.padding[0]), int(self.padding[1])
        rows = self.weight.flip(2).permute(0, 2, 1, 3).reshape(-1, self.in_channels, 1, size)
        parts = F.conv2d(x, rows, padding=(0, left))
        height = x.shape[2] + 2 * top - size + 1
        columns = parts.contiguous().flatten(2)
        y = F.fold(columns, (height, parts.shape[3]), (size, 1), padding=(size - 1 - top, 0))
        return y if self.bias is None else y + self.bias[:, None, None]

    def _of_shuffled(self, x: Tensor) -> Tensor:
        """Pixels of a stride as channels, then a convolution without stride: Shi et al. 2016, backwards.

        1 to 32 channels, 5×5, stride 2 at 28×28: 28 ms (plain 49); 3 to 64 at 32×32: 83 ms (119).
        """
        stride, size = self.stride[0], self.kernel_size[0]
        left, right, top, bottom = self.pad
        height = (x.shape[2] + top + bottom - size) // stride + 1
        width = (x.shape[3] + left + right - size) // stride + 1
        reach = -(-size // stride)  # in strides
        below = (height - 1 + reach) * stride - x.shape[2] - top
        beside = (width - 1 + reach) * stride - x.shape[3] - left
        x = F.pixel_unshuffle(F.pad(x, (left, beside, top, below)), stride)
        more = reach * stride - size
        return F.conv2d(x, F.pixel_unshuffle(F.pad(self.weight, (0, more, 0, more)), stride), self.bias)


class ConvTranspose(nn.ConvTranspose2d):
    """A transposed convolution, `crop` pixels of what it reaches left out before and after; then an activation.

    Negative `crop` after: so many pixels more, which no kernel reaches.
    """

    def __init__(
        self,
        inside: int,
        outside: int,
        kernel: int,
        stride: int,
        crop: Sides,
        activation: nn.Module,
        *,
        bias: bool = True,
    ) -> None:
        before, after = crop
        beyond = max(before - after, 0)
        super().__init__(inside, outside, kernel, stride, before, output_padding=beyond, bias=bias)
        self.excess = max(after - before, 0)
        """Rows and columns too many at the end."""
        self.activation = activation
        self.to_one = outside == 1 and not beyond

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """`(B, inside, H, W) -> (B, outside, H', W')`."""
        if x.device.type != "cpu":
            y = super().forward(x)
        else:
            y = self._scattered(x) if self.to_one else transpose_on_cpu(self, x)
        if self.excess:
            y = y[:, :, : -self.excess, : -self.excess]
        activated: Tensor = self.activation(y)
        return activated

    def _scattered(self, x: Tensor) -> Tensor:
        """Every pixel times the whole kernel in one matrix product, then added up where they overlap.

        128 to 1 channel, 4×4, stride 2 at 14×14: 14 ms (plain 44); 64 to 1, 5×5: 15 ms (31).
        """
        size, stride, before = self.kernel_size[0], self.stride[0], int(self.padding[0])
        columns = self.weight.flatten(1).t() @ x.flatten(2)
        sides = [(side - 1) * stride + size - 2 * before for side in x.shape[2:]]
        y = F.fold(columns, (sides[0], sides[1]), size, padding=before, stride=stride)
        return y if self.bias is None else y + self.bias[:, None, None]
