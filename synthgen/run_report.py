"""The report that a run ends with, also one whose training was stopped because it had failed."""

from __future__ import annotations

import logging
import shlex
from dataclasses import replace
from typing import NamedTuple

from synthgen.errors import Interrupted, SynthgenError, describe
from synthgen.evaluation.wording import capital
from synthgen.hold_out import RealParts
from synthgen.judging_runs import judge_run
from synthgen.preparation import Setup, build_synthesizer
from synthgen.run_directory import Run, read_metrics
from synthgen.snapshots import snapshot_folders, snapshot_name
from synthgen.stopped_runs import last_well, note_of_stop
from synthgen.synthesizer import Synthesizer, load
from synthgen.training.health import Health
from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")


def report_finished(directory: Run, setup: Setup, synthesizer: Synthesizer, parts: RealParts) -> None:
    """Judge a run that is finished; whatever befalls its report, the run stays finished."""
    command = shlex.join(["synthgen", "evaluate", str(directory.path), *setup.registry.flags])
    try:
        judgement = judge_run(directory, synthesizer, parts, setup.recipe, setup.registry)
        judgement.write(directory.path)
    except KeyboardInterrupt:
        raise Interrupted(f"the run is finished, its report is not. Make it with: {command}") from None
    except SynthgenError as error:
        logger.warning("no report: %s. Try again with: %s", error, command)
        return
    logger.info("%s\nreport: %s", judgement.verdict.headline, directory.report_html)


def report_discriminator(directory: Run) -> None:
    """Say what came of a discriminator that was trained alone, instead of a report, which judges a generator."""
    lines = [line for line in read_metrics(directory.metrics) if "real_accuracy" in line]
    last = lines[-1] if lines else {}
    accuracies = [
        f"{last[name]:.3f} on {kind} samples"
        for name, kind in (("real_accuracy", "real"), ("fake_accuracy", "generated"))
        if name in last
    ]
    told = f". Accuracy of the discriminator at the end: {', '.join(accuracies)}" if accuracies else ""
    logger.info("no report: the generator is not trained (generator.every is 0)%s", told)


def report_stopped(directory: Run, setup: Setup, trainer: Trainer, parts: RealParts) -> None:
    """Judge what is left of a training that was stopped: its last healthy generator, or else its last one.

    There is no page where neither is left. Nothing is raised, so that the reason of the stop is.
    """
    command = ""
    try:
        left = _what_is_left(directory, setup, trainer)
        if left is None:
            logger.warning(
                "no report: weights of the generator are not finite, and no snapshot was kept, which"
                " train.snapshot_every does"
            )
            return
        if left.snapshot is not None:
            words = ["--level", setup.recipe.report.level, "--snapshot", str(left.snapshot)]
            command = shlex.join(
                ["synthgen", "evaluate", directory.path.as_posix(), *words, *setup.registry.flags]
            )
        judgement = judge_run(
            directory, left.synthesizer, parts, setup.recipe, setup.registry, command=command
        )
        note = note_of_stop(trainer.step, left.words)
        judgement = replace(judgement, notes=(note, *judgement.notes))
        judgement.write(directory.path)
    except (Exception, KeyboardInterrupt) as error:
        again = f". Try again with: {command}" if command else ""
        logger.warning("no report: %s%s", _why(error), again)
        logger.debug("the report ended with", exc_info=error)
        return
    logger.info("%s. %s\nreport: %s", capital(note), judgement.verdict.headline, directory.report_html)


def _why(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) if isinstance(error, SynthgenError) else describe(error)


class _Left(NamedTuple):
    """A generator of a training that has failed."""

    synthesizer: Synthesizer
    snapshot: int | None
    """The step of the snapshot that it is, so that it can be judged again; None if it is not on disk."""
    words: str
    """From when it is."""


def _what_is_left(directory: Run, setup: Setup, trainer: Trainer) -> _Left | None:
    """The last healthy generator, what training has ended with, or the last snapshot."""
    there = dict(snapshot_folders(directory.snapshots))
    states = (one.healthy.state for one in trainer.listeners if isinstance(one, Health))
    healthy = next((int(state["step"]) for state in states if state is not None), 0)
    if healthy in there:
        return _snapshot(directory, setup, healthy, last_well(healthy))
    if all(weight.isfinite().all() for weight in trainer.ema.module.parameters()):
        return _Left(build_synthesizer(setup, trainer, copy=True), None, "as it was then")
    if not there:
        return None
    return _snapshot(directory, setup, max(there), f"of step {max(there):,}, the last snapshot")


def _snapshot(directory: Run, setup: Setup, step: int, words: str) -> _Left:
    folder = directory.snapshots / snapshot_name(step)
    return _Left(load(folder, setup.registry, str(setup.device)), step, words)
