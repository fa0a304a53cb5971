"""The snapshots of a run: the models that it kept while it trained, each a model folder of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.errors import UsageError
from synthgen.model_files import MODEL
from synthgen.run_directory import Run, read_metrics

_NAME = re.compile(r"step-(\d+)")
_LISTED = 12


def snapshot_name(step: int) -> str:
    """What the folder of the snapshot at this step is called."""
    return f"step-{step:07d}"


def snapshot_folders(directory: Path) -> list[tuple[int, Path]]:
    """Step and folder of each snapshot in a run's folder of them, oldest first."""
    return sorted((int(m[1]), p) for p in directory.glob("step-*") if (m := _NAME.fullmatch(p.name)))


@dataclass(frozen=True)
class Snapshot:
    """A model that a run kept."""

    step: int
    path: Path
    """Its folder."""
    seconds: float | None
    """Of training before it; None if the run recorded no times."""
    final: bool = False
    """Whether it is the run's model, which training ended with or which was selected."""

    def to_dict(self) -> dict[str, Any]:
        """Step, time and path as JSON values."""
        return {"step": self.step, "seconds": self.seconds, "path": str(self.path), "final": self.final}


def list_snapshots(path: Path) -> list[Snapshot]:
    """The snapshots of a run, oldest first, and last its model if it is finished.

    Times are those of metrics.jsonl, and between two of its lines in proportion. Raises UsageError if the
    folder holds no run.
    """
    run = Run.open(path)
    info = run.read_info()
    trained = (info.get("selection") or {}).get("step") or info.get("steps")
    metrics = [line for line in read_metrics(run.metrics) if {"step", "seconds"} <= line.keys()]
    steps = [0, *(line["step"] for line in metrics)]
    times = [0.0, *(line["seconds"] for line in metrics)]

    def snapshot(step: int, folder: Path, *, final: bool = False) -> Snapshot:
        seconds = round(float(np.interp(step, steps, times)), 1) if metrics else None
        return Snapshot(step, folder, seconds, final)

    folders = snapshot_folders(run.snapshots)
    found = [snapshot(step, folder) for step, folder in folders if (folder / MODEL).is_file()]
    if (run.model / MODEL).is_file() and isinstance(trained, int):
        found.append(snapshot(trained, run.model, final=True))
    return found


def find_snapshot(path: Path, step: int) -> Path:
    """The folder of the model that a run had at this step; of its last one, that is the run's model.

    Raises UsageError, which says which steps there are, if there is none.
    """
    found = list_snapshots(path)
    folder = next((snapshot.path for snapshot in found if snapshot.step == step), None)
    if folder is None:
        steps = [str(snapshot.step) for snapshot in found if not snapshot.final]
        raise UsageError(f"the run in {path} has no snapshot of step {step}; {_there_are(steps, found)}")
    return folder


def _there_are(steps: list[str], found: list[Snapshot]) -> str:
    model = f"; its model is of step {found[-1].step}" if found and found[-1].final else ""
    if not steps:
        return f"it kept none: train.snapshot_every says how often to{model}"
    shown = [*steps[: _LISTED - 3], "...", *steps[-2:]] if len(steps) > _LISTED else steps
    return f"there are {', '.join(shown)}{model}"
