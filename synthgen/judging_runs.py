"""Judging a run: its model's samples, or a dataset that it exported, beside the real data that it learnt from."""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthgen.comparing.aligning import align
from synthgen.comparing.anything import read
from synthgen.comparing.exported import find_exported, read_exported
from synthgen.comparing.float_ranges import like_training
from synthgen.comparing.paths import Kind, is_run
from synthgen.components import Dataset
from synthgen.errors import DataError, UsageError
from synthgen.evaluation.settings import ReportSettings
from synthgen.hold_out import RealParts, wants_hold_out
from synthgen.judgement import Judgement
from synthgen.judging import Level, at_most, choose_metrics, judge, make_samples, most_samples
from synthgen.output_folder import MANIFEST
from synthgen.plugins import Registry, installed_plugins
from synthgen.real_data import load_parts, parts_of_run
from synthgen.recipe import Recipe, load_recipe
from synthgen.report import ReportContext
from synthgen.run_directory import Run
from synthgen.seen_samples import leave_out_seen
from synthgen.snapshots import snapshot_folders
from synthgen.stopped_runs import notes_of_snapshot
from synthgen.synthesizer import UNTRAINED, Synthesizer, load
from synthgen.version import __version__

logger = logging.getLogger("synthgen")

_KINDS: dict[str, Kind] = {"images": "images", "table": "table", "signals": "signals"}


def default_folder(path: Path, snapshot: int | None = None) -> Path:
    """Where the report of a run goes, or of one of its snapshots; that of a dataset goes beside it, for a file that
    is not in its manifest would spoil it."""
    dataset = find_exported(path)
    if dataset is not None:
        dataset = dataset.resolve()
        return dataset.with_name(f"report-{dataset.name}")
    return path if snapshot is None else path / f"report-step-{snapshot}"


def evaluate_run(
    path: Path,
    *,
    against: Any = None,
    level: Level = "full",
    samples: int | None = None,
    seed: int | None = None,
    snapshot: int | None = None,
    device: str = "auto",
    settings: Sequence[str] = (),
    registry: Registry | None = None,
) -> Judgement:
    """Judge the model of a run again, with its real data loaded anew, or a dataset that it exported.

    `path` is the folder of either. `against` is other real data, in any form that `evaluate` takes, to stand for
    what was held out. Raises UsageError if there is no run or no model, DataError if its data is not there or not
    what it was.
    """
    registry = registry or installed_plugins()
    exported = find_exported(path)
    run = _run_of(path, exported, snapshot)
    synthesizer = load(run.path, registry, device, snapshot=snapshot)
    recipe = load_recipe(run.recipe, registry=registry)
    parts = _parts(run, recipe, synthesizer)
    if against is not None:
        parts = _with(parts, against, recipe, registry, settings)
    judgement = judge_run(
        run,
        synthesizer,
        parts,
        recipe,
        registry,
        level=level,
        samples=samples,
        seed=seed,
        exported=read_exported(exported) if exported is not None else None,
        command=_command(path, level, samples, seed, snapshot, against, settings),
    )
    notes = notes_of_snapshot(run.read_info(), snapshot)
    if not recipe.generator.every:
        notes += (UNTRAINED,)
    return replace(judgement, notes=(*notes, *judgement.notes))


def judge_run(
    run: Run,
    synthesizer: Synthesizer,
    parts: RealParts,
    recipe: Recipe,
    registry: Registry,
    *,
    level: Level | None = None,
    samples: int | None = None,
    seed: int | None = None,
    exported: Dataset | None = None,
    command: str | None = None,
) -> Judgement:
    """Judge what a run has made; what is not given is as its recipe's `report:` has it.

    `parts` are its real data as the training had it. `exported` is judged instead of new samples. `command` makes
    the same report again; it is made up of the other arguments if not given. run.json and metrics.jsonl are read
    for the report, and must be as the report is to tell them.
    """
    level = level or ("full" if recipe.report.level == "full" else "quick")
    if command is None:
        command = _command(run.path, level, samples, seed)
    seed = recipe.seed if seed is None else seed
    codec = synthesizer.codec
    train = replace(parts.train, x=codec.like_samples(parts.train.x))
    if train.target is None:
        train = replace(train, target=_number_to_predict(recipe, train))
    held_out = parts.held_out
    if held_out is not None and held_out.kind == train.kind:
        held_out = replace(held_out, x=codec.like_samples(held_out.x))
    most = most_samples(level, len(train.classes))
    count = samples or recipe.report.samples or min(len(train), most)
    notes: tuple[str, ...] = (f"held out: {parts.how}",)
    if exported is None:
        synthetic = make_samples(synthesizer, count, seed, train)
    else:
        synthetic, more = at_most(exported, count, seed)
        notes += more
    facts = {
        "synthgen": __version__,
        "real": parts.train.name,
        "real_fingerprint": synthesizer.source.get("fingerprint"),
        "model_hash": synthesizer.model_hash,
        "steps": synthesizer.source.get("steps"),
    }
    comparison, found = judge(
        align(train, synthetic, held_out),
        choose_metrics(registry, recipe.metrics),
        level=level,
        seed=seed,
        codec=codec,
        notes=(*notes, *parts.train.notes),
        facts=facts,
    )
    context = ReportContext.of_run(run, comparison=comparison, export=_exported(run))
    commands = (context.commands[0], command) if command else context.commands[:1]
    return Judgement.of(found, replace(context, commands=commands))


