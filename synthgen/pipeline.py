"""From a recipe to the directory of a run: prepare, train, save the model, export the dataset."""

from __future__ import annotations

import logging
import shlex
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from synthgen.components import Dataset
from synthgen.data.fingerprint import fingerprint
from synthgen.errors import (
    CheckpointError,
    Interrupted,
    SynthgenError,
    UnhealthyError,
    UsageError,
    describe,
)
from synthgen.exporting import export
from synthgen.files import reason, refuse_taken, write_atomically
from synthgen.hold_out import RealParts
from synthgen.interrupt import stop_on_signals
from synthgen.listeners import CheckpointFiles, MetricsFile, Progress, SampleGrids, duration
from synthgen.pictures import plot_losses
from synthgen.plugins import Registry, installed_plugins
from synthgen.preparation import Setup, build_synthesizer, build_trainer, prepare
from synthgen.real_data import load_parts
from synthgen.recipe import Recipe, load_recipe
from synthgen.recipe.loading import told_of
from synthgen.run_directory import Run, read_metrics
from synthgen.run_info import describe_run
from synthgen.run_model import save_model, select_snapshots
from synthgen.run_report import report_discriminator, report_finished, report_stopped
from synthgen.sample_plots import SamplePlots
from synthgen.snapshot_files import SnapshotFiles
from synthgen.starting import Start
from synthgen.synthesizer import Synthesizer
from synthgen.training.checkpoint import list_checkpoints, load_checkpoint, save_checkpoint
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer
from synthgen.watching import watch_health

logger = logging.getLogger("synthgen")


def run(
    recipe: Recipe | Path | str,
    out: Path | str | None = None,
    *,
    overrides: Sequence[str] = (),
    registry: Registry | None = None,
    dataset: Dataset | None = None,
    start: Path | str | None = None,
) -> Run:
    """Carry out a recipe in a new folder (`runs/NAME-TIME` if `out` is not given) and return its run.

    `overrides` change a recipe that is read here, as on the command line: `["train.steps=500"]`.
    `dataset` is the recipe's data where the caller has loaded it already. `start` is the folder of a run that
    this one begins from: with the networks, the average and the optimizers' moments of its newest checkpoint,
    on whatever data the recipe names; steps count from 0. It may be that of a snapshot; see `Start.read`.

    Raises a SynthgenError for whatever is wrong with recipe, data, plugins, start or folder, before the folder
    is made; Interrupted if a person stops the training, which `resume` goes on with.
    """
    registry = registry or installed_plugins()
    named = nullcontext() if isinstance(recipe, Recipe) else told_of(recipe, overrides)
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe, overrides, registry)
    elif overrides:
        raise UsageError(
            "overrides are for a recipe that is named; this one has been read: give them to load_recipe"
        )
    path = Path(out) if out is not None else Run.default_path(recipe.name)
    refuse_taken(path)
    began = Start.read(Path(start)) if start is not None else None
    with named:
        setup = _prepare(recipe, registry, dataset=dataset)
    directory = Run(path)
    trainer = build_trainer(setup, _recorders(directory, setup))
    if began is not None:
        began.apply(trainer)
    Run.create(path)
    try:
        write_atomically(directory.recipe, recipe.to_yaml().encode())
        if began is not None:  # to resume from, should the run be stopped before its first own checkpoint
            save_checkpoint(
                directory.checkpoints, trainer.state(), recipe.digest, recipe.train.keep_checkpoints
            )
        directory.write_info(
            describe_run(setup) | ({"began_from": began.record} if began is not None else {})
        )
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)  # without these it could neither be used nor resumed
        raise
    return _carry_out(directory, setup, trainer)


def resume(path: Path | str, *, registry: Registry | None = None) -> Run:
    """Go on with a run that was stopped, from its newest checkpoint, as if it had not been stopped.

    Raises UsageError if there is nothing to go on with, CheckpointError if the checkpoint cannot be read or
    recipe or data are not what the run began with.
    """
    registry = registry or installed_plugins()
    directory = Run.open(Path(path))
    info = directory.read_info()
    if info["status"] == "finished":
        command = shlex.join(["synthgen", "evaluate", str(path)])
        make = "" if directory.report_json.exists() else f". It has no report; this makes one: {command}"
        more = shlex.join(["synthgen", "run", "--from", str(path)])
        raise UsageError(
            f"the run in {path} is finished; there is nothing to resume. To train it further, in a new run: {more}"
            f"{make}"
        )
    recipe = load_recipe(directory.recipe, registry=registry)
    if recipe.digest != info["recipe_digest"]:
        raise CheckpointError(
            f"{directory.recipe} is another recipe than the run began with; start a new run"
        )
    setup = _prepare(recipe, registry, info)
    if setup.fingerprint != info["data"]["fingerprint"]:
        raise CheckpointError(
            f"the run in {path} was trained on other data than {setup.dataset.name} is now "
            f"(fingerprint {info['data']['fingerprint'][:12]}, now {setup.fingerprint[:12]})"
        )
    trainer = build_trainer(setup, _recorders(directory, setup))
    checkpoints = list_checkpoints(directory.checkpoints)
    if checkpoints:
        trainer.load_state(load_checkpoint(checkpoints[-1], recipe.digest, setup.device))
    logger.info("resuming %s at step %d", path, trainer.step)
    directory.remove_leftovers()
    kept = {key: info[key] for key in ("began_from", "started", "seconds") if key in info}
    directory.write_info(describe_run(setup) | kept)
    return _carry_out(directory, setup, trainer)


