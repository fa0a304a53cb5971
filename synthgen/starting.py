"""Beginning a run where another one stands: its networks, its average and its optimizers' moments."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from synthgen.errors import CheckpointError, UsageError
from synthgen.model_files import MODEL, read_model
from synthgen.run_directory import Run
from synthgen.snapshots import snapshot_folders
from synthgen.training.checkpoint import checkpoint_step, list_checkpoints, load_checkpoint
from synthgen.training.optimizers import build_optimizer
from synthgen.training.settings import OptimizerSettings
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")

_HINT = (
    "a run that begins from another needs the same generator and discriminator, samples of the same shape, as many"
    " classes and a latent of the same width"
)


def run_to_begin_from(path: Path) -> tuple[Run, int | None]:
    """The run that a folder is of, or that kept the snapshot in it, and then the snapshot's step.

    Raises UsageError if it is neither.
    """
    if not (path / "run.json").is_file() and (path / MODEL).is_file():
        place = path.resolve()
        run = Run(place.parent.parent)
        step = next((step for step, folder in snapshot_folders(run.snapshots) if folder == place), None)
        if step is None or not run.info.is_file():
            raise UsageError(
                f"{path} is a model, which has no discriminator to train; name the folder of the run that made it"
            )
        return Run.open(run.path), step
    return Run.open(path), None


@dataclass(frozen=True)
class Start:
    """A checkpoint of a run, or a snapshot with the discriminator of one, for another run to begin from."""

    path: Path
    """The folder of the run, or of the snapshot."""
    state: Mapping[str, Any]
    recipe_digest: str
    model_hash: str | None
    """Of the model that the run ended with, if it did, or of the snapshot."""

    @classmethod
    def read(cls, path: Path) -> Start:
        """The newest checkpoint of the run in this folder, or what goes with the snapshot in it, on the CPU.

        That is the checkpoint of its step, or, where the run has not kept that, the snapshot's generator
        beside the discriminator of the nearest one. Raises UsageError if there is no run, or one without a
        checkpoint; CheckpointError if a file cannot be read.
        """
        run, step = run_to_begin_from(path)
        info = run.read_info()
        checkpoints = list_checkpoints(run.checkpoints)
        if not checkpoints:
            raise UsageError(
                f"the run in {run.path} has no checkpoint to begin from: {run.checkpoints} has none"
            )
        nearest = checkpoints[-1]
        if step is not None:
            nearest = min(checkpoints, key=lambda file: abs(checkpoint_step(file) - step))
        state = load_checkpoint(nearest, info["recipe_digest"], torch.device("cpu"))
        if step is None:
            return cls(path, state, info["recipe_digest"], info.get("model_hash"))
        model = read_model(path)
        if state["step"] != step:
            logger.info(
                "the run in %s has kept no checkpoint of step %d: the snapshot's generator begins beside the"
                " discriminator of step %d",
                *(run.path, step, state["step"]),
            )
            generator = model.tensors["generator"]
            networks = {"generator": generator, "ema": generator}
            state |= {**networks, "step": step, "optimizers": [None, state["optimizers"][1]]}
        return cls(path, state, info["recipe_digest"], model.hash)

    @property
    def record(self) -> dict[str, Any]:
        """What run.json says of it: folder, step, hash of the model and digest of the recipe."""
        return {
            "path": str(self.path.resolve()),
            "step": self.state["step"],
            "model_hash": self.model_hash,
            "recipe_digest": self.recipe_digest,
        }

    def apply(self, trainer: Trainer) -> None:
        """Give a new trainer the networks, the average and the moments; steps and random numbers stay its own.

        Moments are left behind, and the log says so, where the optimizer is another one. Raises CheckpointError,
        which names the first weight that differs, if a network does not fit; nothing is changed then.
        """
        networks = {"generator": trainer.generator, "discriminator": trainer.discriminator}
        for name, network in networks.items():
            self._check(name, network)
        for name, network in networks.items():
            network.load_state_dict(self.state[name])
        trainer.ema.module.load_state_dict(self.state["ema"])
        trainer.ema.age = self.state.get("ema_age", 0) + self.state["step"]  # older runs have no age
        moments = zip(
            networks, trainer.optimizers, trainer.optimizer_settings, self.state["optimizers"], strict=True
        )
        for name, optimizer, settings, saved in moments:
            if optimizer is None or saved is None or not saved["state"]:
                continue
            if not _fits(settings, saved):
                logger.info("the %s begins with a fresh optimizer: %s has another one", name, self.path)
                continue
            groups = optimizer.state_dict()["param_groups"]  # rates and decays are the new recipe's
            optimizer.load_state_dict({"state": saved["state"], "param_groups": groups})

    def _check(self, name: str, network: nn.Module) -> None:
        saved: Mapping[str, Tensor] = self.state[name]
        here = network.state_dict()
        for key in dict.fromkeys([*here, *saved]):
            shapes = [tuple(side[key].shape) if key in side else None for side in (saved, here)]
            if shapes[0] != shapes[1]:
                there, now = (shape if shape is not None else "missing" for shape in shapes)
                raise CheckpointError(
                    f"cannot begin from {self.path}: weight {key} of the {name} is {there} there and {now} in this"
                    f" recipe; {_HINT}"
                )


def _fits(settings: OptimizerSettings, saved: Mapping[str, Any]) -> bool:
    """Whether saved moments are those that such an optimizer keeps for each weight."""
    weight = nn.Parameter(torch.zeros(1))
    optimizer = build_optimizer(settings, [weight])
    weight.grad = torch.zeros(1)
    optimizer.step()
    kept = set(optimizer.state[weight])
    return all(kept <= set(moments) for moments in saved["state"].values())
