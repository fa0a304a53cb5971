"""The columns of an exported table: the frame's own, and one that marks the originals where there are such."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from synthgen import TableColumn

if TYPE_CHECKING:
    import pandas as pd


def table_columns(frame: pd.DataFrame) -> tuple[TableColumn, ...]:
    """Names and types of a frame's columns; a name that is neither text nor a whole number becomes text."""
    types = zip(frame.columns, frame.dtypes, strict=True)
    return tuple(TableColumn(_plain(name), str(dtype)) for name, dtype in types)


def real_column(names: Iterable[object]) -> str:
    """What the column is called that is true for originals: `real`, or `real_2` and on where that is taken."""
    taken = {str(name) for name in names}
    name, number = "real", 2
    while name in taken:
        name, number = f"real_{number}", number + 1
    return name


def _plain(name: Any) -> str | int:
    try:
        return str(name) if isinstance(name, bool) else operator.index(name)
    except TypeError:
        return str(name)
