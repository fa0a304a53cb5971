"""With which arithmetic to compute."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import torch
from torch import nn

BF16_MUST_GAIN = 1.2
"""How many times faster bf16 has to be on a CPU before `precision: auto` takes it."""
LARGE = 2**14
"""Weights of a layer from which on its arithmetic is most of its time on a CPU: 128 by 128."""


def choose_precision(name: str, device: torch.device, networks: Iterable[nn.Module]) -> torch.dtype:
    """The networks' arithmetic: as named, or for `auto` bf16 where they are faster with it on this device."""
    if name == "auto":
        if device.type == "cuda":
            name = "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
        else:
            name = "bf16" if device.type == "cpu" and _bf16_pays(networks) else "fp32"
    return torch.bfloat16 if name == "bf16" else torch.float32


def _bf16_pays(networks: Iterable[nn.Module]) -> bool:
    """Whether bf16 makes these networks faster on this CPU.

    Small layers lose more by conversions than they gain: where a convolution gains, a step of sine_fcgan, whose
    largest layer has 2,048 weights, takes 1.1 ms in fp32 and 2.4 in bf16.
    """
    largest = max((weight.numel() for network in networks for weight in network.parameters()), default=0)
    return largest >= LARGE and _bf16_gain() > BF16_MUST_GAIN


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
