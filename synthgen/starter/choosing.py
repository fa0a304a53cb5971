"""Settings that suit the data: those of the shipped recipes, scaled to the size of the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthgen.plugins import Registry
from synthgen.starter.looking import Findings

_CHANNELS = ((32, 32), (48, 24), (64, 16))
"""Side of an image and the channels of the networks up to that: what 2 CPU cores train in minutes."""
_FEWEST_CHANNELS = 8

_SHUFFLED_HALVINGS = 2
"""Up to so many, upsampling by shuffle is the fastest; with more its first layers are too wide."""


def choose(
    name: str, data: Mapping[str, Any], found: Findings, budget: Mapping[str, Any], registry: Registry
) -> dict[str, Any]:
    """A recipe's sections, in their order; `budget` is how long to train (`steps`, `time_limit`)."""
    generator, discriminator = _networks(found)
    few = found.few and any(r.name == "diff_augment" for r in registry.all("augmentation"))
    return {
        "name": name,
        "seed": 0,
        "data": dict(data),
        "generator": generator,
        "discriminator": discriminator,
        "loss": "relativistic",
        "penalties": _penalties(found),
        **({"augmentations": ["diff_augment"]} if few else {}),
        "train": {**budget, "batch_size": 64, "sample_every": 200, "optimizer": {"lr": 2e-3}},
        "export": {"format": "image_folder", "count": 10_000},
    }


def _networks(found: Findings) -> tuple[dict[str, Any], dict[str, Any]]:
    if not found.shape.halvings:  # an odd side, and a source that cannot scale
        return {"name": "mlp", "width": 512}, {"name": "mlp", "width": 512}
    channels = next((n for side, n in _CHANNELS if found.shape.side <= side), _FEWEST_CHANNELS)
    generator: dict[str, Any] = {"name": "dcgan", "channels": channels, "hidden": 256}
    if found.shape.halvings <= _SHUFFLED_HALVINGS:
        generator["upsampling"] = "shuffle"
    return generator, {"name": "dcgan", "channels": channels}


def _penalties(found: Findings) -> list[dict[str, Any]]:
    """Gradient penalties grow with the image's side: 0.3 at 8×8 and 1 at 28×28 were found to be right."""
    weight = max(0.3, round(found.shape.side / 28, 1))
    penalties: list[dict[str, Any]] = [
        {"name": name, "weight": weight, "every": 8, "samples": 32} for name in ("r1", "r2")
    ]
    if len(found.classes) > 1:
        penalties.append({"name": "mismatch", "weight": 1.0, "every": 4, "samples": 32})
    return penalties
