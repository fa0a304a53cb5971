"""The directory of a run: where everything is that a run makes."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from synthgen.errors import UsageError
from synthgen.files import refuse_taken, write_atomically

REQUIRED = ("status", "started", "seconds", "recipe_digest", "precision", "device", "data")
"""What run.json must hold for a run to be resumed."""


class Run:
    """Paths below one directory, and reading and writing of its two small records."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recipe = path / "recipe.yaml"
        self.info = path / "run.json"
        self.metrics = path / "metrics.jsonl"
        self.losses = path / "losses.png"
        self.samples = path / "samples"
        self.checkpoints = path / "checkpoints"
        self.snapshots = path / "snapshots"
        self.model = path / "model"
        self.dataset = path / "dataset"
        self.report_html = path / "report.html"
        self.report_json = path / "report.json"

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @classmethod
    def create(cls, path: Path) -> Run:
        """A new run in a folder that must not exist or be empty; raises UsageError otherwise."""
        run = cls(path)
        refuse_taken(path)
        try:
            for folder in (path, run.samples, run.checkpoints):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot make the run's folder {path}: {error.strerror}") from error
        return run

    @classmethod
    def open(cls, path: Path) -> Run:
        """A run that is there; raises UsageError if the folder holds none."""
        run = cls(path)
        if not run.recipe.is_file() or not run.info.is_file():
            raise UsageError(f"{path} is not the folder of a run: it has no recipe.yaml and run.json")
        return run

    @staticmethod
    def default_path(name: str) -> Path:
        """A folder under `runs/` that no other run has: the recipe's name and the time."""
        stem = Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
        path, number = stem, 2
        while path.exists():
            path, number = stem.with_name(f"{stem.name}-{number}"), number + 1
        return path

    def remove_leftovers(self) -> None:
        """Remove what a run left that ended in the middle of writing a snapshot, its model or its dataset, and the
        report of where it was stopped."""
        partial = (*self.path.glob(".*.partial-*"), *self.snapshots.glob(".*.partial-*"))
        for folder in (self.model, self.dataset, *partial):
            shutil.rmtree(folder, ignore_errors=True)
        unfinished = (*self.path.glob(".*.tmp"), *self.path.glob("*/.*.tmp"))
        for file in (self.report_html, self.report_json, *unfinished):
            file.unlink(missing_ok=True)

    def read_info(self) -> dict[str, Any]:
        """The content of run.json; raises UsageError if it is not what a run writes."""
        try:
            info = json.loads(self.info.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.info} cannot be read: {error}") from error
        missing = REQUIRED if not isinstance(info, dict) else [key for key in REQUIRED if key not in info]
        if missing:
            raise UsageError(f"{self.info} is not the record of a run: {missing[0]} is missing")
        return dict(info)

    def write_info(self, info: dict[str, Any]) -> None:
        """Replace run.json, whole or not at all."""
        write_atomically(self.info, (json.dumps(info, indent=2, ensure_ascii=False) + "\n").encode())


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The lines of a metrics.jsonl, none if it is not there; one that was cut short is left out."""
    lines = []
    for text in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return lines
