"""Where synthetic data comes from, as tables of names and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.wording import number
from synthgen.report.context import ReportContext
from synthgen.report.sections import Cell, ShownTable

LONGEST = 200
"""Of longer texts, the beginning is shown."""

_TOLD_ELSEWHERE = {"health", "healthy_step", "selection", "plugins", "versions", "classes", "seconds"}


def origin_tables(evaluation: Evaluation, context: ReportContext) -> list[ShownTable]:
    """The run, what was compared, times, versions and the export: those that are known."""
    run = context.run or {}
    plugins = {
        str(plugin.get("name")): plugin.get("version") or plugin.get("status")
        for plugin in run.get("plugins") or ()
        if isinstance(plugin, Mapping) and plugin.get("origin") != "built-in"
    }
    seconds = run.get("seconds")
    times = (
        {f"{name}, seconds": value for name, value in seconds.items()} if isinstance(seconds, Mapping) else {}
    )
    for result in evaluation.results:
        times[f"metric {result.name}, seconds"] = round(result.seconds, 2)
    versions = run.get("versions")
    tables = [
        _table("Run", {key: value for key, value in run.items() if key not in _TOLD_ELSEWHERE}),
        _table("Export", context.export or {}),
        _table("What was compared", {**evaluation.facts, **context.facts}),
        _table("Versions", {**(versions if isinstance(versions, Mapping) else {}), **plugins}),
        _table("Time", times),
    ]
    return [table for table in tables if table is not None]


def _table(title: str, values: Mapping[str, Any]) -> ShownTable | None:
    rows = [[Cell(name), Cell(text)] for name, text in _flat(values)]
    return ShownTable(title, ["", ""], rows) if rows else None


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{before}{str(key).replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        elif value is not None and value != "" and not (isinstance(value, Sequence) and not value):
            yield name, str(value) if key == "seed" else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        text = ", ".join(str(item) for item in value)
    else:
        text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
