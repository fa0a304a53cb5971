"""Self-Attention GAN (Zhang et al. 2019, arXiv 1805.08318) as a plugin of synthgen.

A generator and a discriminator, both called `sagan`, for images of 32×32 and more.
"""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen_sagan.discriminator import SAGANDiscriminator
from synthgen_sagan.generator import SAGANGenerator

__all__ = ["SAGANDiscriminator", "SAGANGenerator", "register_discriminators", "register_generators"]


@hookimpl
def register_generators(register: Register) -> None:
    """The generator."""
    register("sagan", SAGANGenerator)


@hookimpl
def register_discriminators(register: Register) -> None:
    """The discriminator."""
    register("sagan", SAGANDiscriminator)
