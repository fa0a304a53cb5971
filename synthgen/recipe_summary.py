"""What a recipe's networks come to on its data, in the manner of Keras' summary; nothing is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from synthgen.components import Dataset
from synthgen.device import fork_random
from synthgen.latents import draw_latents
from synthgen.network_summary import NetworkSummary, summarise_network
from synthgen.plugins import Registry, installed_plugins
from synthgen.preparation import build_networks, encode_data
from synthgen.real_data import load_data
from synthgen.recipe import NetworkChoice, Recipe
from synthgen.spec import Condition, DataSpec

_BATCH = 2


@dataclass(frozen=True)
class RecipeSummary:
    """The data of a recipe as its networks see it, and the layers of both."""

    recipe: Recipe
    data: str
    """Name of the dataset."""
    samples: int
    spec: DataSpec
    generator: NetworkSummary
    discriminator: NetworkSummary
    doubts: tuple[str, ...] = ()
    """What a run would warn of: layers that can be built, and will hardly learn."""

    def to_dict(self) -> dict[str, Any]:
        """As values that JSON has."""
        networks = (("generator", self.generator), ("discriminator", self.discriminator))
        return {
            "kind": "recipe",
            "name": self.recipe.name,
            "data": {"name": self.data, "samples": self.samples},
            "shape": list(self.spec.shape),
            "conditions": [{"name": c.name, "values": c.values} for c in self.spec.conditions],
            "latent": self.recipe.latent.model_dump(),
            **{
                section: {"name": choice.name, "every": choice.every, **summary.to_dict()}
                for section, summary in networks
                for choice in (getattr(self.recipe, section),)
            },
            "doubts": list(self.doubts),
        }

    def to_text(self) -> str:
        """A line on recipe and data, then a table for each network, and what a run would warn of."""
        recipe, latent = self.recipe, self.recipe.latent
        conditions = ", ".join(map(_condition, self.spec.conditions)) or "none"
        head = (
            f"recipe '{recipe.name}': {self.samples:,} samples of {self.data}, shape {self.spec.shape};"
            f" conditions: {conditions}; latent: {latent.dim} numbers, {latent.distribution}"
        )
        tables = [
            f"{_heading('generator', recipe.generator)}\n{self.generator.to_text()}",
            f"{_heading('discriminator', recipe.discriminator)}\n{self.discriminator.to_text()}",
        ]
        return "\n\n".join([head, *tables, *(f"warning: {doubt}" for doubt in self.doubts)])


def summarise_recipe(
    recipe: Recipe, registry: Registry | None = None, dataset: Dataset | None = None
) -> RecipeSummary:
    """Load the recipe's data, or take `dataset`, build its networks on the CPU and look at their layers.

    Raises what a run would: DataError, RecipeError, UnsupportedError, PluginError. Torch's random state stays.
    """
    device = torch.device("cpu")
    with fork_random(device):
        dataset = load_data(recipe) if dataset is None else dataset
        _, _, data = encode_data(recipe, registry or installed_plugins(), dataset, device)
        generator, discriminator = build_networks(recipe, data)
        real = data.batch(torch.arange(_BATCH) % len(data))
        latents = draw_latents(_BATCH, recipe.latent, torch.Generator().manual_seed(0))
        return RecipeSummary(
            recipe=recipe,
            data=dataset.name,
            samples=len(dataset),
            spec=data.spec,
            generator=summarise_network(generator, latents, real.condition),
            discriminator=summarise_network(discriminator, real.x, real.condition),
            doubts=(*generator.doubts(), *discriminator.doubts()),
        )


def _condition(condition: Condition) -> str:
    return condition.name + (" (a number)" if condition.values is None else f" ({condition.size} values)")


def _heading(section: str, choice: NetworkChoice) -> str:
    every = {0: ", never trained", 1: ""}.get(choice.every, f", trained every {choice.every} steps")
    return f"{section} {choice.name}{every}"
