"""Which image sizes a network of halvings and doublings can make."""

from __future__ import annotations

from synthgen import DataSpec, UnsupportedError

SMALLEST = 4
"""Side of the smallest feature map that is halved no further."""


def image_shape(spec: DataSpec, network: str) -> tuple[int, int, int]:
    """Channels, height and width; raises UnsupportedError for data that is no image."""
    if len(spec.shape) != 3:
        raise UnsupportedError(
            f"{network} makes images, not samples of shape {tuple(spec.shape)}; mlp makes any shape"
        )
    channels, height, width = spec.shape
    return channels, height, width


def count_levels(height: int, width: int, wanted: int | None, network: str) -> int:
    """How often an image of this size is halved: as wanted, or as often as its sides stay whole and 4 or more.

    Raises UnsupportedError, saying which sizes can be made, if a side cannot be halved so often.
    """
    levels = wanted or 0
    if wanted is None:
        while _halves(height, width, levels + 1):
            levels += 1
        levels = max(levels, 1)
    factor = 2**levels
    if height % factor or width % factor:
        near = [max(factor, round(side / factor) * factor) for side in (height, width)]
        raise UnsupportedError(
            f"{network} with {levels} level{'s' if levels > 1 else ''} makes images whose sides are multiples of"
            f" {factor}, not {height}×{width}; give images of another size, for instance {near}"
        )
    return levels


def _halves(height: int, width: int, levels: int) -> bool:
    factor = 2**levels
    return not (height % factor or width % factor) and min(height, width) // factor >= SMALLEST
