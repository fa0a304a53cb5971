"""Images whose values are floats."""

from __future__ import annotations

import numpy as np

RANGES = ((0, 1), (-1, 1), (0, 255))
"""From black to white: what float images usually have. The first that holds all values is theirs."""


def bytes_of(x: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Float images as uint8, and a note on the range that they are taken to have; None for other ranges."""
    low, high = (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)
    for black, white in RANGES:
        if black <= low and high <= white:
            scaled = np.rint((x - black) * (255 / (white - black))).astype(np.uint8)
            return scaled, f"its float images are taken as from {black}, black, to {white}, white"
    return None
