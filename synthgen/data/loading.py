"""From a source to a checked dataset, by way of its fallback if it finds nothing."""

from __future__ import annotations

import logging
import re
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import numpy as np

from synthgen.components import ClassLabel, Dataset, Source
from synthgen.data.given_fault import fault_of_given
from synthgen.data.selection import select
from synthgen.data.sources.sizes import refuse_size
from synthgen.data.sources.texts import is_text
from synthgen.errors import DataError, DataNotFoundError, PluginError, SynthgenError, describe
from synthgen.options import SourceOptions

_log = logging.getLogger("synthgen")


def load_dataset(source: Source, fallback: Source | None, seed: int, *, name: str | None = None) -> Dataset:
    """The dataset of `load_with_source` alone."""
    return load_with_source(source, fallback, seed, name=name)[0]


def load_with_source(
    source: Source, fallback: Source | None, seed: int, *, name: str | None = None
) -> tuple[Dataset, Source]:
    """The part of the source's data that its options ask for; the fallback's if it has none.

    The fallback takes the source's `split`, `classes`, `per_class` and `limit` where its own are not set. Its
    data keeps its own name, and a note says what it stands in for. `name` is what messages call the source. Returns
    the dataset and the source that it came from, one of the two.
    Raises DataError, also for images too small or large to train on and for data that memory cannot hold,
    UsageError, or PluginError for a source that breaks its contract.
    """
    name = name or _name(source)
    try:
        dataset = _load(source, name)
    except DataNotFoundError as missing:
        if fallback is None:
            raise
        fallback = _with_selection_of(source, fallback)
        try:
            dataset = _load(fallback, _name(fallback))
        except DataError as error:
            raise DataNotFoundError(f"{missing}\nIts fallback failed, too: {error}") from error
        _warn(name, dataset.name, str(missing))
        note = f"stands in for {name}, which was not found"
        dataset = replace(dataset, notes=(note, *dataset.notes))
        source = fallback
    if dataset.kind == "images":
        _refuse_size(dataset, source)
    with _memory_of(dataset.name):
        return select(dataset, source.options, seed), source


