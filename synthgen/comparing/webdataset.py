"""Reading tar files as the webdataset library writes them: a picture and what is known of it, by a common name."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from synthgen.components import ClassLabel, Dataset
from synthgen.data.sources.class_folders import natural
from synthgen.data.sources.pictures import SUFFIXES
from synthgen.errors import DataError

_LABELS = (".cls", ".json")
_MOST_BYTES = 2**28
"""Of a member: more is no picture."""


class _Sample(NamedTuple):
    name: str
    pixels: np.ndarray
    label: Any
    """The class's number or name; None without one."""
    class_name: str | None


def read_webdataset(files: Sequence[Path], name: str) -> Dataset:
    """The pictures of these tar files, labelled by `.cls` or by `label` and `class` in `.json` where all have such.

    Originals that synthgen has put in front, called NUMBER_real, are left out. Raises DataError for a file that
    cannot be read, for pictures of different sizes, and for labels that only some pictures have.
    """
    samples = [sample for file in files for sample in _samples(file)]
    if not samples:
        raise DataError(f"{files[0]}: no pictures in it; a tar file must hold NUMBER.png or the like")
    sizes = {sample.pixels.shape[:2]: sample.name for sample in samples}
    if len(sizes) > 1:
        (one, here), (other, there), *_ = sizes.items()
        raise DataError(
            f"{files[0]}: pictures of different sizes: {here} is {one[0]}×{one[1]}, {there} is"
            f" {other[0]}×{other[1]} (height×width)"
        )
    rgb = any(sample.pixels.ndim == 3 for sample in samples)
    x = np.stack([_rgb(sample.pixels) if rgb else sample.pixels for sample in samples])
    y, classes = _classes(samples, files[0])
    return Dataset(name, x, y, classes, f"Pictures from {len(files)} tar files.")


def _rgb(pixels: np.ndarray) -> np.ndarray:
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, 2)


def _classes(samples: Sequence[_Sample], file: Path) -> tuple[np.ndarray, tuple[ClassLabel, ...]]:
    labelled = [sample.label is not None for sample in samples]
    if not any(labelled):
        return np.zeros(len(samples), np.int64), ()
    if not all(labelled):
        raise DataError(
            f"{file}: {samples[labelled.index(False)].name} has no label, others have; label all or none"
        )
    names = {str(sample.label): sample.class_name or str(sample.label) for sample in samples}
    if all(isinstance(sample.label, int) for sample in samples):
        order = sorted(names, key=int)
        classes = tuple(ClassLabel(int(label), names[label]) for label in order)
    else:
        order = sorted(names, key=natural)
        classes = tuple(ClassLabel(place, names[label]) for place, label in enumerate(order))
    places = {label: place for place, label in enumerate(order)}
    return np.array([places[str(sample.label)] for sample in samples], np.int64), classes


def _samples(file: Path) -> Iterator[_Sample]:
    """Each picture with what stands beside it: members that follow each other with one name."""
    try:
        with tarfile.open(file) as tar:
            name, parts = "", dict[str, bytes]()
            for member in tar:
                if not member.isfile() or member.size > _MOST_BYTES:
                    continue
                stem, suffix = _split(member.name)
                if stem != name:
                    yield from _sample(file, name, parts)
                    name, parts = stem, {}
                content = tar.extractfile(member) if suffix in SUFFIXES or suffix in _LABELS else None
                if content is not None:
                    parts[suffix] = content.read()
            yield from _sample(file, name, parts)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise DataError(f"{file}: cannot be read, cut short or corrupt ({error})") from error


def _split(member: str) -> tuple[str, str]:
    """`train/0001.png` as its name and `.png`; all from the first dot of the file's name is the suffix."""
    folder, slash, file = member.rpartition("/")
    stem, dot, suffix = file.partition(".")
    return folder + slash + stem, (dot + suffix).lower()


def _sample(file: Path, name: str, parts: dict[str, bytes]) -> Iterator[_Sample]:
    picture = next((content for suffix, content in parts.items() if suffix in SUFFIXES), None)
    if picture is None or name.endswith("_real"):
        return
    try:
        facts = json.loads(parts.get(".json", b"{}"))
        facts = facts if isinstance(facts, dict) else {}
        label = _label(parts[".cls"].decode()) if ".cls" in parts else facts.get("label")
        class_name = facts.get("class")
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file}: what {name} says of its label cannot be read ({error})") from error
    yield _Sample(name, _pixels(file, name, picture), label, None if class_name is None else str(class_name))


def _label(text: str) -> int | str:
    text = text.strip()
    try:
        return int(text)
    except ValueError:
        return text


def _pixels(file: Path, name: str, content: bytes) -> np.ndarray:
    from PIL import Image  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image.convert("L" if image.mode in ("1", "L", "LA") else "RGB"))
    except Exception as error:  # Pillow's plugins raise whatever they stumble over
        raise DataError(f"{file}: the picture {name} cannot be read ({error})") from error
