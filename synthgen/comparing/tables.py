"""Tables in one form: the same columns in the same order and of the same types, and the same label."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
from pandas.api.types import is_numeric_dtype

from synthgen.classes import MAX_LISTED
from synthgen.comparing.aligning import label_alike, no_labels, unlabelled
from synthgen.comparing.columns import Part, in_common
from synthgen.components import Dataset
from synthgen.data.sources.table_labels import Task, find_labels
from synthgen.errors import DataError, UsageError
from synthgen.recipe.wording import near

Sides = Mapping[str, Dataset]


def align_tables(
    sides: Sides, target: str | None, drop: Sequence[str]
) -> tuple[dict[str, Dataset], tuple[str, ...]]:
    """As `align`, of tables."""
    real = sides["real"]
    target = next(
        (t for t in (target, *(dataset.target for dataset in sides.values())) if t is not None), None
    )
    if target is not None and str(target) in drop:
        raise UsageError(f"{target} is the target, and cannot be dropped as well")
    named = {side: _by_names_of(real.x, dataset) for side, dataset in _without(sides, drop).items()}
    notes: tuple[str, ...] = ()
    if target is not None:
        named, target, notes = _with_target(named, target)
    _refuse_other_columns(named)
    number = None
    if target is not None:  # before types change: 1 is a better name than 1.0
        if not (real.target == target and not real.classes):  # or it is known to be a number
            named["real"] = _label(named["real"], target, "real", "auto")
        if not named["real"].classes:
            number, told = number_to_predict(named["real"].x[target], target)
            target, notes = None, (*notes, told)
    frames = _in_common({side: dataset.x for side, dataset in named.items()}, list(named["real"].x.columns))
    typed = {side: replace(dataset, x=frames[side]) for side, dataset in named.items()}
    if target is None:
        return {side: replace(unlabelled(dataset), target=number) for side, dataset in typed.items()}, notes
    labelled = {side: _label(dataset, target, side, "classification") for side, dataset in typed.items()}
    alike, more = label_alike(labelled)
    return alike, (*notes, *more)


def _without(sides: Sides, drop: Sequence[str]) -> dict[str, Dataset]:
    """The sides without these columns, which not all need to have."""
    names = sorted({str(name) for dataset in sides.values() for name in dataset.x.columns})
    for name in drop:
        if name not in names:
            raise UsageError(f"drop {name}: no side has such a column.{near(name, names)}")
    kept = {}
    for side, dataset in sides.items():
        columns = [name for name in dataset.x.columns if str(name) not in drop]
        if not columns:
            raise DataError(f"the {side} data has no column left to compare")
        kept[side] = replace(dataset, x=dataset.x[columns]) if drop else dataset
    return kept


def _by_names_of(real: pd.DataFrame, dataset: Dataset) -> Dataset:
    """Its columns called as the real table calls them, where they differ in type alone: 0 and "0"."""
    known = {str(name): name for name in real.columns}
    frame = dataset.x
    names = [known.get(str(name), name) for name in frame.columns]
    if len(known) < real.shape[1] or len(set(names)) < len(names) or names == list(frame.columns):
        return dataset
    frame = frame.set_axis(names, axis=1)
    return replace(dataset, x=frame)


def _with_target(
    sides: dict[str, Dataset], target: str
) -> tuple[dict[str, Dataset], str | None, tuple[str, ...]]:
    """The sides, without the target where not all have it; the target that is left, and what to note."""
    names = {str(name): name for dataset in sides.values() for name in dataset.x.columns}
    without = [side for side, dataset in sides.items() if target not in map(str, dataset.x.columns)]
    if len(without) == len(sides):
        raise UsageError(f"target {target}: no side has such a column.{near(target, list(names))}")
    if not without:
        return sides, names[target], ()
    bare = {}
    for side, dataset in sides.items():
        kept = [name for name in dataset.x.columns if str(name) != target]
        if not kept:
            raise DataError(f"the {side} data has no column but the target {target}, so nothing to compare")
        bare[side] = replace(unlabelled(dataset), x=dataset.x[kept])
    return bare, None, (f"column {target} is left out: {no_labels(without)}",)


def _refuse_other_columns(sides: Sides) -> None:
    real = sides["real"].x.columns
    for side, dataset in sides.items():
        there = dataset.x.columns
        extra = [str(name) for name in there if name not in real]
        lacking = [str(name) for name in real if name not in there]
        if not extra and not lacking:
            continue
        only = [f"only the real data has {_listed(lacking)}"] * bool(lacking)
        only += [f"only the {side} data has {_listed(extra)}"] * bool(extra)
        raise DataError(
            f"the real and the {side} table have different columns: {'; '.join(only)}. Rename them, or leave them"
            f" out; synthgen evaluate does with --drop {shlex.quote(','.join([*lacking, *extra]))}"
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_LISTED} more" * (len(names) > MAX_LISTED)
    return ", ".join(names[:MAX_LISTED]) + more


def _in_common(frames: Mapping[str, pd.DataFrame], columns: list[str]) -> dict[str, pd.DataFrame]:
    """The frames with the real one's columns, each of one type."""
    if all(
        list(frame.columns) == columns and frame.dtypes.equals(frames["real"].dtypes)
        for frame in frames.values()
    ):
        for side, frame in frames.items():
            for name in columns:
                in_common([Part(side, frame[name])])
        return dict(frames)
    made: dict[str, dict[str, pd.Series]] = {side: {} for side in frames}
    for name in columns:
        parts = [Part(side, frame[name]) for side, frame in frames.items()]
        for part, values in zip(parts, in_common(parts), strict=True):
            made[part.side][name] = values.reset_index(drop=True)
    return {side: pd.DataFrame(columns_, copy=False) for side, columns_ in made.items()}


def number_to_predict(values: pd.Series, target: str) -> tuple[str | None, str]:
    """A target that is no label: its name, if it is a number that can be predicted, and what to note."""
    if is_numeric_dtype(values.dtype):
        told = f"{target} is a number and no label: use is told by how well it is predicted (R²), nothing by class"
        return target, told
    return None, f"{target} is a date, a column like others and no label: use for training is not told"


def _label(dataset: Dataset, target: str, side: str, task: Task) -> Dataset:
    """The dataset labelled by the target, if that is a label; as it is if it is labelled already."""
    if dataset.target == target and dataset.classes:
        return dataset
    labels = find_labels(dataset.x[target], task, f"the {side} data")
    if labels is None:
        return unlabelled(dataset)
    return replace(dataset, y=labels.y, classes=labels.classes, target=target)
