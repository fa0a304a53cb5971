"""Values of columns in the words of reports."""

from __future__ import annotations

import pandas as pd

from synthgen.evaluation.columns import ComparedColumn
from synthgen.evaluation.wording import MINUS, number


def show_number(column: ComparedColumn, value: float) -> str:
    """A number of a column as a person would write it: dates as dates."""
    try:
        if column.time is None:
            return _with_minus(f"{value:,.6g}" if abs(value) < 1e15 else f"{value:g}")
        if column.time.startswith("period"):
            return str(pd.Period(ordinal=int(value), freq=column.time[7:-1]))
        if column.time.startswith("timedelta"):
            return str(pd.Timedelta(value, unit="s"))
        moment = pd.Timestamp(value, unit="s")
        return str(moment.date() if moment == moment.normalize() else moment)
    except (ValueError, OverflowError):  # further away than pandas counts
        return _with_minus(f"{value:g}")


def _with_minus(number: str) -> str:
    return number.replace("-", MINUS)


def percent(share: float) -> str:
    """A share for people."""
    return number(share, "%")


def show_value(column: ComparedColumn, value: float | int) -> str:
    """A value as `ComparedColumn.parts` have it."""
    if column.number:
        return "missing" if value != value else show_number(column, float(value))  # noqa: PLR0124
    return "missing" if value < 0 else show_label(column.labels[int(value)])


def show_label(label: str) -> str:
    """A category, short enough for a cell."""
    return f"{label.strip() or 'blank':.40}"
