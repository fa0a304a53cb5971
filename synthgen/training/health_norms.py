"""The size of weights and gradients, and whether all is finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import nn

from synthgen.training.trainer import Trainer


class Norms(NamedTuple):
    """Euclidean norms, of the generator and of the discriminator."""

    weights: tuple[float, ...]
    gradients: tuple[float, ...]
    """Of the last step; 0 where there are none."""


@torch.no_grad()
def measure_norms(trainer: Trainer) -> Norms:
    """One reading from the device."""
    networks: tuple[nn.Module, nn.Module] = (trainer.generator, trainer.discriminator)
    groups = [[p.detach() for p in network.parameters()] for network in networks]
    groups += [[p.grad for p in network.parameters() if p.grad is not None] for network in networks]
    found = torch.stack([_norm(group, trainer.device) for group in groups]).tolist()
    return Norms(tuple(found[:2]), tuple(found[2:]))


def what_is_not_finite(values: Mapping[str, float], norms: Norms) -> str | None:
    """A logged value or the weights of a network, in words; None if all are finite."""
    of_weights = dict(zip(_NAMES, norms.weights, strict=True))
    broken = (pair for pair in {**values, **of_weights}.items() if not math.isfinite(pair[1]))
    return next((f"{name} was {value}" for name, value in broken), None)


_NAMES = ("the norm of the generator's weights", "the norm of the discriminator's weights")


def _norm(tensors: list[torch.Tensor], device: torch.device) -> torch.Tensor:
    if not tensors:
        return torch.zeros((), device=device)
    return torch.stack(torch._foreach_norm(tensors)).norm()
