"""With which arithmetic to compute."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch import nn

BF16_MUST_GAIN = 1.2
"""How many times faster bf16 has to be on a CPU before `precision: auto` takes it."""


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """The networks' arithmetic: as named, or for `auto` bf16 where this device is faster with it."""
    if name == "auto":
        if device.type == "cuda":
            name = "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
        else:
            name = "bf16" if device.type == "cpu" and _bf16_gain() > BF16_MUST_GAIN else "fp32"
    return torch.bfloat16 if name == "bf16" else torch.float32


def _bf16_gain() -> float:
    """How many times faster a typical convolution is in bf16 on this CPU (0.25 without AMX, some 4 with)."""
    seconds = [_convolution_seconds(dtype) for dtype in (torch.float32, torch.bfloat16)]
    return seconds[0] / seconds[1]


@torch.inference_mode()
def _convolution_seconds(dtype: torch.dtype) -> float:
    with torch.random.fork_rng(devices=[]):
        layer = nn.Conv2d(64, 64, 3, padding=1, dtype=dtype).to(memory_format=torch.channels_last)
        x = torch.randn(16, 64, 14, 14, dtype=dtype).to(memory_format=torch.channels_last)
    layer(x)
    return min(_seconds(lambda: layer(x)) for _ in range(5))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
