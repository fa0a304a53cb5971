"""Sizes of maps after convolutions and pooling, by Keras' rules."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Literal

Shape = tuple[int, ...]
"""Shape of one sample: `(numbers,)`, `(channels, length)` or `(channels, height, width)`."""
Sides = tuple[int, int]
"""Zeros before and after a row or column."""
Padding = Literal["same", "valid"]


class MisfitError(Exception):
    """A layer does not fit its input; the text says why, and what would."""


def show(shape: Sequence[int]) -> str:
    """A shape as messages write it: `(64, 7, 7)`."""
    return str(tuple(shape))


def conv_size(size: int, kernel: int, stride: int, padding: Padding) -> int:
    """Places at which a kernel is applied; below 1 if it does not fit."""
    return -(-size // stride) if padding == "same" else (size - kernel) // stride + 1


def conv_padding(size: int, kernel: int, stride: int, padding: Padding) -> Sides:
    """Zeros around `size` pixels; with `same` the smaller part comes first."""
    if padding == "valid":
        return 0, 0
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def conv_transpose_size(size: int, kernel: int, stride: int, padding: Padding) -> int:
    """Pixels that a transposed convolution makes."""
    return size * stride + (max(kernel - stride, 0) if padding == "valid" else 0)


def conv_transpose_crop(kernel: int, stride: int, padding: Padding) -> Sides:
    """Pixels left out at both ends of the `(size - 1) * stride + kernel` that the kernels reach.

    Negative at the end where the kernels do not reach the last pixels. A transposed convolution is the gradient of
    a convolution: what that one padded is left out.
    """
    before = max(kernel - stride, 0) // 2 if padding == "same" else 0
    reach = kernel - stride - before
    return before, reach if padding == "same" else min(reach, 0)


def map_of(numbers: int, image: Shape) -> Shape | None:
    """A map of so many numbers that could be enlarged to the image; None if there is no such."""
    if len(image) != 3:
        return None
    for factor in (4, 2, 8, 1):
        height, width = image[1] // factor, image[2] // factor
        whole = image[1] % factor == image[2] % factor == 0
        if whole and numbers % (height * width) == 0:
            return numbers // (height * width), height, width
    return None


def numel(shape: Sequence[int]) -> int:
    """Numbers in a sample."""
    return prod(shape)
