"""Pictures with a table of their labels, as Hugging Face's `imagefolder` has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from synthgen import ClassLabel, DataError, DataNotFoundError, Dataset, Source
from synthgen.data.sources.class_folders import natural
from synthgen.data.sources.metadata_files import NAMES, Row, find_tables, read_table
from synthgen.data.sources.numbered_classes import name_numbers
from synthgen.data.sources.picture_sets import Picture, PictureOptions, read_pictures

# folders that Hugging Face's library takes for splits
_SPLITS = frozenset(
    ("train", "training", "validation", "valid", "val", "dev", "test", "testing", "eval", "evaluation")
)
T = TypeVar("T")
_NUMBER = re.compile(r"0|-?[1-9][0-9]*")


class Huggingface(Source):
    """Pictures listed in metadata.csv, .jsonl or .parquet beside them, as Hugging Face's imagefolder has them."""

    class Options(PictureOptions):
        """Which folder, which column, and how the pictures become images of one size and kind."""

        split: str = "train"
        """Folder of the split, ROOT/train, ROOT/test, ...; if ROOT has none, train is everything."""
        root: Path
        """Folder with the tables of metadata, in it or in folders below; a relative path begins at the
        current directory."""
        label: str | None = "label"
        """Column with the class: names, or whole numbers; null for unlabelled images."""
        names: list[str] | None = None
        """Names of the classes, where the labels are numbers: in their order, or counted from 0."""

    def load(self) -> Dataset:
        """The pictures of the split that a table lists, in its order; numbers keep their number."""
        root: Path = self.options.root.expanduser()
        rows = self._rows(root)
        y, classes = self._classes(rows, root)
        _refuse_missing(rows)
        pictures = [Picture(row.path, int(label)) for row, label in zip(rows, y, strict=True)]
        images = read_pictures(pictures, self.options, root)
        title = root.resolve().name or "images"
        description = f"Pictures from the folder {title}, labelled by its metadata."
        return Dataset(title, images.x, images.y, classes, description, images.notes)

    def _rows(self, root: Path) -> list[Row]:
        """The rows of the split."""
        split = self.options.split
        if not root.exists():
            raise DataNotFoundError(f"{root.absolute()}: no such folder (option root)")
        tables = find_tables(root)
        if not tables:
            raise DataError(f"{root}: no {', '.join(NAMES[:-1])} or {NAMES[-1]} in it or below it")
        if root not in {table.parent for table in tables}:
            tables = _of_split(root, split, tables, tables)
        rows = _distinct([row for table in tables for row in read_table(table, self.options.label)])
        return _of_split(root, split, rows, [row.path for row in rows])

    def _classes(self, rows: Sequence[Row], root: Path) -> tuple[np.ndarray, tuple[ClassLabel, ...]]:
        """The index of each row's class, and the classes: by number if all labels are numbers, else by name."""
        if self.options.label is None:
            if self.options.names is not None:
                raise DataError(f"{root}: has no labels to go with the names; give option label, too")
            return np.zeros(len(rows), np.int64), ()
        if any(isinstance(row.label, bool) for row in rows):
            return self._true_or_false(rows, root)
        labels = [str(row.label) for row in rows]
        found = set(labels)
        if all(_NUMBER.fullmatch(label) for label in found):
            order = sorted(found, key=int)
            classes = name_numbers([int(label) for label in order], self.options.names, str(root))
        elif self.options.names is not None:
            word = next(row for row in rows if not _NUMBER.fullmatch(str(row.label)))
            raise DataError(
                f"{word.where}: {self.options.label} is '{word.label}', a name; leave option names out"
            )
        else:
            order = sorted(found, key=natural)
            classes = tuple(ClassLabel(*pair) for pair in enumerate(order))
        index = {label: i for i, label in enumerate(order)}
        return np.array([index[label] for label in labels], np.int64), classes

    def _true_or_false(self, rows: Sequence[Row], root: Path) -> tuple[np.ndarray, tuple[ClassLabel, ...]]:
        """As `_classes`, of a column of true and false, which are 1 and 0."""
        if not all(isinstance(row.label, bool) for row in rows):
            odd = next(row for row in rows if isinstance(row.label, bool))
            raise DataError(
                f"{odd.where}: {self.options.label} is {str(odd.label).lower()}, others are not true or false;"
                " labels must be all of one kind: true and false, whole numbers, or names"
            )
        values = np.array([row.label for row in rows], np.int64)
        numbers, y = np.unique(values, return_inverse=True)
        names = self.options.names or ["false", "true"]
        return y.astype(np.int64), name_numbers(numbers.tolist(), names, str(root))


def _distinct(rows: list[Row]) -> list[Row]:
    """The rows themselves; a picture listed twice is a DataError."""
    seen: dict[Path, str] = {}
    for row in rows:
        if row.path in seen:
            raise DataError(f"{row.where}: {row.path.name} is listed already by {seen[row.path]}; remove one")
        seen[row.path] = row.where
    return rows


def _refuse_missing(rows: Sequence[Row]) -> None:
    for row in rows:
        try:
            there = row.path.is_file()
        except OSError as error:
            raise DataError(
                f"{row.where}: the picture {row.path.name} cannot be looked at: {error.strerror}"
            ) from error
        if not there:
            raise DataError(f"{row.where}: there is no picture {row.path}; add it or remove the row")


def _of_split(root: Path, split: str, things: list[T], paths: Sequence[Path]) -> list[T]:
    """The things whose `paths` lie in the split's folder; all, if not every path lies in the folder of a split."""
    tops = [path.relative_to(root).parts[0] for path in paths]
    splits = set(tops)
    if splits <= _SPLITS:
        if split not in splits:
            raise DataError(f"{root}: has no split '{split}'; there are {', '.join(sorted(splits))}")
        return [thing for thing, top in zip(things, tops, strict=True) if top == split]
    if split not in ("train", "all"):
        raise DataError(
            f"{root}: has no folders train and test, so no split '{split}'; split train is everything"
        )
    return things
