"""`manifest.json`: what a dataset is, where it comes from, and a checksum of every file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.components import ClassLabel
from synthgen.export.shards import Tally
from synthgen.given_latents import GivenLatents
from synthgen.sampling import ClassPlan
from synthgen.synthesizer import Synthesizer
from synthgen.version import __version__

_DATA_FACTS = {"name": "data", "description": "description", "notes": "notes", "fingerprint": "fingerprint"}


def dataset_facts(
    synthesizer: Synthesizer, plan: ClassPlan, seed: int, real: int, latents: GivenLatents | None = None
) -> dict[str, Any]:
    """All that can be said of the dataset before it is made; `format` is left for the caller to fill in."""
    source = synthesizer.source
    target = synthesizer.source.get("target")
    return {
        "synthetic": plan.count,
        "real": real,
        "format": {},
        "synthgen": __version__,
        "data": {key: source.get(old) for key, old in _DATA_FACTS.items()},
        "recipe": source.get("recipe"),
        "steps": source.get("steps"),
        "model_hash": synthesizer.model_hash,
        "generator": synthesizer.generator_record.model_dump(mode="json"),
        "seed": seed,
        **({"latents": latents.facts} if latents is not None else {}),
        "plan": _plan(synthesizer.classes, plan),
        "order": _order(plan, real),
        **({"given": list(synthesizer.given)} if synthesizer.given else {}),
        **({"target": target} if target is not None else {}),
    }


def add_counts(
    facts: dict[str, Any], classes: Sequence[ClassLabel], tally: Tally, folders: Sequence[str] | None
) -> dict[str, Any]:
    """The manifest's head: the facts, and what was counted on the way."""
    entries: list[dict[str, Any]] = []
    for i, label in enumerate(classes):
        entry = {"number": label.number, "name": label.name, "count": tally.per_class[i]}
        entry |= {"real": tally.real_per_class[i]} if facts["real"] else {}
        entry |= {"folder": folders[i]} if folders else {}
        entries.append(entry)
    columns = [{"name": name, "dtype": dtype} for name, dtype in tally.columns or ()]
    what: dict[str, Any] = {"columns": columns} if columns else {"dtype": tally.dtype}
    return {**facts, "count": tally.count, "shape": tally.shape, **what, "classes": entries}


def _plan(classes: Sequence[ClassLabel], plan: ClassPlan) -> dict[str, Any]:
    """The arguments of `Synthesizer.sample` that make these samples; classes by their numbers."""
    where = {"where": {str(name): _plain(value) for name, value in plan.where}} if plan.where else {}
    if plan.per_class:
        counts = {label.number: n for label, n in zip(classes, plan.per_class, strict=True) if n}
        same = len(counts) == len(classes) and len(set(counts.values())) == 1
        return {"per_class": plan.per_class[0] if same else counts} | where
    drawn = [label.number for label, weight in zip(classes, plan.weights, strict=True) if weight]
    return {"n": plan.count} | ({"classes": drawn} if len(drawn) < len(classes) else {}) | where


def _plain(value: Any) -> str | int | float | bool | None:
    """A value that was asked for, as JSON and Python write it; what is neither, a time for one, as its text."""
    value = value.item() if isinstance(value, np.generic) and value.dtype.kind in "biufU" else value
    if isinstance(value, float) and math.isnan(value):  # JSON has none
        return None
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _order(plan: ClassPlan, real: int) -> str:
    order = "no classes"
    if plan.per_class:
        order = "classes take turns, in the order of this file, until each has its count"
    elif plan.weights:
        order = "classes are drawn at random with the balance of the training data"
    return f"first the {real} real samples, as the training data has them; then {order}" if real else order


def write_manifest(path: Path, head: dict[str, Any], files: Iterable[dict[str, Any]]) -> None:
    """Write the head, and `files` one at a time: name to SHA-256 and size."""
    opening = json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}")
    with path.open("wb") as out:
        out.write(f'{opening},\n  "files": {{'.encode())
        separator = "\n"
        for file in files:
            entry = {"sha256": file["sha256"], "bytes": file["bytes"]}
            name = json.dumps(file["file"], ensure_ascii=False)
            out.write(f"{separator}    {name}: {json.dumps(entry)}".encode())
            separator = ",\n"
        out.write(b"\n  }\n}\n")
