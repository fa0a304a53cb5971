"""Times the resampling convolutions against the plain two layers that they equal, forward and backward.

Run: python benchmarks/resampling.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from synthgen_sagan.layers import conv_of_doubled, halved_conv
from torch import Tensor, nn
from torch.nn import functional as F

Function = Callable[[Tensor, nn.Conv2d], Tensor]


def plain_doubled(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """Doubled, then convolved."""
    return conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def plain_halved(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """Convolved, then averaged."""
    return F.avg_pool2d(conv(x), 2)


def milliseconds(function: Function, x: Tensor, conv: nn.Conv2d, rounds: int = 15) -> float:
    """Median time of one pass forward and backward."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        torch.autograd.grad(function(x, conv).sum(), [x, *conv.parameters()])
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


if __name__ == "__main__":
    torch.set_num_threads(1)
    pairs: dict[str, tuple[Function, Function]] = {
        "doubled": (plain_doubled, conv_of_doubled),
        "halved": (plain_halved, halved_conv),
    }
    for name, (plain, fast) in pairs.items():
        for inside, outside, side in ((16, 16, 32), (32, 32, 16), (64, 64, 8)):
            conv = nn.Conv2d(inside, outside, 3, padding=1).to(memory_format=torch.channels_last)
            x = torch.randn(64, inside, side, side).to(memory_format=torch.channels_last).requires_grad_()
            slow, quick = milliseconds(plain, x, conv), milliseconds(fast, x, conv)
            print(f"{name} {inside}->{outside} at {side}: plain {slow:.1f} ms, here {quick:.1f} ms")
