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

REPEATS = 15
CASES: list[tuple[str, type[nn.Module], type[nn.Module], tuple[int, int], tuple[int, ...]]] = [
    ("28×28, 1 to 32, stride 2", StridedConv2d, nn.Conv2d, (1, 32), (128, 1, 28, 28)),
    ("32×32, 3 to 32, stride 2", StridedConv2d, nn.Conv2d, (3, 32), (128, 3, 32, 32)),
    ("14×14, 32 to 1, transposed", TransposedConv2d, nn.ConvTranspose2d, (32, 1), (64, 32, 14, 14)),
    ("16×16, 32 to 3, transposed", TransposedConv2d, nn.ConvTranspose2d, (32, 3), (64, 32, 16, 16)),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{'layer':<28} {'torch, ms':>10} {'synthgen, ms':>13} {'ratio':>6}  spread")
    for title, ours, plain, channels, shape in CASES:
        layer = ours(*channels).to(memory_format=torch.channels_last)
        x = torch.randn(shape).to(memory_format=torch.channels_last).requires_grad_()
        times = [(seconds(plain, layer, x), seconds(ours, layer, x)) for _ in range(arguments.rounds)]
        slow, fast = (1e3 * statistics.median(column) for column in zip(*times, strict=True))
        ratios = [a / b for a, b in times]
        print(
            f"{title:<28} {slow:>10.2f} {fast:>13.2f} {slow / fast:>6.2f}  {min(ratios):.2f} to {max(ratios):.2f}"
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