def _number_to_predict(recipe: Recipe, train: Dataset) -> str | None:
    """The target of a table whose recipe names one that is no label."""
    target = getattr(recipe.data.source.options, "target", None) if recipe.data is not None else None
    there = train.kind == "table" and not train.classes and target in train.x.columns
    return target if there else None


def _command(
    path: Path,
    level: Level,
    samples: int | None,
    seed: int | None,
    snapshot: int | None = None,
    against: Any = None,
    settings: Sequence[str] = (),
) -> str:
    """What a person types to have the same report again; nothing if its data is not in files."""
    if not (against is None or isinstance(against, str | Path)):
        return ""
    words = ["synthgen", "evaluate", path.as_posix(), "--level", level]
    given = {"--samples": samples, "--seed": seed, "--snapshot": snapshot, "--against": against}
    for option, value in given.items():
        words += [option, str(value)] if value is not None else []
    for setting in settings:
        words += ["--set", setting]
    return shlex.join(words)


def _exported(run: Run) -> dict[str, Any] | None:
    """What a report says of the run's dataset; None if it has none."""
    try:
        head = json.loads((run.dataset / MANIFEST).read_bytes())
        real = head.get("real") or 0
        facts = {
            "folder": run.dataset.name,
            "format": head["format"]["name"],
            "samples": head["count"] - real,
        }
        return facts | ({"real samples": real} if real else {})
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _run_of(path: Path, exported: Path | None, snapshot: int | None) -> Run:
    """The run in this folder, or that has exported the dataset in it; it must have a model."""
    if exported is not None:
        path = exported.resolve().parent
        if not is_run(path):
            raise UsageError(
                f"{exported} does not lie in the folder of a run, so its real data is not known: synthgen evaluate"
                f" --real DATA --synthetic {exported}"
            )
        if snapshot is not None:
            raise UsageError(f"{exported} is a dataset; --snapshot is for a run")
    if not is_run(path):
        what = (
            "there is no such folder"
            if not path.exists()
            else "is neither a run nor a dataset that one exported"
        )
        raise UsageError(f"{path}: {what}; for other data give --real and --synthetic")
    run = Run.open(path)
    info = run.read_info()
    status = info["status"]
    if snapshot is None and not run.model.is_dir():
        kept = [step for step, _ in snapshot_folders(run.snapshots)]
        healthy = info.get("healthy_step")
        step = healthy if healthy in kept else max(kept, default=None)
        other = f", or judge a snapshot: synthgen evaluate {path} --snapshot {step}" if kept else ""
        if status == "failed" and run.report_html.exists():
            other += f". {run.report_html} judges what was left of it"
        state = "has failed" if status == "failed" else f"is {status}"
        raise UsageError(
            f"the run in {path} has no model: it {state}. Go on with: synthgen run --resume {path}{other}"
        )
    return run


def _parts(run: Run, recipe: Recipe, synthesizer: Synthesizer) -> RealParts:
    """The real data as the training had it; a test split counts even if the recipe asked for no report."""
    try:
        parts = parts_of_run(run, synthesizer, recipe)
    except DataError as error:
        raise type(error)(
            f"{error}\nThe run in {run.path} cannot be judged without its real data; where that has moved: synthgen"
            f" evaluate --real DATA --synthetic {run.path}"
        ) from error
    if wants_hold_out(recipe):
        return parts
    split = load_parts(replace(recipe, report=ReportSettings(level="full")), parts.whole)
    if len(split.train) == len(parts.train):
        return split
    return replace(parts, how="the recipe asked for no report, so none were held out")


def _with(
    parts: RealParts, against: Any, recipe: Recipe, registry: Registry, settings: Sequence[str]
) -> RealParts:
    """The parts with other real data for the held-out samples: of the learnt classes, with the learnt columns.

    It is read as the run's own data is where that comes from the same kind of source.
    """
    like = recipe.data.source.to_dict() if recipe.data is not None else None
    side = "--against" if isinstance(against, str | Path) else "held_out"
    target = parts.train.target
    other = read(
        against,
        registry,
        side=side,
        kind=_KINDS.get(parts.train.kind, "auto"),
        target=target,
        settings=settings,
        like=like,
        unseen=True,
    )
    other = like_training(other, parts.train, side)
    other, seen = leave_out_seen(other, parts, recipe)
    how = f"{other.name}, {len(other):,} samples that were named for this report{seen}"
    logger.info("held out: %s", how)
    return replace(parts, held_out=other, how=how)
