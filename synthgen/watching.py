"""The health of a run: who watches its training, and what there is to go back to."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from synthgen.device import fork_random
from synthgen.preparation import Setup, build_networks, build_trainer
from synthgen.run_directory import Run
from synthgen.snapshot_files import SnapshotFiles
from synthgen.starting import Start
from synthgen.stopped_runs import LAST_WELL
from synthgen.training.health import Health, Keep, Record
from synthgen.training.health_state import HealthyState
from synthgen.training.health_verdicts import Verdict
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer


def watch_health(directory: Run, setup: Setup, record: Record, snapshots: SnapshotFiles) -> list[Listener]:
    """Who watches the training of a run, to be put before all others; nobody if its recipe asks for none."""
    recipe = setup.recipe
    settings = recipe.health
    if settings.policy == "none":
        return []
    whole = settings.policy == "restart" and settings.restart_from == "healthy"
    healthy = HealthyState(whole=whole, path=directory.checkpoints / "healthy.pt", identity=recipe.digest)
    return [
        Health(
            settings,
            recipe.seed,
            healthy=healthy,
            fresh=lambda seed: begin_afresh(setup, seed, directory),
            record=record,
            keep=_keeper(directory, setup, snapshots),
            has=what_it_has(setup),
        )
    ]


def what_it_has(setup: Setup) -> set[str]:
    """What nobody needs to advise for this recipe, in the words of `advise`."""
    recipe, optimizer = setup.recipe, setup.recipe.train.optimizer
    has = {f"loss {recipe.loss.name}", *(f"penalty {penalty.name}" for penalty in recipe.penalties)}
    there = {
        "augmentations": bool(recipe.augmentations),
        "one discriminator step": recipe.train.discriminator_steps == 1,
        "betas": optimizer.betas == (0.0, 0.99),
        "clip_value": optimizer.clip_value is not None,
        "penalty mismatch": len(setup.dataset.classes) < 2,  # there is nothing to mismatch
    }
    return has | {name for name, is_there in there.items() if is_there}


def begin_afresh(setup: Setup, seed: int, directory: Run | None = None) -> dict[str, Any]:
    """The state of a training at its beginning, with another seed; of a run, if its folder is given.

    Raises a SynthgenError if that began from another run, whose checkpoint is no longer there.
    """
    with fork_random(setup.device):
        torch.manual_seed(seed)
        generator, discriminator = build_networks(setup.recipe, setup.data)
        trainer = build_trainer(replace(setup, generator=generator, discriminator=discriminator))
        began = directory.read_info().get("began_from") if directory is not None else None
        if began:
            Start.read(Path(began["path"])).apply(trainer)
        return trainer.state()


def _keeper(directory: Run, setup: Setup, snapshots: SnapshotFiles) -> Keep:
    """Keeps the last healthy generator of a run that is stopped, and says how to go on."""

    def keep(trainer: Trainer, verdict: Verdict, state: dict[str, Any] | None) -> str:
        path, flags, said = str(directory.path), setup.registry.flags, []
        if state is not None and state["step"]:
            snapshots.save_earlier(trainer, state["step"], state["ema"])
            command = shlex.join(["synthgen", "sample", path, "--snapshot", str(state["step"]), *flags])
            said.append(f"The generator of step {state['step']}, {LAST_WELL}, is kept: {command}")
        if verdict.kind != "divergence":
            command = shlex.join(["synthgen", "run", "--resume", path, *flags])
            said.append(f"Go on all the same with: {command}")
        return ". ".join(said)

    return keep
