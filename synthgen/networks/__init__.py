"""Built-in generators and discriminators, registered as any plugin's would be."""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from synthgen.networks.mlp import MLPDiscriminator, MLPGenerator
from synthgen.networks.resnet import ResNetDiscriminator, ResNetGenerator


@hookimpl
def register_generators(register: Register) -> None:
    """The generators."""
    register("dcgan", DCGANGenerator)
    register("resnet", ResNetGenerator)
    register("mlp", MLPGenerator)


@hookimpl
def register_discriminators(register: Register) -> None:
    """The discriminators."""
    register("dcgan", DCGANDiscriminator)
    register("resnet", ResNetDiscriminator)
    register("mlp", MLPDiscriminator)
