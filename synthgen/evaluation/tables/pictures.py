"""Pictures of tables: columns, real over synthetic, and pairs of columns as a map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthgen import charts
from synthgen.metric import Comparison, Picture

_NAME = 16


def draw_columns(comparison: Comparison, worst_first: Sequence[int]) -> Picture:
    """The columns at these places, real and synthetic: all in their order or, of many, the worst."""
    real, made = comparison.sides.real.x, comparison.sides.synthetic.x
    places = sorted(worst_first[: charts.COLUMNS])
    figure = charts.draw_table(real.iloc[:, places], made.iloc[:, places])
    few = len(worst_first) > charts.COLUMNS
    return Picture(
        "Columns, real and synthetic",
        charts.as_png(figure),
        f"Histograms of {len(places)} columns: grey the real rows, red the synthetic ones.",
        f"The {len(places)} columns that differ most of {len(worst_first)}." if few else "",
    )


def draw_trends(names: Sequence[str], maps: Sequence[tuple[str, np.ndarray]], lowest: float) -> Picture:
    """A map for each `(title, values (columns, columns))`, NaN where there is no pair; the brightest colour is 1,
    black `lowest` or less."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second to import

    side = min(9.0, 2.2 + 0.24 * len(names))
    figure = Figure(figsize=(side * len(maps) + 0.8, side), dpi=100, layout="constrained")
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    short = [charts.short(name, _NAME) for name in names]
    for place, (axes, (title, values)) in enumerate(zip(panels, maps, strict=True)):
        image = axes.imshow(values, vmin=lowest, vmax=1.0, cmap="magma", interpolation="nearest")
        axes.set_facecolor(charts.REAL)  # of what is no pair
        axes.set_xticks(range(len(short)), short, rotation=90, fontsize=6)
        axes.set_yticks(range(len(short)), short if place == 0 else [""] * len(short), fontsize=6)
        axes.set_title(title, fontsize=9)
    figure.colorbar(image, ax=panels.tolist(), shrink=0.8).ax.tick_params(labelsize=6)
    return Picture(
        "Pairs of columns",
        charts.as_png(figure),
        f"A map of {len(names)} columns by {len(names)}: the brighter a cell, the more alike the pair's"
        " relation is in real and synthetic rows.",
        f"Bright: the two columns go together as they do in real rows. Black: {lowest:.2f} or less.",
    )
