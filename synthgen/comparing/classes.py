"""Finding the classes of one side among those of the real one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

import numpy as np

from synthgen.classes import MAX_LISTED, list_classes
from synthgen.comparing.names import plain_name
from synthgen.components import ClassLabel
from synthgen.errors import DataError

Key = Callable[[ClassLabel], str]


def find_classes(
    known: Sequence[ClassLabel],
    other: Sequence[ClassLabel],
    counts: Sequence[int],
    side: str,
    *,
    by_number: bool = False,
    some: bool = False,
) -> np.ndarray:
    """For each class of `other` the index of the same one among `known`, int64; -1 for one without samples.

    Classes are the same if they have one name, be it written 3 or 3.0; or, `by_number`, one number, if those of
    `other` have no other names than their numbers. `counts` are the samples of each. Raises DataError that names
    those that `known` lacks; if `some` will do, they are -1 as well, unless all are.
    """
    used = [label for label, count in zip(other, counts, strict=True) if count]
    keys = [_exact, _plain]
    if by_number and all(_plain(label) == _number(label) for label in used):
        keys.append(_number)
    for key in keys:
        places = {key(label): index for index, label in enumerate(known)}
        wanted = [key(label) for label in used]
        if len(places) < len(known) or len(set(wanted)) < len(wanted):
            continue  # such as 3 and 03: with this key they are one
        enough = not places.keys().isdisjoint(wanted) if some else places.keys() >= set(wanted)
        if enough:
            found = (places.get(key(label), -1) if n else -1 for label, n in zip(other, counts, strict=True))
            return np.fromiter(found, np.int64, len(other))
    raise DataError(_unknown(known, used, side))


def _exact(label: ClassLabel) -> str:
    return label.name


def _plain(label: ClassLabel) -> str:
    return plain_name(label.name)


def _number(label: ClassLabel) -> str:
    return str(label.number)


def _unknown(known: Sequence[ClassLabel], used: Sequence[ClassLabel], side: str) -> str:
    names = {_plain(label) for label in known}
    missing = [label.name for label in used if _plain(label) not in names] or [label.name for label in used]
    shown = ", ".join(missing[:MAX_LISTED]) + (
        f" and {len(missing) - MAX_LISTED} more" * (len(missing) > MAX_LISTED)
    )
    near = difflib.get_close_matches(missing[0], [label.name for label in known], n=1)
    hint = f" Is {missing[0]} {near[0]}?" if near else ""
    words = "class" if len(missing) == 1 else "classes"
    return (
        f"the {side} data has the {words} {shown}, which the real data has not.{hint} Classes of the real data:"
        f" {list_classes(known)}."
    )
