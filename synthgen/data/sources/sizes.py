"""How large images may be, and the `size` option of sources that can scale theirs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from synthgen import DataError

MIN_SIDE = 8
MAX_SIDE = 128
"""Pixels: shortest and longest side of an image that networks can be trained on."""

Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]

Size = Side | tuple[Side, Side]
"""One number for a square, or `[height, width]`."""


def height_width(size: Any) -> tuple[int, int]:
    """A `Size` as `(height, width)`."""
    height, width = (size, size) if isinstance(size, int) else size
    return height, width


def refuse_size(where: str, height: int, width: int, mend: str) -> None:
    """Raise DataError for images of a size that cannot be trained on; `mend` says what would be right."""
    if min(height, width) >= MIN_SIDE and max(height, width) <= MAX_SIDE:
        return
    raise DataError(
        f"{where}: images of {height}×{width} (height×width); they are trained on from {MIN_SIDE} to"
        f" {MAX_SIDE} pixels a side: {mend}"
    )
