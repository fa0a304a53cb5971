"""The chart of what classifiers reach at several sizes of the real data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthgen.charts import as_png
from synthgen.evaluation.utility.gain import Spread

_STYLES = (("#000000", "o", "-"), ("#c0392b", "s", "-"), ("#2471a3", "^", "--"), ("#7d3c98", "D", "-."))


def draw_gains(
    counts: Sequence[int],
    arms: Mapping[str, Sequence[Spread | None]],
    levels: tuple[str, Sequence[Spread | None]],
    score: str,
) -> bytes:
    """A PNG: a line with error bars for each arm over the numbers of real samples, and one for what has none,
    which is level unless another kind of classifier learns.

    Lines differ in marker and dash as well as in colour, to be told apart in print.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second to import; without pyplot it is Agg's
    from matplotlib.ticker import FixedLocator, NullLocator  # noqa: PLC0415

    figure = Figure(figsize=(7, 4.2), dpi=110, layout="constrained")
    axes = figure.subplots()
    for place, (name, spreads) in enumerate(arms.items()):
        known = [(count, found) for count, found in zip(counts, spreads, strict=True) if found is not None]
        if not known:
            continue
        color, marker, line = _STYLES[place % len(_STYLES)]
        axes.errorbar(
            [
                count * 1.03 ** (place - (len(arms) - 1) / 2) for count, _ in known
            ],  # else bars hide each other
            [found.mean for _, found in known],
            [found.deviation or 0.0 for _, found in known],
            color=color,
            fmt=marker + line,
            label=name,
            capsize=4,
            markersize=5,
            linewidth=1.4,
        )
    name, found = levels[0], [spread.mean for spread in levels[1] if spread is not None]
    gray: dict[str, Any] = {"color": "#777777", "linestyle": ":", "linewidth": 1.6, "label": name}
    if found and min(found) == max(found):
        axes.axhline(found[0], **gray)
    elif found:
        axes.plot(counts, found, marker="x", **gray)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(list(counts)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{count:,}" for count in counts])
    axes.set_xlabel("real samples to learn from")
    axes.set_ylabel(f"{score} on real test samples")
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.legend(fontsize=8, loc="best")
    return as_png(figure)
