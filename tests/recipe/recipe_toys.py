"""A registry of tiny components, so that recipes are tested without any built-in network."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator

from synthgen import components as c
from synthgen.plugins import PluginInfo, Registered, Registry

Options = c.Options

RECIPE = """\
# a comment at the head
name: tiny_run
data: {name: pictures, root: some/where}
generator:
  name: tiny
  width: 8
discriminator: plain
train:
  steps: 10
"""


class Pictures(c.Source):
    class Options(c.SourceOptions):
        root: Path | None = None
        size: tuple[PositiveInt, PositiveInt] | None = None

    def load(self) -> c.Dataset:
        raise NotImplementedError


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    depth: PositiveInt = 1


class Tiny(c.Generator):
    class Options(Options):
        width: PositiveInt = 4
        activation: Literal["relu", "leaky_relu", "silu"] = "relu"
        slope: float = Field(0.2, ge=0, lt=1)
        bias: bool = True
        lambda_: float = Field(1.0, alias="lambda")
        blocks: tuple[Block, ...] = ()
        scale: float | tuple[float, ...] = 1.0


class Plain(c.Discriminator):
    pass


class Demanding(c.Discriminator):
    class Options(Options):
        depth: PositiveInt


class Odd(c.Discriminator):
    class Options(Options):
        depth: int = 1

        @field_validator("depth")
        @classmethod
        def _raise(cls, value: int) -> int:
            raise KeyError("surprise")


class Opaque(c.Discriminator):
    class Options(Options):
        thing: Any = Field(default_factory=object)


class ALoss(c.Loss):
    def discriminator(self, real: Any, fake: Any) -> Any:
        return real

    def generator(self, real: Any, fake: Any) -> Any:
        return fake


class Comparing(ALoss):
    generator_needs_real = True


class APenalty(c.Penalty):
    pass


class AnAugmentation(c.Augmentation):
    class Options(Options):
        shift: float = 0.1

    def augment(self, x: Any) -> Any:
        return x


class ACodec(c.Codec):
    class Options(Options):
        invert: bool = False

    shape = (1,)

    def fit(self, dataset: Any) -> Any:
        return self

    def encode(self, dataset: Any) -> Any:
        return dataset

    def decode(self, samples: Any) -> Any:
        return samples


class Folder(c.Exporter):
    class Options(Options):
        compression: int = Field(6, ge=0, le=9)

    def write(self, batches: Any, info: Any, directory: Path) -> None:
        raise NotImplementedError


def toy_registry() -> Registry:
    """A fresh registry of the toys above, all of one plugin."""
    registry = Registry()
    owner = PluginInfo("toys", "1.0", "entry point")
    registry.plugins.append(owner)
    for kind, name, component in [
        ("source", "pictures", Pictures),
        ("source", "digits", Pictures),
        ("codec", "images", ACodec),
        ("generator", "tiny", Tiny),
        ("discriminator", "plain", Plain),
        ("discriminator", "demanding", Demanding),
        ("discriminator", "odd", Odd),
        ("discriminator", "opaque", Opaque),
        ("loss", "relativistic", Comparing),
        ("loss", "hinge", ALoss),
        ("penalty", "r1", APenalty),
        ("penalty", "r2", APenalty),
        ("augmentation", "wobble", AnAugmentation),
        ("exporter", "image_folder", Folder),
        ("exporter", "shards", Folder),
    ]:
        registry.add(Registered(kind, name, component, owner))
    return registry
