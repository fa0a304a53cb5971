"""Convolutions from and to images: torch's own against synthgen's equal forms, forward and backward, on the CPU.

    python benchmarks/layers.py [--threads 2] [--rounds 5]

The forms take turns; figures are medians over the rounds, and the ratio's spread.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from torch import Tensor, nn

from synthgen.networks.blocks import StridedConv2d, TransposedConv2d
from synthgen.networks.sequential.convolutions import Conv, ConvTranspose
from synthgen.networks.sequential.modules import Dropout

REPEATS = 15


def same(inside: int, outside: int, kernel: int) -> Conv:
    """A `sequential` convolution that keeps the size."""
    zeros = (kernel // 2, kernel // 2)
    return Conv(inside, outside, kernel, 1, (zeros, zeros), nn.Identity())


def halving(inside: int, outside: int) -> Conv:
    """A `sequential` 4×4 convolution, stride 2."""
    return Conv(inside, outside, 4, 2, ((1, 1), (1, 1)), nn.Identity())


def doubling(inside: int, outside: int) -> ConvTranspose:
    """A `sequential` 4×4 transposed convolution, stride 2."""
    return ConvTranspose(inside, outside, 4, 2, (1, 1), nn.Identity())


CASES: list[tuple[str, nn.Module, type[nn.Module], tuple[int, ...]]] = [
    ("28×28, 1 to 32, stride 2", StridedConv2d(1, 32), nn.Conv2d, (128, 1, 28, 28)),
    ("32×32, 3 to 32, stride 2", StridedConv2d(3, 32), nn.Conv2d, (128, 3, 32, 32)),
    ("14×14, 32 to 1, transposed", TransposedConv2d(32, 1), nn.ConvTranspose2d, (64, 32, 14, 14)),
    ("16×16, 32 to 3, transposed", TransposedConv2d(32, 3), nn.ConvTranspose2d, (64, 32, 16, 16)),
    ("sequential: 7×7, 128 to 1", same(128, 1, 7), nn.Conv2d, (128, 128, 28, 28)),
    ("sequential: 5×5, 64 to 3", same(64, 3, 5), nn.Conv2d, (128, 64, 32, 32)),
    ("sequential: 1 to 64, stride 2", halving(1, 64), nn.Conv2d, (128, 1, 28, 28)),
    ("sequential: 64 to 1, doubled", doubling(64, 1), nn.ConvTranspose2d, (128, 64, 14, 14)),
    ("sequential: 128 to 128, doubled", doubling(128, 128), nn.ConvTranspose2d, (64, 128, 14, 14)),
    ("sequential: dropout 0.4", Dropout(0.4), nn.Dropout, (256, 64, 14, 14)),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{'layer':<30} {'torch, ms':>10} {'synthgen, ms':>13} {'ratio':>6}  spread")
    for title, layer, plain, shape in CASES:
        layer.to(memory_format=torch.channels_last)
        ours = type(layer)
        x = torch.randn(shape).to(memory_format=torch.channels_last).requires_grad_()
        times = [(seconds(plain, layer, x), seconds(ours, layer, x)) for _ in range(arguments.rounds)]
        slow, fast = (1e3 * statistics.median(column) for column in zip(*times, strict=True))
        ratios = [a / b for a, b in times]
        print(
            f"{title:<30} {slow:>10.2f} {fast:>13.2f} {slow / fast:>6.2f}  {min(ratios):.2f} to {max(ratios):.2f}"
        )


def seconds(form: type[nn.Module], layer: nn.Module, x: Tensor) -> float:
    """Mean time of a forward and backward pass of `layer` as its class `form` computes it."""
    gradient = torch.randn_like(form.forward(layer, x))
    inputs = [x, *layer.parameters()]
    start = 0.0
    for i in range(-3, REPEATS):
        if i == 0:
            start = time.perf_counter()
        torch.autograd.grad(form.forward(layer, x), inputs, gradient)
    return (time.perf_counter() - start) / REPEATS


if __name__ == "__main__":
    main()
