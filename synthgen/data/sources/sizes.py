"""The `size` option of sources that can scale their images."""

from __future__ import annotations

from typing import Any

from pydantic import PositiveInt

Size = PositiveInt | tuple[PositiveInt, PositiveInt]
"""One number for a square, or `[height, width]`."""


def height_width(size: Any) -> tuple[int, int]:
    """A `Size` as `(height, width)`."""
    height, width = (size, size) if isinstance(size, int) else size
    return height, width