def _prepare(
    recipe: Recipe,
    registry: Registry,
    began: Mapping[str, Any] | None = None,
    dataset: Dataset | None = None,
) -> Setup:
    """As `prepare`, with the real data split into what is trained on and what is held out."""
    start = time.perf_counter()
    parts = load_parts(recipe, dataset)
    setup = prepare(recipe, registry, began, parts=parts)
    setup.seconds = time.perf_counter() - start
    return setup


def _recorders(directory: Run, setup: Setup) -> list[Listener]:
    recipe = setup.recipe
    metrics = MetricsFile(directory.metrics)
    snapshots = SnapshotFiles(directory.snapshots, partial(build_synthesizer, setup, copy=True))
    recorders = [
        *watch_health(directory, setup, metrics.event, snapshots),
        Progress(),
        metrics,
        # before the checkpoint, so that a run that goes on from there has the snapshot
        snapshots,
        *select_snapshots(directory, setup, metrics.event),
        CheckpointFiles(directory.checkpoints, recipe.digest),
    ]
    if setup.dataset.kind == "images":
        grids = SampleGrids(directory.samples, setup.data, recipe.latent, setup.codec.decode, recipe.seed)
        recorders.append(grids)
    else:
        data = (setup.dataset, setup.data, setup.codec)
        recorders.append(SamplePlots(directory.samples, *data, recipe.latent, recipe.seed))
    return recorders


def _carry_out(directory: Run, setup: Setup, trainer: Trainer) -> Run:
    """Finish the run; run.json says how far it came, whatever happens."""
    info = directory.read_info()
    timings = info["seconds"]

    def record(status: str, **facts: Any) -> None:
        timings["training"] = round(trainer.seconds, 2)
        for listener in trainer.listeners:
            info.update(listener.facts())
        info.update(status=status, steps=trainer.step, **facts)
        directory.write_info(info)

    def report(write: Callable[[RealParts], None]) -> None:
        if setup.parts is None or setup.recipe.report.level == "none" or not setup.recipe.generator.every:
            return
        start = time.perf_counter()
        write(setup.parts)
        timings["report"] = round(time.perf_counter() - start, 2)
        try:
            directory.write_info(info)
        except OSError as error:  # how the run has ended is on record, and must not be lost for this
            logger.warning("%s lacks how long the report took: %s", directory.info, reason(error))

    dataset = setup.dataset
    logger.info(
        "training on %s samples of %s (%s), %s, %s, into %s",
        *(f"{len(dataset):,}", dataset.name, _count_classes(len(dataset.classes))),
        *(setup.device, info["precision"], directory.path),
    )
    try:
        with stop_on_signals(trainer):
            trainer.train()
            if not trainer.finished:
                raise KeyboardInterrupt
            synthesizer = _finish(directory, setup, trainer, timings)
    except KeyboardInterrupt:
        record("interrupted")
        _plot_so_far(directory)
        command = shlex.join(["synthgen", "run", "--resume", str(directory.path), *setup.registry.flags])
        where = "after training, before all was written" if trainer.finished else f"at step {trainer.step}"
        raise Interrupted(f"stopped {where}. Go on with: {command}") from None
    except Exception as error:
        record("failed", error=describe(error))
        _plot_so_far(directory)
        if isinstance(error, UnhealthyError):
            report(lambda parts: report_stopped(directory, setup, trainer, parts))
        if isinstance(error, OSError):
            raise SynthgenError(f"cannot write below {directory.path}: {reason(error)}") from error
        raise
    record("finished", model_hash=synthesizer.model_hash)
    logger.info("trained %d steps in %s", trainer.step, duration(trainer.seconds))
    if not setup.recipe.generator.every:
        report_discriminator(directory)
    report(lambda parts: report_finished(directory, setup, synthesizer, parts))
    return directory


def _count_classes(count: int) -> str:
    return {0: "no classes", 1: "one class"}.get(count, f"{count} classes")


def _plot_so_far(directory: Run) -> None:
    """The losses of a run that did not come to its end, if it can be."""
    with suppress(OSError):
        if lines := read_metrics(directory.metrics):
            plot_losses(lines, directory.losses)


def _finish(directory: Run, setup: Setup, trainer: Trainer, timings: dict[str, float]) -> Synthesizer:
    """What comes after the training: the plot, the model, the dataset."""
    recipe = setup.recipe
    plot_losses(read_metrics(directory.metrics), directory.losses)
    synthesizer = save_model(directory, setup, trainer)
    start = time.perf_counter()
    if recipe.export is not None:
        whole = setup.parts.whole if setup.parts is not None else setup.dataset
        export(
            synthesizer,
            recipe.export,
            directory.dataset,
            recipe.seed,
            lambda: (whole, fingerprint(whole)),
            setup.registry,
        )
    timings["export"] = round(time.perf_counter() - start, 2)
    return synthesizer
