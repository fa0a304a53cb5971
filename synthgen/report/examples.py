"""Some real and some synthetic samples, side by side by class."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from synthgen.components import Dataset
from synthgen.evaluation.wording import MINUS
from synthgen.metric import Comparison
from synthgen.report.sections import Cell, ShownPicture, ShownTable, is_wide, png_url
from synthgen.values import take

ACROSS = 8
"""Images of a class, real and synthetic each."""
WITHOUT_CLASSES = 4
"""Rows of images where there are no classes."""
MOST_CLASSES = 20
"""Of more classes, the first are shown."""
SIDE = 96
"""Larger images are made smaller than this."""
GAP = 1
SIGNALS = 3
"""Signals of a class in a chart, real and synthetic each."""
SIGNAL_CLASSES = 6
ROWS = 6
"""Synthetic rows of a table."""


@dataclass(frozen=True)
class ClassExamples:
    """Images of one class."""

    name: str
    real: ShownPicture | None
    synthetic: ShownPicture | None


@dataclass(frozen=True)
class Examples:
    """What there is to see of the samples: images by class, or a chart, and some rows of a table."""

    classes: Sequence[ClassExamples] = ()
    pictures: Sequence[ShownPicture] = ()
    table: ShownTable | None = None
    left_out: int = 0
    """Classes that are not shown."""

    def __bool__(self) -> bool:
        return bool(self.classes or self.pictures or self.table)


def draw_examples(comparison: Comparison | None, *, columns_drawn: bool = False) -> Examples:
    """Samples drawn with the comparison's seed; `columns_drawn` if a metric has charts of a table's columns."""
    if comparison is None or not len(comparison.real) or not len(comparison.synthetic):
        return Examples()
    rng = np.random.default_rng(comparison.seed)
    if comparison.kind == "images":
        return _images(comparison, rng)
    if comparison.kind == "signals":
        return _signals(comparison, rng)
    return _table(comparison, rng, columns_drawn)


def image_strip(images: np.ndarray, across: int = ACROSS) -> bytes:
    """Images `(n, H, W)` or `(n, H, W, 3)`, uint8, `across` in a row, as PNG with transparent gaps."""
    height, width = images.shape[1:3]
    shrink = max(1, -(-max(height, width) // SIDE))
    size = (max(1, width // shrink), max(1, height // shrink))
    down = -(-len(images) // across)
    strip = Image.new("RGBA", (across * (size[0] + GAP) - GAP, down * (size[1] + GAP) - GAP), (0, 0, 0, 0))
    for place, pixels in enumerate(images):
        picture = Image.fromarray(pixels)
        picture = picture if shrink == 1 else picture.resize(size, Image.Resampling.BOX)
        strip.paste(picture, (place % across * (size[0] + GAP), place // across * (size[1] + GAP)))
    file = io.BytesIO()
    if images.ndim == 3:
        strip.convert("LA").save(file, "png", optimize=True)
    else:
        strip.save(file, "png", optimize=True)
    return file.getvalue()


def _images(comparison: Comparison, rng: np.random.Generator) -> Examples:
    names = comparison.names[:MOST_CLASSES] or ("",)
    count = ACROSS if comparison.names else ACROSS * WITHOUT_CLASSES
    rows = []
    for label, name in enumerate(names):
        sides = []
        for side, dataset in (("real", comparison.real), ("synthetic", comparison.synthetic)):
            x = take(dataset.x, _drawn(dataset, label if comparison.names else None, count, rng))
            alt = f"{len(x)} {side} images{f' of {name}' if name else ''}"
            sides.append(ShownPicture(side, png_url(image_strip(x)), alt) if len(x) else None)
        rows.append(ClassExamples(name, *sides))
    return Examples(classes=rows, left_out=len(comparison.names) - len(names) if comparison.names else 0)


def _signals(comparison: Comparison, rng: np.random.Generator) -> Examples:
    from synthgen.charts import as_png, draw_signals  # noqa: PLC0415 - with matplotlib

    names = comparison.names[:SIGNAL_CLASSES] or ("",)
    groups = []
    for label, name in enumerate(names):
        sides = [
            take(dataset.x, _drawn(dataset, label if comparison.names else None, SIGNALS, rng))
            for dataset in (comparison.real, comparison.synthetic)
        ]
        if all(map(len, sides)):
            groups.append((name, *sides))
    if not groups:
        return Examples()
    alt = "Curves of " + ", ".join(name or "signals" for name, *_ in groups) + ": real left, synthetic right"
    chart = as_png(draw_signals(groups))
    picture = ShownPicture("Signals", png_url(chart), alt, is_wide=is_wide(chart))
    return Examples(pictures=[picture], left_out=max(0, len(comparison.names) - len(names)))


def _table(comparison: Comparison, rng: np.random.Generator, columns_drawn: bool) -> Examples:
    from synthgen.charts import as_png, draw_table  # noqa: PLC0415 - with matplotlib

    pictures = []
    if not columns_drawn:
        most = 2000
        sides = [
            take(d.x, np.sort(rng.permutation(len(d))[:most]))
            for d in (comparison.real, comparison.synthetic)
        ]
        chart = as_png(draw_table(*sides))
        alt = "How the values of each column are distributed: real grey, synthetic red"
        pictures.append(ShownPicture("Columns", png_url(chart), alt, is_wide=is_wide(chart)))
    frame = comparison.synthetic.x
    frame = take(frame, np.sort(rng.permutation(len(frame))[:ROWS]))
    rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    table = ShownTable("Some synthetic rows", [str(name) for name in frame.columns], rows)
    return Examples(pictures=pictures, table=table)


def _drawn(dataset: Dataset, label: int | None, count: int, rng: np.random.Generator) -> np.ndarray:
    there = np.arange(len(dataset)) if label is None else np.flatnonzero(dataset.y == label)
    return rng.permutation(there)[:count]


def _cell(value: Any) -> Cell:
    import pandas as pd  # noqa: PLC0415 - not needed for images

    if pd.api.types.is_scalar(value) and pd.isna(value):  # a list has an answer for each of its items
        return Cell("–")
    if isinstance(value, float | np.floating):
        return Cell(f"{value:.6g}".replace("-", MINUS), True)
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return Cell(str(value).replace("-", MINUS), True)
    return Cell(str(value)[:60])
