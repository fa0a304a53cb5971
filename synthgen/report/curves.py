"""Curves of a training as SVG, with marks where its snapshot was taken and where something was noticed."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from synthgen.evaluation.wording import known
from synthgen.report.context import ReportContext
from synthgen.report.sections import ShownPicture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 400
"""Of longer curves, so many points are drawn, each the mean of a stretch."""
MOST_OTHERS = 6
"""Charts of what else was logged."""

COLOURS = ("#3f8fd2", "#e08a2e", "#3fa66b", "#b05fc0")
"""Read on white and on black."""
CHOSEN, NOTICED = "#3fa66b", "#d9485f"

_INK = "#0a0b0c"  # stands for the reader's own colour of text
_STYLE = "<style>svg{color:#4b5563}@media (prefers-color-scheme:dark){svg{color:#b6bec9}}</style>"

PAIRS = (
    ("Losses", ("discriminator_loss", "generator_loss")),
    ("What the discriminator says", ("real_logit", "fake_logit")),
)
_NOT_CURVES = {"step", "seconds", "samples_seen"}


class Curve(NamedTuple):
    """Values by step."""

    name: str
    steps: list[float]
    values: list[float]


def draw_curves(context: ReportContext) -> list[ShownPicture]:
    """A chart of the losses, one of the logits, one of the snapshots' scores, and of other logged numbers."""
    marks = _Marks.of(context)
    pictures = []
    scores = _curve("score", [s for s in context.selection.get("scores", ()) if isinstance(s, Mapping)])
    if scores is not None:
        pictures.append(_chart("Scores of the snapshots", [scores], marks, dots=True))
    seen = set(_NOT_CURVES)
    for title, names in PAIRS:
        curves = [curve for name in names if (curve := _curve(name, context.metrics)) is not None]
        seen.update(names)
        if curves:
            pictures.append(_chart(title, curves, marks))
    others = dict.fromkeys(name for line in context.metrics for name in line if name not in seen)
    drawn = 0
    for name in others:
        curve = _curve(name, context.metrics)
        if curve is not None and len(set(curve.values)) > 1 and drawn < MOST_OTHERS:
            pictures.append(_chart(_words(name), [curve], marks))
            drawn += 1
    return pictures


class _Marks(NamedTuple):
    chosen: float | None
    noticed: list[float]

    @classmethod
    def of(cls, context: ReportContext) -> _Marks:
        steps = [_number(event.get("step")) for event in context.health or ()]
        chosen = _number(context.selection.get("step"))
        return cls(chosen, sorted({step for step in steps if step is not None}))


def _chart(title: str, curves: Sequence[Curve], marks: _Marks, *, dots: bool = False) -> ShownPicture:
    from matplotlib import rc_context  # noqa: PLC0415 - a second to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "synthgen", "font.size": 9, "font.family": "sans-serif"}
    ):
        figure = Figure(figsize=(4.4, 2.5))
        figure.subplots_adjust(left=0.14, right=0.97, bottom=0.18, top=0.96)
        axes = figure.subplots()
        for curve, colour in zip(curves, COLOURS, strict=False):
            symbol = "o" if dots else ""
            axes.plot(
                curve.steps,
                curve.values,
                color=colour,
                linewidth=1.3,
                marker=symbol,
                markersize=3,
                label=_words(curve.name),
            )
        _mark(axes, marks, curves)
        _tidy(axes, len(curves) > 1)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return ShownPicture(title, _svg_url(file.getvalue()), _alt(title, curves, marks))


def _mark(axes: Axes, marks: _Marks, curves: Sequence[Curve]) -> None:
    low = min(min(curve.steps) for curve in curves)
    high = max(max(curve.steps) for curve in curves)
    if marks.chosen is not None and low <= marks.chosen <= high:
        axes.axvline(marks.chosen, color=CHOSEN, linewidth=1.6, linestyle=(0, (4, 2)))
    for step in marks.noticed:
        if low <= step <= high:
            axes.axvline(step, color=NOTICED, linewidth=1.2, linestyle=(0, (1, 1.5)))


def _tidy(axes: Axes, legend: bool) -> None:
    axes.grid(color="#888888", alpha=0.25, linewidth=0.6)
    axes.set_xlabel("step", color=_INK)
    axes.tick_params(colors=_INK, length=2)
    axes.locator_params(axis="x", nbins=5)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color("#888888")
    if legend:
        axes.legend(frameon=False, labelcolor=_INK, fontsize=8, loc="upper right")


def _svg_url(text: str) -> str:
    text = text[text.index("<svg") :].replace(_INK, "currentColor")
    head, tail = text.split(">", 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(f'{head}>{_STYLE}{tail}'.encode()).decode('ascii')}"


def _curve(name: str, lines: Sequence[Mapping[str, Any]]) -> Curve | None:
    points = [(_number(line.get("step")), _number(line.get(name))) for line in lines]
    there: list[tuple[float, float]] = []
    for step, value in points:
        if step is None or value is None:
            continue
        while there and there[-1][0] >= step:
            there.pop()  # of an attempt that was given up
        there.append((step, value))
    if len(there) < 2:
        return None
    size = -(-len(there) // POINTS)
    parts = [there[start : start + size] for start in range(0, len(there), size)]
    means = [[sum(numbers) / len(part) for numbers in zip(*part, strict=True)] for part in parts]
    return Curve(name, [step for step, _ in means], [value for _, value in means])


def _alt(title: str, curves: Sequence[Curve], marks: _Marks) -> str:
    parts = [f"{_words(c.name)} from {c.values[0]:.3g} to {c.values[-1]:.3g}" for c in curves]
    text = f"{title} over {curves[0].steps[-1]:,.0f} steps: {', '.join(parts)}"
    return text + (
        f"; the chosen snapshot is of step {marks.chosen:,.0f}" if marks.chosen is not None else ""
    )


def _words(name: str) -> str:
    return name.replace("_", " ").replace("$", "")


def _number(value: object) -> float | None:
    return known(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
