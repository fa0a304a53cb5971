"""Checkpoints: the whole state of a training in one file, written whole or not at all."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import torch

from synthgen.errors import CheckpointError, describe
from synthgen.files import write_atomically

FORMAT = 1
_NAME = re.compile(r"step-(\d+)\.pt")


def list_checkpoints(directory: Path) -> list[Path]:
    """The checkpoints in a folder, oldest first."""
    found = [path for path in directory.glob("step-*.pt") if _NAME.fullmatch(path.name)]
    return sorted(found, key=checkpoint_step)


def checkpoint_step(path: Path) -> int:
    """The step that a file of `list_checkpoints` is of."""
    match = _NAME.fullmatch(path.name)
    assert match is not None
    return int(match[1])


def save_checkpoint(directory: Path, state: dict[str, Any], identity: str, keep: int) -> Path:
    """Write `step-N.pt` and remove all but the newest `keep`; `identity` says which recipe it belongs to."""
    path = directory / f"step-{state['step']:07d}.pt"
    write_state(path, state, identity)
    for old in list_checkpoints(directory)[:-keep]:
        old.unlink(missing_ok=True)
    return path


def write_state(path: Path, state: dict[str, Any], identity: str) -> None:
    """Write a state of a training under this very name, for `load_checkpoint`."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, "identity": identity, "state": state}, buffer)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path, identity: str, device: torch.device) -> dict[str, Any]:
    """The state in a checkpoint, never unpickling anything but tensors and primitives.

    Raises CheckpointError if the file is cut short or belongs to another recipe.
    """
    try:
        content = torch.load(path, map_location=device, weights_only=True)
        saved_format, saved_identity, state = (content[key] for key in ("format", "identity", "state"))
    except (OSError, torch.OutOfMemoryError) as error:
        raise CheckpointError(f"checkpoint {path} cannot be read: {describe(error)}") from error
    except Exception as error:  # torch raises whatever zip and pickle raise
        raise CheckpointError(
            f"checkpoint {path} cannot be read: it is cut short or is no checkpoint of synthgen. "
            "Delete it and resume from the one before"
        ) from error
    if saved_format != FORMAT:
        raise CheckpointError(f"checkpoint {path} has format {saved_format}; this synthgen reads {FORMAT}")
    if saved_identity != identity:
        raise CheckpointError(f"checkpoint {path} belongs to another recipe than the run's recipe.yaml")
    return dict(state)
