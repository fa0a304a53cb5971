"""Coloured shapes drawn by numbers, so that RGB can be tried where there is no data."""

from __future__ import annotations

import numpy as np
from pydantic import Field, NonNegativeInt

from synthgen import ClassLabel, Dataset, Source, SourceOptions, UnsupportedError
from synthgen.data.sources.memory import require_memory
from synthgen.data.sources.sizes import Size, height_width

_SPLITS = ("train", "test")

# Corners of each class, and the radius half way between two corners as a part of that at a corner; a regular
# polygon's edges are straight there, a star's are folded in.
_CLASSES = {
    "circle": (0, 1.0),
    "square": (4, np.cos(np.pi / 4)),
    "triangle": (3, np.cos(np.pi / 3)),
    "star": (5, 0.42),
}
_CIRCLE_RADIUS = 0.8  # of a polygon's, so that the areas are of one kind
_CHUNK = 2**18  # pixels drawn at a time, for bounded memory


class SyntheticShapes(Source):
    """Drawn, so always there: circles, squares, triangles and stars in any colour, RGB, 32 × 32 by default."""

    class Options(SourceOptions):
        """How many shapes, and how large the images are."""

        count: int = Field(4000, ge=len(_CLASSES))
        """Images to draw, as many of each class as of any other."""
        size: Size = 32
        """Size of the images: a number, or [height, width]."""
        seed: NonNegativeInt = 0
        """Where the random places, sizes, turns and colours begin; split test never has the same."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"synthetic_shapes has no split '{options.split}'; it has train and test")

    def load(self) -> Dataset:
        """`count` images; image i is of class i mod 4 and the same for every larger count."""
        options = self.options
        height, width = height_width(options.size)
        require_memory("synthetic_shapes", options.count, (height, width, 3), "use a smaller size or count")
        rng = np.random.default_rng([options.seed, _SPLITS.index(options.split)])
        y = np.arange(options.count) % len(_CLASSES)
        x = np.empty((options.count, height, width, 3), np.uint8)
        step = max(1, _CHUNK // (height * width))
        for start in range(0, options.count, step):
            part = slice(start, min(start + step, options.count))
            x[part] = _draw(y[part], rng.random((part.stop - start, 10)), height, width)
        return Dataset(
            name="synthetic_shapes",
            x=x,
            y=y.astype(np.int64),
            classes=tuple(ClassLabel(*pair) for pair in enumerate(_CLASSES)),
            description=f"Coloured shapes of {height}×{width} pixels, drawn by synthgen with random place, size,"
            " turn and colour.",
        )


def _draw(y: np.ndarray, chance: np.ndarray, height: int, width: int) -> np.ndarray:
    """Images uint8 `(N, height, width, 3)` of the classes `y (N,)`; `chance (N, 10)` is uniform in [0, 1)."""
    column = chance.T[:, :, None]  # (10, N, 1), to go with N × pixels
    radius = (0.3 + 0.18 * column[0]) * min(height, width)
    room_y, room_x = height - 2 * radius, width - 2 * radius
    rows, columns = (axis.reshape(1, -1) + 0.5 for axis in np.mgrid[:height, :width])
    dy, dx = rows - radius - room_y * column[1], columns - radius - room_x * column[2]
    distance, turned = np.hypot(dx, dy), np.arctan2(dy, dx) + 2 * np.pi * column[3]
    outside = np.empty_like(distance)  # pixels from the edge, negative inside
    for label, (corners, middle) in enumerate(_CLASSES.values()):
        mine = y == label
        if corners:
            outside[mine] = _beyond_edge(distance[mine], turned[mine], radius[mine], corners, middle)
        else:
            outside[mine] = distance[mine] - _CIRCLE_RADIUS * radius[mine]
    cover = np.clip(0.5 - outside, 0, 1)[..., None]  # anti-aliased over one pixel
    shade = column[6] > 0.5
    shape = _rgb(column[4], 0.6 + 0.4 * column[5], 0.5 + 0 * column[0])
    ground = _rgb(column[7], 0.4 * column[8], np.where(shade, 0.82, 0.04) + 0.14 * column[9])
    image = cover * shape + (1 - cover) * ground
    return np.rint(255 * image).astype(np.uint8).reshape(len(y), height, width, 3)


def _beyond_edge(
    distance: np.ndarray, angle: np.ndarray, radius: np.ndarray, corners: int, middle: float
) -> np.ndarray:
    """How far points at `distance` and `angle` from the centre lie beyond the edge of a polygon or star.

    By symmetry there is one edge: from the corner at angle 0 to the point half way to the next corner.
    """
    sector = np.pi / corners
    folded = np.abs((angle + sector) % (2 * sector) - sector)
    x, y = distance * np.cos(folded), distance * np.sin(folded)
    run, rise = middle * np.cos(sector) - 1, middle * np.sin(sector)
    return ((x - radius) * rise - y * run) / np.hypot(run, rise)


def _rgb(hue: np.ndarray, saturation: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Colours `(N, 1, 3)` in [0, 1] of hue, saturation and lightness `(N, 1)` (CSS Color 4, section 7)."""
    step = (np.array([0, 8, 4]) + 12 * hue[..., None]) % 12
    reach = (saturation * np.minimum(lightness, 1 - lightness))[..., None]
    return lightness[..., None] - reach * np.clip(np.minimum(step - 3, 9 - step), -1, 1)
