"""Arrays that may be signals as well as images: decided by what the other sides of a comparison are."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.comparing.anything import read
from synthgen.comparing.exported import find_exported
from synthgen.comparing.paths import Kind, array_head
from synthgen.components import Dataset
from synthgen.plugins import Registry

logger = logging.getLogger("synthgen")

_LEAST_SIDE = 8
"""Of arrays of three axes that may be images."""


def read_sides(
    given: Mapping[str, Any],
    registry: Registry,
    *,
    kind: Kind = "auto",
    target: str | None = None,
    settings: Sequence[str] = (),
) -> dict[str, Dataset]:
    """What is given for each side, read; see `read`.

    Floats `(N, H, W)` are images where another side is, else signals, of which a warning and a note tell.
    What is held out is the test split of a source that has one.
    """
    open_ = {
        side: shape
        for side, data in given.items()
        if kind == "auto" and (shape := _undecided(data, settings)) is not None
    }
    found: dict[str, Dataset] = {}
    for side in sorted(given, key=lambda side: side in open_):
        chosen = kind
        if side in open_:
            images = any(data.kind == "images" for name, data in found.items() if name not in open_)
            chosen = "images" if images else "signals"
        found[side] = read(
            given[side],
            registry,
            side=side,
            kind=chosen,
            target=target,
            settings=settings,
            unseen=side in ("held_out", "--held-out"),
        )
        if side in open_ and chosen == "signals":
            note = _taken_for_signals(*open_[side])
            logger.warning("%s: %s", side, note)
            found[side] = replace(found[side], notes=(*found[side].notes, note))
    return {side: found[side] for side in given}


def _undecided(data: Any, settings: Sequence[str]) -> tuple[np.dtype, tuple[int, ...]] | None:
    """Type and shape of an array, in memory or a file, that may be either; None for all else."""
    if isinstance(data, str | Path):
        path = Path(data).expanduser()
        said = path.suffix.lower() == ".npz" and any(s.split("=")[0].strip() == "kind" for s in settings)
        head = array_head(path) if not said and find_exported(path) is None else None
    else:
        x = data[0] if isinstance(data, tuple) and len(data) == 2 else data
        table = isinstance(x, Dataset) or hasattr(x, "columns")
        head = ((x := np.asarray(x)).dtype, x.shape) if not table else None
    if head is None or head[0].kind != "f" or len(head[1]) != 3 or min(head[1][1:]) < _LEAST_SIDE:
        return None
    return head


def _taken_for_signals(dtype: np.dtype, shape: tuple[int, ...]) -> str:
    return (
        f"an array {dtype} {shape} is taken for {shape[0]} signals of length {shape[1]} with {shape[2]} channels;"
        " say kind='signals' (--kind signals) if it is, kind='images' for images with values from 0 to 1, -1 to 1"
        " or 0 to 255"
    )
