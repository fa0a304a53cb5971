"""Charts of synthetic beside real data: the points of two numbers, signals, columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REAL, SYNTHETIC = "#9a9a9a", "#d1495b"

COLUMNS = 12
"""Of a table with more columns, the first are shown."""
BARS = 8
"""Of more values in a column, the most frequent are shown."""
BINS = 30
CHANNELS = 3
"""Of a signal with more channels, the first are shown."""


def draw_table(real: pd.DataFrame, made: pd.DataFrame) -> Figure:
    """Two columns of numbers as points, synthetic over real; other tables as a small chart for each column."""
    pairs = [_pairs(frame) for frame in (real, made)]
    if pairs[0] is not None and pairs[1] is not None:
        return _points(pairs[0], pairs[1], [str(name) for name in real.columns])
    return _columns(real, made)


def draw_signals(groups: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> Figure:
    """A row for each `(name, real, made)`, signals `(n, length[, channels])`: real on the left, synthetic on the
    right, each channel in a colour of its own."""
    figure = _figure(7, 1.3 * len(groups) + 0.6)
    panels = figure.subplots(len(groups), 2, squeeze=False, sharex=True)
    for row, (name, *sides) in zip(panels, groups, strict=True):
        low, high = float(sides[0].min()), float(sides[0].max())
        margin = 0.1 * (high - low) or 1.0
        for axes, signals in zip(row, sides, strict=True):
            lines = signals.reshape(*signals.shape[:2], -1)[:, :, :CHANNELS]
            for channel in range(lines.shape[2]):
                axes.plot(lines[:, :, channel].T, color=f"C{channel}", linewidth=0.8, alpha=0.8)
            axes.set_ylim(low - margin, high + margin)
            axes.tick_params(labelsize=6)
        row[0].set_ylabel(short(name), fontsize=8)
    panels[0][0].set_title("real", fontsize=9)
    panels[0][1].set_title("synthetic", fontsize=9)
    return figure


def as_png(figure: Figure) -> bytes:
    """The file of a chart."""
    file = BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second to import; without pyplot it is Agg's

    figure = Figure(figsize=(width, height), dpi=100)
    figure.subplots_adjust(
        left=0.8 / width, right=1 - 0.2 / width, bottom=0.45 / height, top=1 - 0.35 / height
    )
    return figure


def _pairs(frame: pd.DataFrame) -> np.ndarray | None:
    """The points `(N, 2)` of two columns of numbers, all known; None for any other table."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype  # noqa: PLC0415

    numeric = [is_numeric_dtype(dtype) and not is_bool_dtype(dtype) for dtype in frame.dtypes]
    if numeric != [True, True]:
        return None
    points = frame.to_numpy(np.float64, na_value=np.nan)
    return points if np.isfinite(points).all() else None


def _points(real: np.ndarray, made: np.ndarray, names: Sequence[str]) -> Figure:
    figure = _figure(6, 5)
    axes = figure.subplots()
    axes.scatter(real[:, 0], real[:, 1], s=5, color=REAL, label="real", linewidths=0)
    axes.scatter(made[:, 0], made[:, 1], s=5, color=SYNTHETIC, alpha=0.6, label="synthetic", linewidths=0)
    for numbers, limit in ((real[:, 0], axes.set_xlim), (real[:, 1], axes.set_ylim)):
        low, high = _range(numbers, 0.0)
        margin = 0.15 * (high - low)
        limit(low - margin, high + margin)
    axes.set_xlabel(short(names[0], 40), labelpad=1)
    axes.set_ylabel(short(names[1], 40))
    axes.legend(loc="upper right", markerscale=3)
    return figure


def _columns(real: pd.DataFrame, made: pd.DataFrame) -> Figure:
    shown = min(COLUMNS, real.shape[1])
    across = min(4, shown)
    down = -(-shown // across)
    figure = _figure(3 * across, 2 * down + 0.3)
    figure.subplots_adjust(hspace=0.45, wspace=0.45)
    panels = figure.subplots(down, across, squeeze=False).flat
    for place, axes in enumerate(panels):
        if place >= shown:
            axes.remove()
            continue
        _column(axes, real.iloc[:, place], made.iloc[:, place])
        axes.set_title(short(str(real.columns[place])), fontsize=8, pad=3)
        axes.tick_params(labelsize=6, length=2)
    figure.text(0.01, 0.01, "grey: real, red: synthetic", fontsize=7)
    return figure


def _column(axes: Axes, real: pd.Series, made: pd.Series) -> None:
    """Shares of the column's values: of stretches of numbers and times, of the most frequent of others."""
    numbers, others = _numbers(real), _numbers(made)
    if numbers is None or others is None or len(np.unique(numbers)) <= BARS:
        _bars(axes, real, made)
        return
    low, high = _range(numbers, 0.005)
    edges = np.linspace(low, high, BINS + 1)
    for values, style in ((numbers, {"fill": True, "color": REAL}), (others, {"color": SYNTHETIC})):
        counts = np.histogram(np.clip(values, low, high), edges)[0]
        axes.stairs(counts / max(1, len(values)), edges, **style)
    axes.set_xticks([low, high], [_label(real, low), _label(real, high)])
    axes.set_yticks([])


def _bars(axes: Axes, real: pd.Series, made: pd.Series) -> None:
    shares = real.astype(str).value_counts(normalize=True)[:BARS]
    made_shares = made.astype(str).value_counts(normalize=True).reindex(shares.index, fill_value=0)
    places = np.arange(len(shares))
    axes.barh(places - 0.2, shares.to_numpy(), 0.4, color=REAL)
    axes.barh(places + 0.2, made_shares.to_numpy(), 0.4, color=SYNTHETIC)
    axes.set_yticks(places, [short(str(value)) for value in shares.index])
    axes.invert_yaxis()
    axes.locator_params(axis="x", nbins=3)


def _numbers(values: pd.Series) -> np.ndarray | None:
    """The known values of a column of numbers or times as finite floats; None for other columns."""
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype  # noqa: PLC0415

    if is_datetime64_any_dtype(values.dtype):
        return values.dropna().astype("int64").to_numpy(np.float64)
    if not is_numeric_dtype(values.dtype) or is_bool_dtype(values.dtype):
        return None
    numbers = values.to_numpy(np.float64, na_value=np.nan)
    return numbers[np.isfinite(numbers)]


def _range(numbers: np.ndarray, tail: float) -> tuple[float, float]:
    """From where to where numbers are shown, but for this share of them at either end."""
    low, high = np.quantile(numbers, [tail, 1 - tail]).tolist()
    if low == high:
        low, high = float(numbers.min()), float(numbers.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def _label(values: pd.Series, number: float) -> str:
    from pandas.api.types import is_datetime64_any_dtype  # noqa: PLC0415

    if not is_datetime64_any_dtype(values.dtype):
        return f"{number:.4g}" if abs(number) < 1000 else f"{number:,.0f}"
    known = values.dropna()
    nearest = (known.astype("int64") - number).abs().argmin()
    return str(known.iloc[nearest].date())


def short(text: str, length: int = 14) -> str:
    """A text for a small place. Dollars would begin a formula."""
    text = " ".join(text.split()).replace("$", r"\$")
    return text if len(text) <= length else f"{text[: length - 1]}…"
