"""Recipes that choose among the snapshots of a tiny training, and what they chose."""

from __future__ import annotations

import json

from synthgen.run_directory import Run

SMALL = (
    "generator={name: mlp, width: 16, depth: 1}",
    "discriminator={name: mlp, width: 16, depth: 1}",
    "penalties=[]",
)

EACH_TWO = "selection={{samples: 60, every: 2, after: 0.25{more}}}"


def with_selection(more: str = "") -> tuple[str, ...]:
    return (*SMALL, EACH_TWO.format(more=more))


def chosen(made: Run) -> dict:
    return json.loads(made.info.read_text())["selection"]


def snapshots(made: Run) -> list[str]:
    return sorted(path.name for path in made.snapshots.glob("*")) if made.snapshots.is_dir() else []
