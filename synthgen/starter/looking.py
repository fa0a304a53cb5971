"""Looking at a person's data: how many images, of which size and classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthgen.components import Dataset
from synthgen.plugins import Registry
from synthgen.real_data import load_data
from synthgen.recipe import recipe_from_dict
from synthgen.starter.sizes import Shape

FEW = 200
"""Images of a class, on average, below which it pays to augment what the discriminator sees."""


@dataclass(frozen=True)
class Findings:
    """What there is to learn from."""

    name: str
    count: int
    shape: Shape
    rgb: bool
    classes: tuple[str, ...]
    """Names; empty for unlabelled images."""
    fewest: int
    """Images of the smallest class; all where there are no classes."""
    most: int

    @property
    def few(self) -> bool:
        """Whether this is little data."""
        return self.count < FEW * max(1, len(self.classes))

    @property
    def summary(self) -> str:
        """`pictures: 1,234 RGB images of 32×32 in 5 classes`."""
        kind = "RGB" if self.rgb else "grey"
        number = len(self.classes)
        classes = f" in {number} class{'es' * (number > 1)}" if number else ", unlabelled"
        return f"{self.name}: {self.count:,} {kind} images of {self.shape}{classes}"

    @property
    def balance(self) -> str:
        """Names of the classes, and how many images they have."""
        shown = ", ".join(self.classes[:10]) + (", ..." if len(self.classes) > 10 else "")
        even = self.fewest == self.most
        return f"{shown}: {self.fewest:,}{'' if even else f' to {self.most:,}'} of each"


def can_scale(data: Mapping[str, Any], registry: Registry) -> bool:
    """Whether the source of this `data:` section has the option `size`."""
    return "size" in registry.find("source", data["name"]).component.Options.model_fields


def look(data: Mapping[str, Any], registry: Registry) -> Findings:
    """Load the data that this section names, as a run would.

    Raises RecipeError for options that the source does not take or lacks, DataError for data it cannot read.
    """
    networks = {"generator": "mlp", "discriminator": "mlp", "train": {"steps": 1}}
    return _findings(load_data(recipe_from_dict({"data": dict(data), **networks}, registry)))


def _findings(dataset: Dataset) -> Findings:
    counts = np.bincount(dataset.y, minlength=1)
    return Findings(
        name=dataset.name,
        count=len(dataset),
        shape=Shape(*dataset.x.shape[1:3]),
        rgb=dataset.x.ndim == 4,
        classes=tuple(label.name for label in dataset.classes),
        fewest=int(counts.min()),
        most=int(counts.max()),
    )
