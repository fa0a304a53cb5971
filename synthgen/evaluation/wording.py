"""Figures as people read them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from synthgen.metric import Figure

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
"""In all that people read; files for programs have hyphens."""


def known(value: float | None) -> float | None:
    """A number that says something; None for one that is missing, infinite or not a number."""
    return float(value) if value is not None and math.isfinite(value) else None


def number(value: float | None, unit: str = "", *, signed: bool = False) -> str:
    """`0.9451` with the unit `%` as `94.5 %`, other numbers to three digits; a dash for one that is not known."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if unit == "%":
        return f"{_sign(value, signed)}{_percent(abs(value))} %"
    text = f"{_sign(value, signed)}{_digits(abs(value))}"
    return f"{text} {unit}" if unit else text


def shown(figure: Figure) -> str:
    """A figure's value, with its spread if it has one."""
    signed = is_gain(figure.name)
    text = number(figure.value, figure.unit, signed=signed)
    spread = known(figure.spread)
    if known(figure.value) is None or spread is None:
        return text
    about = number(spread if figure.unit == "%" else float(f"{spread:.2g}"), figure.unit)
    if figure.unit and text.endswith(figure.unit):
        text = text.removesuffix(figure.unit).rstrip()
    return f"{text} ± {about}"


def is_gain(name: str) -> bool:
    """Whether a figure is a difference, whose sign is the point."""
    return name.startswith("augmentation_gain")


def listing(words: Sequence[str], most: int = 5) -> str:
    """`a, b and c`; of more than `most`, how many others there are."""
    words = list(words)
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} others"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def capital(text: str) -> str:
    """With a capital at its beginning; the rest stays."""
    return text[:1].upper() + text[1:]


def firm(text: str) -> str:
    """A text in which numbers are not torn from their units at the end of a line."""
    return re.sub(r"(?<=\d) (?=%|s\b)|(?<=[\d%]) (?=±)|(?<=±) ", NO_BREAK, text)


def _sign(value: float, signed: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if signed and value > 0 else ""


def _percent(share: float) -> str:
    """One digit behind the point, more where all would be zeros; 99.97 % is not told as 100."""
    percent = 100 * share
    if percent in (0, 100):
        return f"{percent:.0f}"
    if 99.95 <= percent < 100:
        return f"{math.floor(percent * 100) / 100:.2f}"
    return f"{percent:.1f}" if percent >= 0.1 else f"{percent:.2g}"


def _digits(value: float) -> str:
    if value == int(value) and value < 1e6:
        return f"{value:,.0f}"
    if value >= 1e6 or value < 1e-4:
        return f"{value:.2e}".replace("-", MINUS)
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
