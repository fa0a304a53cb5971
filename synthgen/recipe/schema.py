"""What a recipe is once it is read: frozen, complete, every component found and its options checked."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator

from synthgen.evaluation.settings import ReportSettings, SelectionSettings
from synthgen.export.settings import ExportSettings, Seed
from synthgen.options import Options, plain_options
from synthgen.plugins import Registered
from synthgen.recipe.yaml_loader import write_yaml
from synthgen.training.settings import HealthSettings, LatentSettings, TrainSettings

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_LONGEST_NAME = 100


def checked_name(name: str) -> str:
    """The name itself. Raises ValueError if a recipe cannot be called so, since its run folders are."""
    if not re.fullmatch(_NAME, name):
        raise ValueError("must be letters, digits, '.', '-' and '_', a letter or digit first")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"must have at most {_LONGEST_NAME} characters")
    return name


class RecipeSettings(Options):
    """The values at the head of a recipe that belong to no section."""

    name: str = Field("recipe", max_length=_LONGEST_NAME, json_schema_extra={"pattern": f"^{_NAME}$"})
    """What run folders are called; the file's name if not given."""
    seed: Seed = 0
    """Where all random numbers of the run start."""

    @field_validator("name")
    @classmethod
    def _folder_name(cls, name: str) -> str:
        return checked_name(name)


@dataclass(frozen=True)
class Choice:
    """A component that a recipe names, and its checked options."""

    registered: Registered
    options: Options

    @property
    def name(self) -> str:
        """The component's name in recipes."""
        return self.registered.name

    def build(self, *args: Any) -> Any:
        """An instance: the component's class called with the options and `args`.

        Raises PluginError if its constructor fails, UnsupportedError if it says that it cannot do this.
        """
        return self.registered.build(self.options, *args)

    def to_dict(self) -> dict[str, Any]:
        """`name` and every option, as plain values."""
        return {"name": self.name, **plain_options(self.options)}


@dataclass(frozen=True)
class NetworkChoice(Choice):
    """A generator or discriminator, and how often it is trained."""

    every: int = 1
    """At every n-th step; 0 leaves it as it is."""

    def to_dict(self) -> dict[str, Any]:
        """`name`, `every` and every option."""
        return {"name": self.name, "every": self.every, **plain_options(self.options)}


class GeneratorSettings(Options):
    """What a recipe says of any generator, beside that one's own options."""

    every: NonNegativeInt = 1
    """Train it at every n-th step, or never with 0, for a discriminator alone."""


class DiscriminatorSettings(Options):
    """What a recipe says of any discriminator, beside that one's own options."""

    every: PositiveInt = 1
    """Train it at every n-th step."""


NETWORKS: dict[str, type[GeneratorSettings | DiscriminatorSettings]] = {
    "generator": GeneratorSettings,
    "discriminator": DiscriminatorSettings,
}
"""Sections that are a network, and what may stand beside the options of one."""


@dataclass(frozen=True)
class DataChoice:
    """Where the real data comes from, and what is taken instead where that cannot be had."""

    source: Choice
    fallback: Choice | None = None

    def to_dict(self) -> dict[str, Any]:
        """The source's own mapping with `fallback` in it."""
        fallback = self.fallback.to_dict() if self.fallback else None
        return {**self.source.to_dict(), "fallback": fallback}


@dataclass(frozen=True)
class ExportChoice:
    """Which samples to write, and the exporter that writes them."""

    settings: ExportSettings
    exporter: Choice | None
    """None for the exporter that goes with the data."""

    def to_dict(self) -> dict[str, Any]:
        """Settings and the exporter's options in one mapping, as recipes have them."""
        options = plain_options(self.exporter.options) if self.exporter else {}
        return {**plain_options(self.settings), **options}


@dataclass(frozen=True)
class Recipe:
    """A whole recipe, defaults filled in."""

    name: str
    seed: int
    data: DataChoice | None
    """None for data in memory; a recipe in a file always has it."""
    codec: Choice | None
    """None for the codec that goes with the kind of the data."""
    latent: LatentSettings
    generator: NetworkChoice
    discriminator: NetworkChoice
    loss: Choice
    penalties: tuple[Choice, ...]
    augmentations: tuple[Choice, ...]
    train: TrainSettings
    selection: SelectionSettings | None
    """None for the last state of the training."""
    health: HealthSettings
    export: ExportChoice | None
    """None to write no dataset."""
    report: ReportSettings
    metrics: tuple[Choice, ...]
    """Empty for all that suit the data; see `WHEN_EMPTY`."""

    @property
    def components(self) -> tuple[Choice, ...]:
        """Those that take part in a training step."""
        return (self.generator, self.discriminator, self.loss, *self.penalties, *self.augmentations)

    def to_dict(self) -> dict[str, Any]:
        """The recipe with every default written out, in values that JSON and YAML have."""
        return {
            "name": self.name,
            "seed": self.seed,
            "data": _optional(self.data),
            "codec": _optional(self.codec),
            "latent": plain_options(self.latent),
            "generator": self.generator.to_dict(),
            "discriminator": self.discriminator.to_dict(),
            "loss": self.loss.to_dict(),
            "penalties": [penalty.to_dict() for penalty in self.penalties],
            "augmentations": [augmentation.to_dict() for augmentation in self.augmentations],
            "train": plain_options(self.train),
            "selection": plain_options(self.selection) if self.selection else None,
            "health": plain_options(self.health),
            "export": _optional(self.export),
            "report": plain_options(self.report),
            "metrics": [metric.to_dict() for metric in self.metrics],
        }

    def to_yaml(self) -> str:
        """`to_dict` as YAML; reading it gives an equal recipe."""
        return write_yaml(self.to_dict())

    @property
    def digest(self) -> str:
        """SHA-256 of the resolved recipe, in hex: the same for two recipes that ask for the same."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


SECTIONS = tuple(Recipe.__dataclass_fields__)
"""The keys at the top of a recipe."""

COMPONENTS: dict[str, str | None] = {
    "generator": None,
    "discriminator": None,
    "loss": "relativistic",
}
"""Sections that are one component of the kind of that name, and the one taken where none is named."""

LISTS = {"penalties": "penalty", "augmentations": "augmentation", "metrics": "metric"}
"""Sections that are a list of components, and the kind of them."""

WHEN_EMPTY = {"metrics": "None, or an empty list, is all that suit the data and need no options."}
"""What lists stand for that say nothing, where that is not nothing."""

SHORT = {"report": "level", "health": "policy"}
"""Sections that may be a single word, the value of this setting; null is its `none`."""


def _optional(choice: Choice | DataChoice | ExportChoice | None) -> dict[str, Any] | None:
    return choice.to_dict() if choice else None
