"""Two or three datasets in one form: the same classes, columns, types and shapes, or an error that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from synthgen.comparing.classes import find_classes
from synthgen.components import Dataset
from synthgen.errors import DataError, UsageError
from synthgen.metric import take_samples

HELD_OUT = "held-out"
"""What messages call the side of real samples that the model has not seen."""


@dataclass(frozen=True)
class Aligned:
    """Datasets as a `Comparison` needs them."""

    real: Dataset
    synthetic: Dataset
    held_out: Dataset | None
    notes: tuple[str, ...] = ()
    """What had to be done, as far as a reader must know of it."""


def align(
    real: Dataset,
    synthetic: Dataset,
    held_out: Dataset | None = None,
    *,
    target: str | None = None,
    drop: Sequence[str] = (),
) -> Aligned:
    """Bring the others into the form of the real data; what is the same already stays as it is.

    Classes go by name, numbers as their digits, and have the real order. A table's columns go by name, in the
    real order, each of one type; `target` is the column with the label, where that is not known, and those in
    `drop` are left out. Where a side has no labels, all lose theirs, and held-out samples of classes that the
    real data has not are left out; notes say so. Raises DataError for data of different
    kinds, shapes or columns, for classes that the real data has not, and for types that do not go together;
    UsageError for a target that no side has.
    """
    sides = {"real": real, "synthetic": synthetic} | ({HELD_OUT: held_out} if held_out is not None else {})
    for side, dataset in sides.items():
        if not len(dataset):
            raise DataError(f"the {side} data, {dataset.name}, has no samples")
        if dataset.kind != real.kind:
            raise DataError(
                f"the real data, {real.name}, is {KIND_WORDS[real.kind]}, the {side} data, {dataset.name},"
                f" {KIND_WORDS[dataset.kind]}; only data of one kind can be compared"
            )
    if real.kind == "table":
        from synthgen.comparing.tables import align_tables  # noqa: PLC0415 - pandas is slow to import

        found, notes = align_tables(sides, target, drop)
    else:
        if target is not None or drop:
            raise UsageError(f"target and drop are for tables, and {real.name} is {KIND_WORDS[real.kind]}")
        found, notes = _align_arrays(sides)
    return Aligned(found["real"], found["synthetic"], found.get(HELD_OUT), notes)


KIND_WORDS = {"images": "images", "table": "a table", "signals": "signals"}
"""What messages call data of each kind."""


def _align_arrays(sides: dict[str, Dataset]) -> tuple[dict[str, Dataset], tuple[str, ...]]:
    real = sides["real"]
    for side, dataset in sides.items():
        if dataset.x.shape[1:] != real.x.shape[1:]:
            raise DataError(
                f"the real {real.kind} are {_shape(real)}, the {side} ones {_shape(dataset)}; bring them to one"
                f" form{_hint(real)}"
            )
    cast = {
        side: replace(data, x=data.x.astype(real.x.dtype, copy=False))
        if data.x.dtype != real.x.dtype
        else data
        for side, data in sides.items()
    }
    return label_alike(cast)


def _shape(dataset: Dataset) -> str:
    shape = dataset.x.shape[1:]
    if dataset.kind == "images":
        return f"{shape[0]}×{shape[1]} {'RGB' if len(shape) == 3 else 'grey'}"
    channels = f" of {shape[1]} channels" if len(shape) == 2 else ""
    return f"of length {shape[0]}{channels}"


def _hint(real: Dataset) -> str:
    if real.kind != "images":
        return ""
    height, width = real.x.shape[1:3]
    size = height if height == width else [height, width]
    mode = "rgb" if real.x.ndim == 4 else "grey"
    return f"; options of their source do, of pictures in folders --set size={size} and --set mode={mode}"


def label_alike(sides: dict[str, Dataset]) -> tuple[dict[str, Dataset], tuple[str, ...]]:
    """The datasets with the real one's classes; without any where one of them has none, which is noted."""
    real = sides["real"]
    without = [side for side, dataset in sides.items() if not dataset.classes]
    if without and len(without) < len(sides):
        bare = {side: unlabelled(dataset) for side, dataset in sides.items()}
        return bare, (no_labels(without),)
    if without:
        return sides, ()
    relabelled = {side: data if data is real else _relabel(data, real, side) for side, data in sides.items()}
    lost = {side: len(sides[side]) - len(data) for side, data in relabelled.items()}
    notes = tuple(
        f"{count:,} of the {len(sides[side]):,} {side} samples are of classes that the real data has not; left out"
        for side, count in lost.items()
        if count
    )
    return relabelled, notes


def unlabelled(dataset: Dataset) -> Dataset:
    """The dataset without classes; of a table the column stays."""
    return replace(dataset, y=np.zeros(len(dataset), np.int64), classes=(), target=None)


def no_labels(without: Sequence[str]) -> str:
    """The note for labels that not all sides have."""
    return (
        f"the {' and the '.join(without)} data {'has' if len(without) == 1 else 'have'} no labels: all is compared"
        " without, so nothing is told by class or of use for training"
    )


def _relabel(dataset: Dataset, real: Dataset, side: str) -> Dataset:
    if dataset.classes == real.classes:
        return replace(dataset, target=real.target)
    counts = np.bincount(dataset.y, minlength=len(dataset.classes)).tolist()
    by_number = dataset.kind != "table"  # where the numbers that the label has are in the table itself
    places = find_classes(
        real.classes, dataset.classes, counts, side, by_number=by_number, some=side == HELD_OUT
    )
    relabelled = replace(dataset, y=places[dataset.y], classes=real.classes, target=real.target)
    known = np.flatnonzero(relabelled.y >= 0)
    return relabelled if len(known) == len(dataset) else take_samples(relabelled, known)
