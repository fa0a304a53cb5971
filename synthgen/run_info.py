"""What run.json says of a run when it begins."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import torch

from synthgen.device import describe_device
from synthgen.version import __version__

if TYPE_CHECKING:
    from synthgen.preparation import Setup

LIBRARIES = ("torchvision", "numpy", "pydantic", "pluggy", "safetensors", "scikit-learn")


def describe_run(setup: Setup) -> dict[str, Any]:
    """Versions, device, data and plugins, as JSON; timings and results are added as the run goes on."""
    recipe, dataset = setup.recipe, setup.dataset
    return {
        "name": recipe.name,
        "status": "running",
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": recipe.seed,
        "recipe_digest": recipe.digest,
        "data": {
            "name": dataset.name,
            "asked_for": recipe.data.source.name if recipe.data else None,
            "description": dataset.description,
            "notes": list(dataset.notes),
            "fingerprint": setup.fingerprint,
            "samples": len(dataset),
            "held_out": {
                "samples": len(setup.held_out) if setup.held_out is not None else 0,
                "how": setup.parts.how if setup.parts is not None else "",
            },
            "classes": [label._asdict() for label in dataset.classes],
        },
        "device": {"name": str(setup.device), "description": describe_device(setup.device)},
        "precision": {"torch.bfloat16": "bf16", "torch.float32": "fp32"}[str(setup.precision)],
        "parameters": {
            "generator": sum(p.numel() for p in setup.generator.parameters()),
            "discriminator": sum(p.numel() for p in setup.discriminator.parameters()),
        },
        "versions": {
            "synthgen": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,  # with the CUDA it was built for
            **{library: version(library) for library in LIBRARIES},
        },
        "seconds": {"setup": round(setup.seconds, 2)},
        "plugins": [
            {"name": p.name, "version": p.version, "origin": p.origin, "status": p.status}
            for p in setup.registry.plugins
        ],
    }
