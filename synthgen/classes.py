"""Finding a class by what a person calls it: its name or its number."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Sequence
from typing import Any

from synthgen.components import ClassLabel
from synthgen.errors import UsageError

MAX_LISTED = 20
"""Of more classes than this, a message lists the first."""


def find_class(known: Sequence[ClassLabel], wanted: Any) -> int:
    """Index of a class: a text is first taken for a name, a whole number for a number, then the other way.

    Raises UsageError with near matches and the classes that there are.
    """
    names = [label.name for label in known]
    numbers = [label.number for label in known]
    number = as_number(wanted)
    by_name = names.index(str(wanted)) if str(wanted) in names else None
    by_number = numbers.index(number) if number is not None and number in numbers else None
    first, second = (by_name, by_number) if isinstance(wanted, str) else (by_number, by_name)
    index = second if first is None else first
    if index is None:
        near = difflib.get_close_matches(str(wanted), names, n=2) if number is None else []
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"there is no class '{wanted}'.{hint} Classes: {list_classes(known)}.")
    return index


def list_classes(known: Sequence[ClassLabel]) -> str:
    """The classes for a message: names, and numbers where they differ from them."""
    shown = ", ".join(
        label.name if label.name == str(label.number) else f"{label.name} ({label.number})"
        for label in known[:MAX_LISTED]
    )
    return shown + (f" and {len(known) - MAX_LISTED} more" if len(known) > MAX_LISTED else "")


def as_number(value: Any) -> int | None:
    """A whole number, or digits, as int; None for anything else, booleans too."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() else None
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None
