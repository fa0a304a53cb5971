"""Uniform noise in place of generated samples, to train a discriminator alone."""

from __future__ import annotations

import torch
from torch import Tensor

from synthgen import DataSpec, Generator, Options, UnsupportedError


class UniformNoise(Generator):
    """Uniform random numbers, each sample's anew: nothing to learn, for a discriminator that is trained alone.

    Use it with `every: 0`. Latent and condition count for nothing.
    """

    class Options(Options):
        """The bounds."""

        low: float | None = None
        """Lowest number; if not given, the data's lowest value, -1 unless its codec scales otherwise."""
        high: float | None = None
        """Highest number; if not given, the data's highest value, 1 unless its codec scales otherwise."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        low, high = spec.value_range
        self.low = low if options.low is None else options.low
        self.high = high if options.high is None else options.high
        if self.low >= self.high:
            raise UnsupportedError(
                f"generator noise: low must be lower than high, not {self.low:g} and {self.high:g}"
            )

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Samples `(B, *shape)`, from torch's global random numbers on the device of `noise`."""
        return torch.empty(len(noise), *self.spec.shape, device=noise.device).uniform_(self.low, self.high)
