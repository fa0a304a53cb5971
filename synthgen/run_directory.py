"""The directory of a run: where everything is that a run makes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from synthgen.errors import UsageError
from synthgen.files import write_atomically


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
        self.model = path / "model"
        self.dataset = path / "dataset"

    @classmethod
    def create(cls, path: Path) -> Run:
        """A new run in a folder that must not exist or be empty; raises UsageError otherwise."""
        run = cls(path)
        cls.check_free(path)
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
    def check_free(path: Path) -> None:
        """Raises UsageError if something is in the way of a new run at `path`."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise UsageError(
                f"output folder {path} exists; give another one, or --resume {path} to go on there"
            )

    @staticmethod
    def default_path(name: str) -> Path:
        """A folder under `runs/` that no other run has: the recipe's name and the time."""
        stem = Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
        path, number = stem, 2
        while path.exists():
            path, number = stem.with_name(f"{stem.name}-{number}"), number + 1
        return path

    def read_info(self) -> dict[str, Any]:
        """The content of run.json."""
        try:
            return dict(json.loads(self.info.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.info} cannot be read: {error}") from error

    def write_info(self, info: dict[str, Any]) -> None:
        """Replace run.json, whole or not at all."""
        write_atomically(self.info, (json.dumps(info, indent=2, ensure_ascii=False) + "\n").encode())

    def read_metrics(self) -> list[dict[str, Any]]:
        """The lines of metrics.jsonl."""
        return [json.loads(line) for line in self.metrics.read_text("utf-8").splitlines()]
