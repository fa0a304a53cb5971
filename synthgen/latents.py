"""Drawing the noise that a generator starts from; the trainer and the sampler share it."""

from __future__ import annotations

import torch
from torch import Tensor

from synthgen.training.settings import LatentSettings


def draw_latents(n: int, latent: LatentSettings, generator: torch.Generator) -> Tensor:
    """`n` latents `(n, dim)`, float32, on the device of the random generator."""
    noise = torch.empty(n, latent.dim, device=generator.device)
    if latent.distribution == "uniform":
        return noise.uniform_(-1, 1, generator=generator)
    return noise.normal_(generator=generator)
