"""Pictures of a run: grids of samples with a labelled row for each class, and the losses as curves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

GAP = 2
MARGIN = 6


def sample_grid(rows: Sequence[tuple[str, np.ndarray]], min_side: int = 56) -> Image.Image:
    """A picture with one row of images for each `(label, uint8 (n, H, W) or (n, H, W, 3))`.

    Small images are enlarged by a whole number, so that the shorter side has at least `min_side` pixels.
    """
    height, width = rows[0][1].shape[1:3]
    scale = max(1, -(-min_side // min(height, width)))
    cell_height, cell_width = height * scale + GAP, width * scale + GAP
    font = ImageFont.load_default(size=min(24, max(10, cell_height // 3)))
    label_width = max(int(font.getlength(label)) for label, _ in rows) + 2 * MARGIN
    columns = max(len(images) for _, images in rows)
    grid = Image.new("RGB", (label_width + columns * cell_width, len(rows) * cell_height + GAP), "white")
    draw = ImageDraw.Draw(grid)
    for r, (label, images) in enumerate(rows):
        top = GAP + r * cell_height
        draw.text((MARGIN, top + cell_height // 2), label, fill="black", font=font, anchor="lm")
        for c, pixels in enumerate(images):
            picture = Image.fromarray(pixels).resize(
                (width * scale, height * scale), Image.Resampling.NEAREST
            )
            grid.paste(picture, (label_width + c * cell_width, top))
    return grid


def plot_losses(metrics: Sequence[dict[str, Any]], path: Path) -> None:
    """Curves of the two losses (above) and of the logits of real and generated samples (below), as PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second to import, needed once a run

    figure = Figure(figsize=(8, 6), layout="constrained")
    panels = figure.subplots(2, 1, sharex=True)
    for axes, names in zip(
        panels, (("discriminator_loss", "generator_loss"), ("real_logit", "fake_logit")), strict=True
    ):
        for name in names:
            points = [(line["step"], line[name]) for line in metrics if name in line]
            marker = "o" if len(points) == 1 else ""  # a line of one point is not seen
            axes.plot(*zip(*points, strict=True), marker, label=name.replace("_", " "), linewidth=1)
        axes.legend()
        axes.grid(alpha=0.3)
    panels[-1].set_xlabel("step")
    figure.savefig(path, dpi=100)
