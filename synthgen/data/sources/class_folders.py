"""The layout of a folder of class folders: which split, which classes, which picture belongs to which."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from synthgen import ClassLabel, DataError, DataNotFoundError
from synthgen.data.sources.picture_sets import Picture
from synthgen.data.sources.pictures import SUFFIXES
from synthgen.data.sources.texts import is_text


def split_folder(root: Path, split: str) -> Path:
    """The folder that holds the class folders of a split: `root/split`, or `root` if it has no splits.

    It has splits if there is a `train` or `test` in it that holds folders and no pictures; so a class may be
    called train (beside bus and tram). Without splits, `train` and `all` mean everything.
    """
    if not root.exists():
        raise DataNotFoundError(f"{root.absolute()}: no such folder (option root)")
    if not root.is_dir():
        raise DataError(f"{root}: is a file; root must be a folder of class folders")
    names = [folder.name for folder in _folders(root)]
    if not any(_is_split(root / name) for name in ("train", "test") if name in names):
        if split not in ("train", "all"):
            raise DataError(
                f"{root}: has no folders train and test, so no split '{split}'; split train is everything"
            )
        return root
    if split not in names:
        raise DataError(f"{root}: has no split '{split}'; there are {', '.join(names)}")
    return root / split


def list_pictures(folder: Path) -> tuple[list[str], list[Picture]]:
    """Names of the class folders and their pictures, at any depth, both in natural order.

    Hidden files and folders are passed over. Raises DataError if there are no classes or one has no pictures.
    """
    names = [child.name for child in _folders(folder)]
    if not names:
        hint = (
            " Its pictures lie in it directly: move them into class folders, or take them without classes, with"
            " labelled: false."
            if _has_pictures(folder)
            else ""
        )
        raise DataError(f"{folder}: no class folders in it; it must hold one folder a class.{hint}")
    for name in names:
        if not is_text(name):
            raise DataError(
                f"{folder}: the class folder {name!r} has a name that is no text in UTF-8; rename it"
            )
    pictures = [Picture(path, y) for y, name in enumerate(names) for path in _walk(folder / name)]
    refuse_empty(folder, names, {picture.y for picture in pictures}, "no pictures in it")
    return names, pictures


def list_loose(folder: Path) -> list[Picture]:
    """The pictures that lie in a folder without class folders, in natural order; none if it has such."""
    return [] if _folders(folder) else [Picture(path, 0) for path in _walk(folder)]


def number_classes(names: list[str]) -> tuple[ClassLabel, ...]:
    """The classes of folders with these names: folders all called by a number have it, others are counted."""
    numbers = [int(name) for name in names if name.isascii() and name.isdigit()]
    if len(set(numbers)) != len(names):
        numbers = list(range(len(names)))
    return tuple(ClassLabel(number, name) for number, name in zip(numbers, names, strict=True))


def refuse_empty(folder: Path, names: list[str], filled: set[int], what: str) -> None:
    """Raise DataError that names the class folders that are not `filled`."""
    empty = [name for y, name in enumerate(names) if y not in filled]
    if empty:
        more = f" (likewise {', '.join(empty[1:])})" if empty[1:] else ""
        raise DataError(f"{folder / empty[0]}: {what}{more}; fill or remove this class folder")


def natural(name: str) -> tuple[list[str | int], str]:
    """Key to sort names as people do: digits count as numbers, so that 10 comes after 2."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if i % 2 else part.casefold() for i, part in enumerate(parts)], name


def _folders(folder: Path) -> list[Path]:
    folders = (c for c in _children(folder) if c.is_dir() and not c.name.startswith((".", "__MACOSX")))
    return sorted(folders, key=lambda child: natural(child.name))


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        _refuse(error)


def _refuse(error: OSError) -> NoReturn:
    raise DataError(f"{error.filename}: cannot be read ({error.strerror})") from error


def _is_split(folder: Path) -> bool:
    return bool(_folders(folder)) and not _has_pictures(folder)


def _has_pictures(folder: Path) -> bool:
    return any(_is_picture(file.name) for file in _children(folder) if file.is_file())


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural)
        for name in sorted(filter(_is_picture, files), key=natural):
            yield Path(parent, name)
