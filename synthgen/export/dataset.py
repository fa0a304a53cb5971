"""A whole dataset on disk: an exporter's files, the manifest and the card, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.components import ClassLabel, DatasetInfo, Exporter, SampleBatch
from synthgen.errors import PluginError, SynthgenError, describe
from synthgen.export.card import dataset_card
from synthgen.files import new_directory, reason, sha256_file
from synthgen.sampling import ClassPlan
from synthgen.synthesizer import Synthesizer
from synthgen.version import __version__

MANIFEST = "manifest.json"
CARD = "README.md"

Progress = Callable[[int], object]
"""Called with the number of samples that were just handed to the exporter."""


def export_dataset(
    synthesizer: Synthesizer,
    plan: ClassPlan,
    exporter: Exporter,
    exporter_name: str,
    directory: Path,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the plan's samples with `exporter` into the new folder `directory`; return the manifest's head.

    The head is the manifest without `files`, of which there may be millions. The same model, plan, exporter
    and seed give the same bytes of every file. Samples, files' hashes and the manifest are streamed.

    Raises UsageError if the folder is taken, PluginError if generator, codec or exporter fail.
    """
    data = str(synthesizer.source.get("data", "unnamed data"))
    info = DatasetInfo(data, synthesizer.classes, plan.count, digits=len(str(plan.count - 1)))
    tally = _Tally(synthesizer.stream(plan, seed), len(info.classes), progress)
    with new_directory(directory) as folder:
        try:
            folders, usage = _write_samples(exporter, exporter_name, tally, info, folder)
            head = _head(synthesizer, plan, tally, folders, seed)
            head["format"] = {"name": exporter_name, "options": exporter.options.model_dump(mode="json")}
            (folder / CARD).write_bytes(dataset_card(head, usage).encode())
            _write_manifest(folder, head)
        except OSError as error:
            raise SynthgenError(f"cannot write {directory}: {reason(error)}") from error
    return head


def _write_samples(
    exporter: Exporter, name: str, tally: _Tally, info: DatasetInfo, folder: Path
) -> tuple[list[str] | None, str | None]:
    """Let the exporter write; return its classes' folders and its usage, where it has such."""
    try:
        exporter.write(tally, info, folder)
        folders, usage = exporter.folders(info), exporter.usage(info)
    except (SynthgenError, OSError):
        raise
    except Exception as error:
        raise PluginError(f"exporter '{name}' failed: {describe(error)}") from error
    if tally.count != info.count:
        raise PluginError(f"exporter '{name}' took {tally.count} of {info.count} samples")
    return folders, usage


class _Tally:
    """The stream on its way to the exporter: counts classes and tells the progress."""

    def __init__(self, batches: Iterator[SampleBatch], classes: int, progress: Progress | None) -> None:
        self._batches = batches
        self._progress = progress
        self.count = 0
        self.per_class = np.zeros(classes, np.int64)
        self.shape: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[SampleBatch]:
        for batch in self._batches:
            yield batch
            self.count += len(batch.x)
            self.shape = batch.x.shape[1:]
            if len(self.per_class):
                self.per_class += np.bincount(batch.y, minlength=len(self.per_class))
            if self._progress:
                self._progress(len(batch.x))


def _head(
    synthesizer: Synthesizer, plan: ClassPlan, tally: _Tally, folders: list[str] | None, seed: int
) -> dict[str, Any]:
    """All of the manifest that does not grow with the dataset, but for the format."""
    source = synthesizer.source
    classes: list[dict[str, Any]] = [
        {"number": label.number, "name": label.name, "count": count}
        for label, count in zip(synthesizer.classes, tally.per_class.tolist(), strict=True)
    ]
    for entry, folder in zip(classes, folders or [], strict=False):
        entry["folder"] = folder
    return {
        "synthetic": True,
        "format": {},
        "synthgen": __version__,
        "data": {key: source.get(old) for key, old in _DATA_FACTS.items()},
        "recipe": source.get("recipe"),
        "steps": source.get("steps"),
        "model_hash": synthesizer.model_hash,
        "generator": synthesizer.generator_record.model_dump(mode="json"),
        "seed": seed,
        "plan": _plan(synthesizer.classes, plan),
        "order": _order(plan),
        "count": tally.count,
        "shape": list(tally.shape),
        "classes": classes,
    }


_DATA_FACTS = {"name": "data", "description": "description", "notes": "notes", "fingerprint": "fingerprint"}


def _plan(classes: Sequence[ClassLabel], plan: ClassPlan) -> dict[str, Any]:
    """The arguments of `Synthesizer.sample` that make these samples; classes by their numbers."""
    if plan.per_class:
        counts = {label.number: n for label, n in zip(classes, plan.per_class, strict=True) if n}
        same = len(counts) == len(classes) and len(set(counts.values())) == 1
        return {"per_class": plan.per_class[0] if same else counts}
    drawn = [label.number for label, weight in zip(classes, plan.weights, strict=True) if weight]
    return {"n": plan.count} | ({"classes": drawn} if len(drawn) < len(classes) else {})


def _order(plan: ClassPlan) -> str:
    if plan.per_class:
        return "classes take turns, in the order of this file, until each has its count"
    if plan.weights:
        return "classes are drawn at random with the balance of the training data"
    return "no classes"


def _write_manifest(folder: Path, head: dict[str, Any]) -> None:
    """Write `manifest.json`, its `files` one at a time: path to SHA-256 and size."""
    opening = json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}")
    manifest = folder / MANIFEST
    with manifest.open("wb") as file:
        file.write(f'{opening},\n  "files": {{'.encode())
        separator = "\n"
        for path in filter(lambda p: p != manifest, _files(folder)):
            entry = {"sha256": sha256_file(path), "bytes": path.stat().st_size}
            name = json.dumps(path.relative_to(folder).as_posix(), ensure_ascii=False)
            file.write(f"{separator}    {name}: {json.dumps(entry)}".encode())
            separator = ",\n"
        file.write(b"\n  }\n}\n")


def _files(folder: Path) -> Iterable[Path]:
    """Every file below a folder, folder by folder, in the order of their names."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
