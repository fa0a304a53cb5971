"""The model that a run ends with: who chooses among its snapshots, by what, and what is written in the end."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from synthgen.comparing.aligning import align
from synthgen.evaluation.scoring import Score, Scorer, make_scorer
from synthgen.evaluation.settings import SelectionSettings
from synthgen.files import move_folder, new_directory
from synthgen.judging import judge_cache, make_samples
from synthgen.preparation import Setup, build_synthesizer, calibrate_for
from synthgen.run_directory import Run
from synthgen.selecting import Record, Selection
from synthgen.snapshots import snapshot_name
from synthgen.synthesizer import Synthesizer, load
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")


class SetupJudge:
    """Scores models of a setup against its real data."""

    def __init__(self, setup: Setup, settings: SelectionSettings) -> None:
        train, codec = setup.dataset, setup.codec
        self.real = replace(train, x=codec.like_samples(train.x))
        parts = setup.parts
        held_out = parts.chosen_by(setup.recipe) if parts is not None else None
        apart = parts is not None and parts.choosing is not None
        self.part = "train" if held_out is None else "choosing" if apart else "held_out"
        if held_out is not None:
            held_out = align(self.real, replace(held_out, x=codec.like_samples(held_out.x))).synthetic
        self.count, self.seed = settings.samples, setup.recipe.seed
        self.scorer: Scorer = make_scorer(
            self.real,
            held_out,
            samples=settings.samples,
            floor=settings.floor,
            cache=judge_cache(),
            seed=self.seed,
        )
        self.about = self.scorer.about

    def __call__(self, synthesizer: Synthesizer) -> Score:
        """The score of its first samples."""
        samples = make_samples(synthesizer, self.count, self.seed, self.real)
        return self.scorer.score(align(self.real, samples).synthetic)


def select_snapshots(directory: Run, setup: Setup, record: Record) -> list[Listener]:
    """Who chooses among the snapshots of a run, to be put before its checkpoints; nobody if its recipe asks for
    none."""
    settings = setup.recipe.selection
    if settings is None:
        return []
    # calibrating takes as long as hundreds of steps: only those that are kept in the end are
    build = partial(build_synthesizer, setup, copy=True, calibrated=False)
    return [Selection(settings, directory.snapshots, build, partial(SetupJudge, setup, settings), record)]


def save_model(directory: Run, setup: Setup, trainer: Trainer) -> Synthesizer:
    """Write a run's model: a copy of the snapshot that was selected, or what the training has ended with.

    Of a table, the snapshots that are kept are calibrated before.
    """
    selection = next((one for one in trainer.listeners if isinstance(one, Selection)), None)
    chosen = selection.chosen if selection is not None else None
    if selection is None or chosen is None:
        synthesizer = build_synthesizer(setup, trainer)
        synthesizer.save(directory.model)
        return synthesizer
    logger.info("the model is the snapshot of step %d", int(chosen.name.removeprefix("step-")))
    if setup.data.spec.blocks and setup.recipe.train.calibrate != "never":
        for one in selection.kept:
            _calibrate(directory.snapshots / snapshot_name(one["step"]), setup)
    with new_directory(directory.model) as partial_folder:
        shutil.copytree(chosen, partial_folder, dirs_exist_ok=True)
    return load(directory.model, setup.registry, str(setup.device))


def _calibrate(folder: Path, setup: Setup) -> None:
    """Calibrate the model in a folder, which changes nothing if it is already."""
    synthesizer = replace(load(folder, setup.registry, str(setup.device)), saved_hash=None)
    calibrate_for(setup, synthesizer.generator)
    calibrated = folder.with_name(f".{folder.name}.partial-calibrated")
    shutil.rmtree(calibrated, ignore_errors=True)
    synthesizer.save(calibrated)
    shutil.rmtree(folder, ignore_errors=True)
    move_folder(calibrated, folder)
