"""Generator and discriminator whose layers are listed in the recipe, in Keras' words and with Keras' sizes."""

from __future__ import annotations

from synthgen.networks.sequential.discriminator import SequentialDiscriminator
from synthgen.networks.sequential.generator import SequentialGenerator

__all__ = ["SequentialDiscriminator", "SequentialGenerator"]
