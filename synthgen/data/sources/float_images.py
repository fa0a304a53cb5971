"""Images whose values are no bytes: floats, and whole numbers of other types."""

from __future__ import annotations

import numpy as np

Range = tuple[int, int]
RANGES: tuple[Range, ...] = ((0, 1), (-1, 1), (0, 255))
"""From black to white: what float images usually have. The first that holds all values is theirs."""

BYTES: Range = (0, 255)
TOLERANCE = 1e-3
"""What values may be beyond their range, in widths of it, as rounding leaves them; they are clipped."""
DARKEST = 2.0
"""The brightest value of images from 0 to 255 is above this: what is not would be black."""


def bytes_of(x: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Float images as uint8, and a note on the range that they are taken to have; None for other ranges."""
    low, high = (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)
    for black, white in RANGES:
        spare = TOLERANCE * (white - black)
        if (black, white) == BYTES and high <= DARKEST:
            continue
        if black - spare <= low and high <= white + spare:
            scaled = np.rint((x - black) * (255 / (white - black)))
            return scaled.clip(0, 255).astype(np.uint8), f"its float images are {taken_as((black, white))}"
    return None


def bytes_of_whole(x: np.ndarray) -> np.ndarray | None:
    """Whole numbers from 0 to 255 as uint8; None for what is not such."""
    if x.dtype.kind not in "iu" or (x.size and (x.min() < 0 or x.max() > 255)):
        return None
    return x.astype(np.uint8, copy=False)


def advice(x: np.ndarray) -> str:
    """What to do about images that are not uint8 and cannot be taken so."""
    if x.dtype.kind in "iu":
        return "whole numbers must be from 0 to 255"
    if x.dtype.kind != "f":
        return "give numbers from 0 to 255"
    if not np.isfinite(x).all():
        return "leave out those with NaN or infinity"
    if x.size and x.min() >= 0 and x.max() <= DARKEST:
        return (
            "they are too bright for values from 0 to 1 and too dark for 0 to 255; if 1 is white,"
            " x.clip(0, 1) makes them fit"
        )
    return "floats must be from 0 to 1, -1 to 1 or 0 to 255; x.clip cuts off what is beyond"


def taken_as(range_: Range) -> str:
    """The end of a note on images of this range."""
    return f"taken as from {range_[0]}, black, to {range_[1]}, white"


def range_in(notes: tuple[str, ...]) -> Range | None:
    """The range that images with these notes had before they were bytes; None if they were no floats."""
    told = {f"its float images are {taken_as(range_)}": range_ for range_ in RANGES}
    return next((told[note] for note in notes if note in told), None)


def within(inner: Range, outer: Range) -> bool:
    """Whether images of one range can be told as of the other: both have 1 for white."""
    return inner == outer or (inner, outer) == ((0, 1), (-1, 1))


def as_of(x: np.ndarray, was: Range, range_: Range) -> np.ndarray:
    """Bytes of images that were taken as of one range, taken as of another, wider one."""
    values = x * np.float32((was[1] - was[0]) / 255) + np.float32(was[0] - range_[0])
    return np.rint(values * np.float32(255 / (range_[1] - range_[0]))).clip(0, 255).astype(np.uint8)
