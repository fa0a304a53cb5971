"""Whether `Dataset.given` is what it must be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import numpy as np

from synthgen.components import LABEL, Dataset

_TAKEN = {LABEL, "x", "y", "class", "classes", "numbers", "real", "sample", "path"} | {
    *("image", "images", "labels", "file_name", "pixels", "values")
}
"""What exporters call columns, arrays and files of their own."""
_VALUE = re.compile(r"(pixel|value)_\d.*")


def fault_of_given(dataset: Dataset) -> str | None:
    """What is wrong with the numbers given beside the class, to follow "source 'x' returned"; None if nothing."""
    given: Any = dataset.given  # of a plugin's source, which may be wrong
    if not isinstance(given, Mapping):
        return f"given {given!r:.80}; it must be a mapping from names to NumPy arrays"
    if given and dataset.kind == "table":
        return f"a table with given {', '.join(map(repr, given))}; numbers of a table are columns"
    for name, values in given.items():
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            return f"given {name!r:.80}; its names must be Python identifiers"
        if name in _TAKEN or _VALUE.fullmatch(name):
            return f"given {name!r}, a name that exported datasets use; take another"
        if (
            not isinstance(values, np.ndarray)
            or values.dtype != np.float64
            or values.shape != dataset.y.shape
        ):
            shown = (
                f"{values.dtype} {values.shape}" if isinstance(values, np.ndarray) else type(values).__name__
            )
            return (
                f"given {name} {shown}; it must be a NumPy array, float64 ({len(dataset.y)},), as long as x"
            )
        if not np.isfinite(values).all():
            return f"given {name} with NaN or infinity"
    return None
