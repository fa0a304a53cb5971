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
from synthgen.run_directory import Run
from synthgen.training.checkpoint import list_checkpoints, load_checkpoint
from synthgen.training.optimizers import build_optimizer
from synthgen.training.settings import OptimizerSettings
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")

_HINT = (
    "a run that begins from another needs the same generator and discriminator, samples of the same shape, as many"
    " classes and a latent of the same width"
)


@dataclass(frozen=True)
class Start:
    """The newest checkpoint of a run, for another one to begin from."""

    path: Path
    """The run's folder."""
    state: Mapping[str, Any]
    recipe_digest: str
    model_hash: str | None
    """Of the model that the run ended with, if it did."""

    @classmethod
    def read(cls, path: Path) -> Start:
        """The newest checkpoint of the run in this folder, its tensors on the CPU.

        Raises UsageError if that is no run, or one without a checkpoint; CheckpointError if it cannot be read.
        """
        if not (path / "run.json").is_file() and (path / "model.json").is_file():
            raise UsageError(
                f"{path} is a model, which has no discriminator to train; name the folder of the run that made it"
            )
        run = Run.open(path)
        info = run.read_info()
        checkpoints = list_checkpoints(run.checkpoints)
        if not checkpoints:
            raise UsageError(f"the run in {path} has no checkpoint to begin from: {run.checkpoints} has none")
        state = load_checkpoint(checkpoints[-1], info["recipe_digest"], torch.device("cpu"))
        return cls(path, state, info["recipe_digest"], info.get("model_hash"))

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
