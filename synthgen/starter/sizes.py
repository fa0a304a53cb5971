"""Which sizes of images the built-in networks take, and which of them is nearest."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from synthgen.data.sources.sizes import MAX_SIDE, MIN_SIDE
from synthgen.errors import UsageError

DEFAULT_LONGEST = 64
"""Pixels: larger pictures are made this small unless a person says otherwise."""

SMALLEST_MAP = 4
"""Pixels: side of the smallest feature map that a network begins with."""


class Shape(NamedTuple):
    """Height and width of an image."""

    height: int
    width: int

    def __str__(self) -> str:
        return f"{self.height}×{self.width}"

    @property
    def halvings(self) -> int:
        """How often both sides can be halved and stay whole and 4 or more."""
        times = 0
        while not any(side % 2 ** (times + 1) for side in self) and min(self) >= SMALLEST_MAP * 2 ** (
            times + 1
        ):
            times += 1
        return times

    @property
    def side(self) -> float:
        """Side of a square of as many pixels."""
        return sqrt(self.height * self.width)

    @property
    def option(self) -> int | list[int]:
        """As the option `size` of a source has it."""
        return self.height if self.height == self.width else list(self)


def fitting(shape: Shape) -> Shape:
    """The size nearest to this one, of much the same aspect, that convolutions make well."""
    scale = min(1.0, DEFAULT_LONGEST / max(shape))
    unit = 4 if max(shape) * scale <= DEFAULT_LONGEST / 2 else 8
    return Shape(*(max(MIN_SIDE, round(side * scale / unit) * unit) for side in shape))


def parse_size(text: str) -> Shape:
    """`32` or `24x40`, height first. Raises UsageError for other text, and for sizes no network makes."""
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) > 2 or not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
        raise UsageError(f"--size {text}: must be a number, such as 32, or HEIGHTxWIDTH, such as 24x40")
    shape = Shape(int(parts[0]), int(parts[-1]))
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in shape):
        raise UsageError(f"--size {text}: each side must be from {MIN_SIDE} to {MAX_SIDE} pixels")
    if not shape.halvings:
        near = Shape(*(max(MIN_SIDE, round(side / 4) * 4) for side in shape))
        raise UsageError(f"--size {text}: both sides must be even; the nearest that is made well is {near}")
    return shape
