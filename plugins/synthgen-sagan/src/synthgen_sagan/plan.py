"""Which feature maps a network has between the image and its smallest one, and which of them attends."""

from __future__ import annotations

from dataclasses import dataclass

from synthgen import DataSpec, UnsupportedError

SMALLEST_IMAGE = 32
SMALLEST_MAP = 4
HALVINGS = 3
"""At least so often is an image halved; its sides are multiples of 2 to this power."""

PREFERRED_ATTENTION = 16
"""Where attention sits if nobody says: of an image of 32×32 it is the first map that is worth it."""


@dataclass(frozen=True)
class Plan:
    """The sizes of a network's feature maps."""

    image_channels: int
    base: tuple[int, int]
    """Height and width of the smallest feature map."""
    levels: int
    """How often the image is halved to reach it."""
    attention: int | None
    """How often the image is halved where the attention is; None for no attention."""


def make_plan(spec: DataSpec, attention: int | None, network: str) -> Plan:
    """The plan for such images; `attention` is the shorter side of the map that attends, 0 for none.

    Raises UnsupportedError, saying what would do, for data that is no image, images too small or of sides that
    are no multiples of 8, and for a side of attention that no feature map has.
    """
    if len(spec.shape) != 3:
        raise UnsupportedError(f"{network} is for images, not for samples of shape {tuple(spec.shape)}")
    channels, height, width = spec.shape
    factor = 2**HALVINGS
    if min(height, width) < SMALLEST_IMAGE or height % factor or width % factor:
        near = [max(SMALLEST_IMAGE, round(side / factor) * factor) for side in (height, width)]
        raise UnsupportedError(
            f"{network} is for images of {SMALLEST_IMAGE}×{SMALLEST_IMAGE} or more whose sides are multiples of"
            f" {factor}, not {height}×{width}; give images of another size, for instance {near}"
        )
    levels = HALVINGS
    while _halves(height, levels + 1) and _halves(width, levels + 1):
        levels += 1
    base = (height // 2**levels, width // 2**levels)
    return Plan(channels, base, levels, _attention_level(min(height, width), levels, attention, network))


def _halves(side: int, times: int) -> bool:
    return side % 2**times == 0 and side // 2**times >= SMALLEST_MAP


def _attention_level(side: int, levels: int, wanted: int | None, network: str) -> int | None:
    """Which halving leads to the map that attends; between two blocks, so neither the image nor the base."""
    if wanted == 0:
        return None
    sides = {side // 2**level: level for level in range(1, levels)}
    if wanted is None:
        wanted = min(sides, key=lambda s: abs(s - PREFERRED_ATTENTION))
    if wanted not in sides:
        raise UnsupportedError(
            f"{network}: there is no feature map whose shorter side is {wanted} to put the attention on;"
            f" there are {', '.join(map(str, sides))}, or 0 for no attention"
        )
    return sides[wanted]
