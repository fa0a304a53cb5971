"""Whatever a person names or hands over as one dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synthgen.comparing.paths import Kind, read_path
from synthgen.components import Dataset
from synthgen.errors import UsageError
from synthgen.plugins import Registry

LABEL = "label"
"""What the label of an array is called where nobody says."""


def read(
    data: Any,
    registry: Registry,
    *,
    side: str,
    kind: Kind = "auto",
    target: str | None = None,
    settings: Sequence[str] = (),
    like: Mapping[str, Any] | None = None,
    unseen: bool = False,
) -> Dataset:
    """A path, a DataFrame, an array, a pair `(x, y)` or a dataset as a dataset.

    `side` is what messages call it: an argument such as `--real`. See `read_path` and `from_memory` for the others.
    """
    if isinstance(data, str | Path):
        return read_path(data, registry, option=side, settings=settings, like=like, unseen=unseen, kind=kind)
    if settings:
        raise UsageError(f"{side}: settings are for data in files; this is in memory")
    from synthgen.comparing.memory import from_memory  # noqa: PLC0415 - pandas is slow to import

    return from_memory(data, side, kind, target)


def label_name(data: Any) -> str | None:
    """What the label of a pair `(x, y)` is called; None without a label."""
    if not (isinstance(data, tuple) and len(data) == 2):
        return None
    y = data[1]
    columns = getattr(y, "columns", None)
    name = columns[0] if columns is not None and len(columns) == 1 else getattr(y, "name", None)
    return LABEL if name is None else str(name)
