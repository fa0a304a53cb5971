"""What the sources of tables share: options, and the way from a DataFrame to a dataset."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field

from synthgen import DataError, Dataset, Source, SourceOptions, UnsupportedError
from synthgen.data.sources.table_files import as_seen_from_here
from synthgen.data.sources.table_labels import Task, find_labels, keep_present

_SPLITS = ("all", "train", "test")


class TableSourceOptions(SourceOptions):
    """Which rows and columns of a table."""

    split: str = "all"
    """Part of the rows: all, or train or test, which are drawn at random with split_seed, each class alike."""
    test_size: float = Field(0.2, gt=0, lt=1)
    """Share of the rows that split test has."""
    split_seed: int = Field(0, ge=0, lt=2**32)
    """Other seeds divide the rows in other ways."""
    columns: tuple[str, ...] | None = None
    """Keep only these columns, and the target."""
    drop: tuple[str, ...] = ()
    """Leave these columns out."""


class TableFileOptions(TableSourceOptions):
    """Which file, which column is the label, and what is kept."""

    path: Annotated[str, BeforeValidator(as_seen_from_here)]
    """The file, or a pattern such as data/part-*.csv for several with the same columns; a relative path begins
    at the current directory or, if nothing is there, at the folder that SYNTHGEN_DATA names."""
    target: str | None = None
    """The column with the label; without it, rows have none."""
    task: Task = "auto"
    """classification: each value of the target is a class; regression: it is a number, and a column like
    others; auto: whole numbers of more than 20 different values and other numbers are no classes."""


class TableSource(Source):
    """Base of the sources of tables."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"a table has no split '{options.split}'; it has train, test and all")

    def dataset(
        self,
        name: str,
        frame: pd.DataFrame,
        target: str | None,
        task: Task,
        description: str,
        notes: Sequence[str] = (),
    ) -> Dataset:
        """The split's rows of the frame as a dataset, labelled by the column `target` if it is a label."""
        frame = frame.reset_index(drop=True)
        labels = find_labels(frame[target], task, name) if target is not None else None
        if labels is not None:
            data = Dataset(
                name, frame, labels.y, labels.classes, description, (*notes, *labels.notes), "table", target
            )
        else:
            if target is not None and task == "auto":
                notes = [*notes, f"target {target} is a number: a column like others, and no label"]
            y = np.zeros(len(frame), np.int64)
            data = Dataset(name, frame, y, (), description, tuple(notes), "table")
        return self._part(data)

    def _part(self, data: Dataset) -> Dataset:
        options = self.options
        if options.split == "all":
            return data
        rows = split_rows(data, options.split, options.test_size, options.split_seed)
        y, classes = data.y[rows], data.classes
        if classes:
            y, classes = keep_present(y, classes)
        return replace(data, x=data.x.take(rows).reset_index(drop=True), y=y, classes=classes)


def split_rows(data: Dataset, split: str, test_size: float, seed: int) -> np.ndarray:
    """Positions of the rows of split train or test, in order; scikit-learn's `train_test_split`, by class.

    The one row of a class that has no other is for training. Raises DataError if there are too few rows.
    """
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    alone = np.bincount(data.y)[data.y] == 1 if data.classes else np.zeros(len(data), bool)
    rows = np.flatnonzero(~alone)
    by = data.y[rows] if data.classes else None
    try:
        train, test = train_test_split(rows, test_size=test_size, random_state=seed, stratify=by)
    except ValueError as error:
        raise DataError(
            f"{data.name}: {len(data):,} rows of {max(1, len(data.classes))} classes are too few to divide with"
            f" test_size: {test_size} ({error}); use split: all or another test_size"
        ) from error
    return np.sort(test if split == "test" else np.concatenate([train, np.flatnonzero(alone)]))


def choose_columns(
    there: Sequence[str], options: TableSourceOptions, target: str | None, where: str
) -> list[str]:
    """The columns to keep, in the table's order. Raises DataError for one that the table has not."""
    for option, wanted in (
        ("target", [] if target is None else [target]),
        ("columns", options.columns or ()),
        ("drop", options.drop),
    ):
        require_columns(there, wanted, option, where)
    if target is not None and target in options.drop:
        raise DataError(f"{where}: option drop has '{target}', which is the target; leave one of them out")
    kept = set(there if options.columns is None else options.columns) - set(options.drop)
    kept |= set() if target is None else {target}
    if not kept:
        raise DataError(f"{where}: no column is left; options columns and drop must leave one")
    return [name for name in there if name in kept]


def refuse_other_columns(path: Path, there: Sequence[str], first: Path, known: Sequence[str]) -> None:
    """Raise DataError unless a file has the columns of the first one, in whatever order."""
    odd = sorted(set(there) ^ set(known))
    if odd:
        more = f" and {len(odd) - 10} more" if len(odd) > 10 else ""
        raise DataError(
            f"{path}: its columns are not those of {first}; only one has {', '.join(map(repr, odd[:10]))}{more}"
        )


def require_columns(there: Sequence[str], wanted: Sequence[str], option: str, where: str) -> None:
    """Raise DataError, with near matches and all there are, unless each column that an option names is there."""
    for name in wanted:
        if name not in there:
            lower = {str(column).lower(): str(column) for column in there}
            near = [lower[word] for word in difflib.get_close_matches(name.lower(), lower, n=2)]
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise DataError(
                f"{where}: has no column '{name}' (option {option}).{hint} Columns: {_listed(there)}."
            )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(str, names[:30]))
    return shown + (f" and {len(names) - 30} more" if len(names) > 30 else "")