def fallback_options(
    source: type[Source], fallback: type[Source], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The options to build a fallback from: those `given`, and `size` so that its images fit the source's.

    `size` is added if the source's images have a fixed size, the fallback can scale and none is given.
    """
    options = dict(given)
    if (
        source.image_size is not None
        and "size" in fallback.Options.model_fields
        and options.get("size") is None
    ):
        options["size"] = source.image_size
    return options


def check_dataset(dataset: Any, name: str) -> Dataset:
    """The dataset itself. Raises PluginError if it is not what `Dataset` promises; `name` is its source's."""
    fault = _fault(dataset)
    if fault:
        raise PluginError(f"source '{name}' returned {fault}")
    return cast(Dataset, dataset)


def _load(source: Source, name: str) -> Dataset:
    try:
        with _memory_of(f"source '{name}'"):
            dataset = source.load()
    except SynthgenError:
        raise
    except Exception as error:
        raise PluginError(
            f"source '{name}' ({type(source).__module__}) failed to load: {describe(error)}"
        ) from error
    return _in_plain_text(check_dataset(dataset, name))


def _in_plain_text(dataset: Dataset) -> Dataset:
    """With name and notes that can be written in UTF-8: they may hold names of files, which are any bytes."""
    name, *notes = (
        text.encode(errors="backslashreplace").decode() for text in (dataset.name, *dataset.notes)
    )
    description = dataset.description.encode(errors="backslashreplace").decode()
    return replace(dataset, name=name, description=description, notes=tuple(notes))


@contextmanager
def _memory_of(what: str) -> Iterator[None]:
    """Too little memory is a matter of the data, whoever asked for it."""
    try:
        yield
    except MemoryError as error:
        reason = f" ({error})" if str(error) else ""
        raise DataError(
            f"{what}: its data does not fit into memory{reason}; use a smaller size or fewer samples"
        ) from error


def _refuse_size(dataset: Dataset, source: Source) -> None:
    """Raise DataError for images that networks cannot be trained on; every source's data comes by here."""
    height, width = dataset.x.shape[1:3]
    scales = "size" in type(source.options).model_fields
    refuse_size(
        dataset.name, height, width, "set size: to bring them there" if scales else "scale them beforehand"
    )


def _fault(dataset: Any) -> str | None:
    """What is wrong with a dataset, to follow "source 'x' returned"."""
    if not isinstance(dataset, Dataset):
        return f"{type(dataset).__name__}; it must be a synthgen.Dataset"
    if not all(
        isinstance(text, str) for text in (dataset.name, dataset.kind, dataset.description, *dataset.notes)
    ):
        return "a name, kind, description or notes that are no text; each must be a str"
    fault = _FAULT_OF_KIND.get(dataset.kind, _no_fault)(dataset.x)
    if fault:
        return fault
    y: Any = dataset.y
    if not isinstance(y, np.ndarray) or y.dtype != np.int64 or y.shape != (len(dataset.x),):
        shown = f"{y.dtype} {y.shape}" if isinstance(y, np.ndarray) else type(y).__name__
        return f"y {shown}; it must be a NumPy array, int64 ({len(dataset.x)},), as long as x"
    return _fault_of_classes(dataset) or _fault_of_target(dataset) or fault_of_given(dataset)


def _no_fault(x: Any) -> str | None:
    return None


def _fault_of_images(x: Any) -> str | None:
    if not isinstance(x, np.ndarray):
        return f"x of type {type(x).__name__}; it must be a NumPy array"
    if x.dtype != np.uint8 or not (x.ndim == 3 or (x.ndim == 4 and x.shape[3] == 3)):
        return f"x {x.dtype} {x.shape}; it must be uint8 (N, H, W) or (N, H, W, 3)"
    return None if x.size else f"no samples: x is {x.shape}"


def _fault_of_table(x: Any) -> str | None:
    import pandas as pd  # noqa: PLC0415 - not needed for images

    if not isinstance(x, pd.DataFrame):
        return f"x of type {type(x).__name__}; of kind 'table' it must be a DataFrame"
    if x.empty:
        return f"no values: x is {x.shape}"
    if not x.columns.is_unique:
        twice = ", ".join(map(str, x.columns[x.columns.duplicated()].unique()))
        return f"columns of the same name: {twice}"
    if not x.index.equals(pd.RangeIndex(len(x))):
        return "a DataFrame whose index is not 0 to N - 1"
    return None


def _fault_of_signals(x: Any) -> str | None:
    if not isinstance(x, np.ndarray):
        return f"x of type {type(x).__name__}; it must be a NumPy array"
    if x.dtype not in (np.float32, np.float64) or x.ndim not in (2, 3):
        return f"x {x.dtype} {x.shape}; it must be float (N, length) or (N, length, channels)"
    if not x.size:
        return f"no samples: x is {x.shape}"
    return None if np.isfinite(x).all() else "signals with NaN or infinity"


_FAULT_OF_KIND = {"images": _fault_of_images, "table": _fault_of_table, "signals": _fault_of_signals}


def _fault_of_classes(dataset: Dataset) -> str | None:
    classes, y = dataset.classes, dataset.y
    if not isinstance(classes, tuple) or not all(isinstance(label, ClassLabel) for label in classes):
        return f"classes {classes!r:.80}; it must be a tuple of synthgen.ClassLabel(number, name)"
    if not all(type(c.number) is int and isinstance(c.name, str) for c in classes):
        return f"classes {classes!r:.80}; a class's number must be an int and its name a str"
    for label in classes:
        if not is_text(label.name):
            return f"a class whose name is no text: {label.name!r}; it must be one that UTF-8 can hold"
    for what, values in (("numbers", [c.number for c in classes]), ("names", [c.name for c in classes])):
        if len(set(values)) != len(values):
            return f"classes whose {what} are not unique: {', '.join(map(str, values))}"
    low, high = int(y.min()), int(y.max())
    if not classes and (low or high):
        return "labels in y but no classes; without classes y must be all zero"
    if classes and (low < 0 or high >= len(classes)):
        return f"y from {low} to {high}; it must be an index into the {len(classes)} classes, from 0"
    return None


def _fault_of_target(dataset: Dataset) -> str | None:
    target = dataset.target
    if target is not None and (dataset.kind != "table" or target not in dataset.x.columns):
        return f"target {target!r}, which is no column of a table"
    if target is not None and not dataset.classes:
        return f"target {target!r} but no classes; a target that is no class is a column like any other"
    if target is None and dataset.classes and dataset.kind == "table":
        return "a table with classes but no target; it must be the column that has the classes"
    return None


def _with_selection_of(source: Source, fallback: Source) -> Source:
    """The fallback with the source's selection where it has none of its own."""
    changes = {}
    for field in SourceOptions.model_fields:
        default = type(fallback.options).model_fields[field].default
        if getattr(fallback.options, field) == default != getattr(source.options, field):
            changes[field] = getattr(source.options, field)
    if not changes:
        return fallback
    try:
        return type(fallback)(fallback.options.model_copy(update=changes))
    except SynthgenError:
        raise
    except Exception as error:
        raise PluginError(
            f"source '{_name(fallback)}' failed in its constructor: {describe(error)}"
        ) from error


def _warn(name: str, other: str, missing: str) -> None:
    frame = "#" * 100
    lines = [
        f"{name.upper()} WAS NOT FOUND. {other.upper()} TAKES ITS PLACE.",
        f"All that follows, and every result, is about {other}, not about {name}.",
        "",
        *(part for line in missing.splitlines() for part in _wrapped(line)),
    ]
    _log.warning("\n%s\n%s\n%s", frame, "\n".join(f"#  {line}".rstrip() for line in lines), frame)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, 94, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _name(source: Source) -> str:
    """`ImageFolder` as `image_folder`: what built-in sources are registered as."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(source).__name__).lower()
