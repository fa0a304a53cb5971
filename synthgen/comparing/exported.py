"""Reading a dataset that synthgen exported, in any of its formats: the synthetic samples and their labels."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from synthgen.comparing.webdataset import read_webdataset
from synthgen.components import ClassLabel, Dataset
from synthgen.data.sources.idx_files import read_idx
from synthgen.data.sources.metadata_files import read_table
from synthgen.data.sources.picture_sets import Picture, PictureOptions, read_pictures
from synthgen.errors import DataError
from synthgen.export.image_folder import UNLABELLED
from synthgen.export.verify import read_manifest
from synthgen.output_folder import CARD, MANIFEST


@dataclass(frozen=True)
class Exported:
    """What the manifest of a dataset says, as far as it takes to read it."""

    folder: Path
    head: dict[str, Any]
    files: tuple[str, ...]
    """All but the card, in the order of the manifest."""
    classes: tuple[ClassLabel, ...]

    @property
    def format(self) -> str:
        """The name of the exporter."""
        return str(self.head["format"]["name"])

    @property
    def name(self) -> str:
        """What messages and reports call the dataset."""
        return self.folder.resolve().name

    def matching(self, pattern: str) -> list[Path]:
        """The files whose whole name fits, in order."""
        return [self.folder / name for name in sorted(self.files) if re.fullmatch(pattern, name)]

    def places(self, numbers: np.ndarray) -> np.ndarray:
        """Class numbers as indices into the classes, int64; raises DataError for others."""
        known = {label.number: place for place, label in enumerate(self.classes)}
        found, inverse = np.unique(numbers, return_inverse=True)
        odd = [int(number) for number in found if int(number) not in known]
        if odd:
            raise DataError(
                f"{self.folder}: has samples of the class {odd[0]}, which its {MANIFEST} does not know"
            )
        return np.array([known[int(number)] for number in found], np.int64)[inverse.reshape(-1)]


def find_exported(path: Path) -> Path | None:
    """The folder of the dataset that a path is, or of whose data it is the only file; None if there is none."""
    if path.is_dir():
        return path if (path / MANIFEST).is_file() and _is_head(_head(path)) else None
    if not (path.is_file() and (path.parent / MANIFEST).is_file()):
        return None
    head = _head(path.parent)
    data = [name for name in head.get("files", {}) if name != CARD] if _is_head(head) else []
    return path.parent if data == [path.name] else None


def _head(folder: Path) -> Any:
    try:
        return json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _is_head(head: Any) -> bool:
    return isinstance(head, dict) and isinstance(head.get("format"), dict) and "synthgen" in head


def read_exported(folder: Path) -> Dataset:
    """The synthetic samples of the dataset in a folder that has a manifest, its originals left out.

    Raises DataError for files that are missing or not what they were, and for a format of which nobody knows how
    it is read.
    """
    manifest = read_manifest(folder)
    head = _head(folder)
    try:
        classes = tuple(ClassLabel(int(c["number"]), str(c["name"])) for c in head["classes"])
        exported = Exported(folder, head, tuple(name for name in manifest.files if name != CARD), classes)
        read = _FORMATS.get(exported.format)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder / MANIFEST}: is not what synthgen writes ({error!r})") from error
    if read is None:
        raise DataError(
            f"{folder}: is in the format {exported.format}, which only its plugin knows; export the run in another"
            " one: synthgen export RUN --format npz, or csv for tables"
        )
    missing = next((name for name in exported.files if not (folder / name).is_file()), None)
    if missing is not None:
        raise DataError(f"{folder / missing}: is missing; synthgen verify {folder} says what else")
    dataset = read(exported)
    if not len(dataset):
        raise DataError(f"{folder}: has no synthetic sample, only originals")
    return dataset


def _dataset(exported: Exported, x: Any, y: np.ndarray) -> Dataset:
    kind = "images" if x.dtype == np.uint8 else "signals"
    return Dataset(exported.name, x, y, exported.classes, _description(exported), kind=kind)


def _description(exported: Exported) -> str:
    return f"Made by synthgen, as {exported.format}."


def _npz(exported: Exported) -> Dataset:
    from synthgen.data.sources.npz import Npz  # noqa: PLC0415

    kind: Literal["images", "signals"] = "images" if exported.head["dtype"] == "uint8" else "signals"
    parts, real = [], []
    for file in exported.matching(r"dataset.*\.npz"):
        part = Npz(Npz.Options(path=file, kind=kind)).load()
        with np.load(file) as archive:
            real.append(archive["real"] if "real" in archive.files else np.zeros(len(part), bool))
        parts.append(part)
    kept = ~np.concatenate(real)
    x, y = (np.concatenate([getattr(part, what) for part in parts])[kept] for what in ("x", "y"))
    return _dataset(exported, x, y)


def _idx(exported: Exported) -> Dataset:
    def joined(what: str) -> np.ndarray | None:
        files = exported.matching(rf".*-{what}-idx.*")
        return np.concatenate([read_idx(file) for file in files]) if files else None

    x, labels, real = joined("images"), joined("labels"), joined("real")
    if x is None:
        raise DataError(f"{exported.folder}: no file of images is named in its {MANIFEST}")
    y = np.zeros(len(x), np.int64) if labels is None else exported.places(labels)
    kept = np.ones(len(x), bool) if real is None else real == 0
    return _dataset(exported, x[kept], y[kept])


def _pictures(exported: Exported, pictures: Sequence[Picture]) -> Dataset:
    kept = [picture for picture in pictures if not picture.path.stem.endswith("_real")]
    if not kept:
        raise DataError(f"{exported.folder}: has no synthetic sample, only originals")
    found = read_pictures(kept, PictureOptions(), exported.folder)
    return _dataset(exported, found.x, found.y)


def _image_folder(exported: Exported) -> Dataset:
    folders = [entry["folder"] for entry in exported.head["classes"]] or [UNLABELLED]
    places = {folder: place for place, folder in enumerate(folders)}
    names = sorted(name for name in exported.files if name.endswith(".png"))
    return _pictures(
        exported, [Picture(exported.folder / name, places[name.split("/")[0]]) for name in names]
    )


def _huggingface(exported: Exported) -> Dataset:
    column = "label" if exported.classes else None
    places = {label.name: place for place, label in enumerate(exported.classes)}
    rows = [row for table in exported.matching(r".*metadata\.jsonl") for row in read_table(table, column)]
    return _pictures(exported, [Picture(row.path, places[str(row.label)] if column else 0) for row in rows])


def _webdataset(exported: Exported) -> Dataset:
    dataset = read_webdataset(exported.matching(r".*\.tar"), exported.name)
    numbers = np.array([label.number for label in dataset.classes] or [0], np.int64)[dataset.y]
    y = exported.places(numbers) if exported.classes else dataset.y
    return replace(dataset, y=y, classes=exported.classes, description=_description(exported))


def _rows(exported: Exported) -> Dataset:
    """Of csv and parquet: a table as it was sampled, or arrays a row each."""
    from synthgen.comparing.exported_rows import read_arrays, read_rows  # noqa: PLC0415 - pandas is slow to import

    return read_rows(exported) if exported.head.get("columns") else read_arrays(exported)


_FORMATS: dict[str, Callable[[Exported], Dataset]] = {
    "npz": _npz,
    "idx": _idx,
    "image_folder": _image_folder,
    "huggingface": _huggingface,
    "webdataset": _webdataset,
    "csv": _rows,
    "parquet": _rows,
}
