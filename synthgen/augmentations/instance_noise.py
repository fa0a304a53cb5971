"""Noise on what the discriminator sees, so that real and generated samples overlap."""

from __future__ import annotations

import torch
from pydantic import PositiveFloat
from torch import Tensor

from synthgen import Augmentation, Options


class InstanceNoise(Augmentation):
    """Gaussian noise on all that the discriminator sees, real and generated, of samples of any kind.

    Where real and generated samples do not overlap, a discriminator tells them apart perfectly and its gradient
    teaches nothing; with noise on both they do (Sønderby et al. 2017, section 3; Arjovsky and Bottou 2017,
    section 3).
    """

    class Options(Options):
        """How much noise, and whether it fades."""

        std: PositiveFloat = 0.1
        """Standard deviation at the start, on a scale where a sample's values lie between -1 and 1."""
        anneal: bool = True
        """Let the standard deviation fall to zero, evenly over the training (Sønderby et al. 2017)."""

    def augment(self, x: Tensor) -> Tensor:
        """Samples `(B, *shape)` and a number of its own added to each of their values."""
        low, high = self.value_range
        std = self.options.std * (high - low) / 2
        if self.options.anneal:
            std *= 1 - min(self.progress, 1.0)
        return torch.add(x, torch.randn_like(x), alpha=std)
