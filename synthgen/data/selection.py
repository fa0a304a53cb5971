"""Which part of a dataset is used: the options `classes`, `per_class`, `limit`, `labelled` of every source."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from synthgen.classes import find_class, list_classes
from synthgen.components import ClassLabel, Dataset
from synthgen.data.sources.memory import require_room_for_part
from synthgen.errors import DataError, UsageError
from synthgen.options import SourceOptions
from synthgen.values import take

_log = logging.getLogger("synthgen")


def select(dataset: Dataset, options: SourceOptions, seed: int) -> Dataset:
    """Keep the classes asked for, in that order, then so many samples of each, then so many in all; or no labels.

    Samples are drawn at random with `seed` and stay in the source's order; a larger number keeps all that a
    smaller one kept, as long as nothing else changes. Where there are fewer than asked for, all are kept and
    a note says so. Raises UsageError for a class that is not there or is given twice, and for a wrong number
    of numbers; DataError for data without labels, and for a class left without samples.
    """
    if not dataset.classes and (options.classes is not None or options.per_class is not None):
        raise DataError(
            f"{dataset.name} has no labels, so classes and per_class cannot be applied; leave them out"
        )
    rng = np.random.default_rng(seed)
    if options.classes is not None:
        dataset = _keep_classes(dataset, options.classes)
    if options.per_class is not None:
        dataset = _keep_per_class(dataset, options.per_class, rng)
    if options.limit is not None:
        dataset = _keep_limit(dataset, options.limit, rng)
    _refuse_empty(dataset, options)
    return dataset if options.labelled else _without_labels(dataset)


def _keep_classes(dataset: Dataset, wanted: list[str | int]) -> Dataset:
    if not wanted:
        raise UsageError(
            f"classes: the list is empty. Classes of {dataset.name}: {list_classes(dataset.classes)}."
        )
    indices: list[int] = []
    for given in wanted:
        index = find_class(dataset.classes, given)
        if index in indices:
            raise UsageError(f"classes: '{dataset.classes[index].name}' is given twice")
        indices.append(index)
    position = np.full(len(dataset.classes), -1, np.int64)
    position[indices] = np.arange(len(indices))
    dataset = replace(
        dataset, classes=tuple(dataset.classes[index] for index in indices), y=position[dataset.y]
    )
    return _take(dataset, dataset.y >= 0)


def _keep_per_class(dataset: Dataset, per_class: Any, rng: np.random.Generator) -> Dataset:
    keep = np.zeros(len(dataset), bool)
    fewer = []
    for index, wanted in enumerate(_counts(dataset.classes, per_class)):
        members = np.flatnonzero(dataset.y == index)
        order = rng.permutation(len(members))
        keep[members if wanted is None else members[order[:wanted]]] = True
        if wanted is not None and len(members) < wanted:
            fewer.append(f"{dataset.classes[index].name}: {len(members):,} of {wanted:,}")
    dataset = _take(dataset, keep)
    return _noted(dataset, f"fewer than per_class asks for ({', '.join(fewer)})") if fewer else dataset


def _counts(classes: tuple[ClassLabel, ...], per_class: Any) -> list[int | None]:
    """How many of each class; None where all."""
    if isinstance(per_class, Mapping):
        counts: list[int | None] = [None] * len(classes)
        for key, count in per_class.items():
            index = find_class(classes, key)
            if counts[index] is not None:
                raise UsageError(f"per_class: '{classes[index].name}' is given twice, by name and by number")
            counts[index] = count
        return counts
    if isinstance(per_class, list):
        if len(per_class) != len(classes):
            raise UsageError(
                f"per_class: {len(per_class)} numbers for {len(classes)} classes ({list_classes(classes)});"
                " give one for each, in this order"
            )
        return list(per_class)
    return [per_class] * len(classes)


def _keep_limit(dataset: Dataset, limit: int, rng: np.random.Generator) -> Dataset:
    if len(dataset) < limit:
        return _noted(dataset, f"fewer samples than limit asks for ({len(dataset):,} of {limit:,})")
    keep = np.zeros(len(dataset), bool)
    keep[rng.permutation(len(dataset))[:limit]] = True
    return _take(dataset, keep)


def _without_labels(dataset: Dataset) -> Dataset:
    """A table keeps the label's column, as one like any other."""
    return replace(dataset, y=np.zeros_like(dataset.y), classes=(), target=None)


def _take(dataset: Dataset, keep: np.ndarray) -> Dataset:
    if keep.all():
        return dataset
    if isinstance(dataset.x, np.ndarray):
        require_room_for_part(dataset.name, int(keep.sum()), len(keep), dataset.x[0].nbytes)
    given = {name: values[keep] for name, values in dataset.given.items()}
    return replace(dataset, x=take(dataset.x, np.flatnonzero(keep)), y=dataset.y[keep], given=given)


def _noted(dataset: Dataset, note: str) -> Dataset:
    _log.warning("%s: %s; all are used", dataset.name, note)
    return replace(dataset, notes=(*dataset.notes, f"{note}; all are used"))


def _refuse_empty(dataset: Dataset, options: SourceOptions) -> None:
    counts = np.bincount(dataset.y, minlength=len(dataset.classes))
    empty = [label.name for label, count in zip(dataset.classes, counts, strict=False) if count == 0]
    if empty:
        cause = f" with limit: {options.limit} (per_class draws from every class)" if options.limit else ""
        raise DataError(
            f"{dataset.name}: no samples of class {', '.join(empty)}{cause}; name the others in option classes"
        )
