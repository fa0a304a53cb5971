"""The device that a person named, or what there is."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from synthgen.errors import UsageError
from synthgen.training.settings import device_name


def choose_device(name: str) -> torch.device:
    """The device of this name (`auto`, `cpu`, `cuda`, `cuda:N`, `mps`); raises UsageError if it is absent."""
    try:
        device_name(name)
    except ValueError as error:
        raise UsageError(f"device '{name}' {error}") from None
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            found = f"{count} CUDA device{'s' if count != 1 else ''}"
            raise UsageError(f"device '{name}': torch finds {found} here; device: auto takes what there is")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device 'mps': torch finds no Metal device here; device: auto takes what there is")
    return device


def describe_device(device: torch.device) -> str:
    """The device in words, for run.json."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "cpu":
        threads = torch.get_num_threads()
        return f"CPU ({platform.machine()}, {os.cpu_count()} cores, {threads} thread{'s' * (threads > 1)})"
    return device.type


@contextmanager
def fork_random(device: torch.device) -> Iterator[None]:
    """Leave torch's random state, the CPU's and this device's, as it was before the block."""
    with torch.random.fork_rng(devices=[]):
        state = random_state(device)
        try:
            yield
        finally:
            set_random_state(device, state)


def random_state(device: torch.device) -> Tensor | None:
    """What torch's random numbers on this device go on from; None for the CPU, whose are everybody's."""
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    return torch.mps.get_rng_state() if device.type == "mps" else None


def set_random_state(device: torch.device, state: Tensor | None) -> None:
    """Go on from what `random_state` gave."""
    if state is None:
        return
    if device.type == "cuda":
        torch.cuda.set_rng_state(state.cpu(), device)
    elif device.type == "mps":
        torch.mps.set_rng_state(state.cpu())
