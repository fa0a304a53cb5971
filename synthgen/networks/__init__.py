"""Built-in generators and discriminators, registered as any plugin's would be."""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen.networks.conv1d import Conv1dDiscriminator, Conv1dGenerator
from synthgen.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from synthgen.networks.mlp import MLPDiscriminator, MLPGenerator
from synthgen.networks.residual_mlp import ResidualDiscriminator, ResidualGenerator
from synthgen.networks.resnet import ResNetDiscriminator, ResNetGenerator
from synthgen.networks.sequential import SequentialDiscriminator, SequentialGenerator
from synthgen.networks.uniform_noise import UniformNoise


@hookimpl
def register_generators(register: Register) -> None:
    """The generators."""
    register("dcgan", DCGANGenerator)
    register("resnet", ResNetGenerator)
    register("mlp", MLPGenerator)
    register("residual_mlp", ResidualGenerator)
    register("conv1d", Conv1dGenerator)
    register("sequential", SequentialGenerator)
    register("noise", UniformNoise)


@hookimpl
def register_discriminators(register: Register) -> None:
    """The discriminators."""
    register("dcgan", DCGANDiscriminator)
    register("resnet", ResNetDiscriminator)
    register("mlp", MLPDiscriminator)
    register("residual_mlp", ResidualDiscriminator)
    register("conv1d", Conv1dDiscriminator)
    register("sequential", SequentialDiscriminator)
