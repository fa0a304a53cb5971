"""Metrics that several reports have measured with different options."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from synthgen.evaluation.wording import listing
from synthgen.report.loading import LoadedReport

_Asked = list[tuple[str, Mapping[str, Any]]]
"""Names of reports, and the options that one metric had in each."""


def option_notes(reports: Sequence[LoadedReport]) -> list[str]:
    """What a reader must know of them, in the reports' order; nothing where all were measured alike.

    Options that a report does not have, for its version or plugin knew of none, are not told.
    """
    asked: dict[str, _Asked] = {}
    silent = []
    for report in reports:
        measured = {result.name: result for result in report.evaluation.results if result.error is None}
        if any(result.options is None for result in measured.values()):
            silent.append(report.name)
        for name, result in measured.items():
            asked.setdefault(name, []).append((report.name, result.options or {}))
    notes = []
    for name, told in asked.items():
        differing = [words for key in _keys(told) if (words := _differing(key, told))]
        if differing:
            notes.append(
                f"{name} was measured with other options, {', '.join(differing)}: its figures, and an order that"
                " goes by them, say little"
            )
    if silent and any(_keys(told) for told in asked.values()):
        one = len(silent) == 1
        notes.append(
            f"{listing(silent)} {'is' if one else 'are'} of an older version, which recorded no options:"
            f" {'its' if one else 'their'} metrics may have had others"
        )
    return notes


def measured_otherwise(figure: str, reports: Sequence[LoadedReport]) -> bool:
    """Whether some of these reports have the figure by other options than the others."""
    options = {
        json.dumps(result.options, sort_keys=True)
        for report in reports
        for result in report.evaluation.results
        if result.options is not None and any(one.name == figure for one in result.measurement.figures)
    }
    return len(options) > 1


def _keys(asked: _Asked) -> list[str]:
    return list(dict.fromkeys(key for _, options in asked for key in options))


def _differing(key: str, asked: _Asked) -> str:
    """`neighbours 3 in a and 5 in b and c`; nothing where all have one value."""
    reports: dict[str, list[str]] = {}
    for report, options in asked:
        if key in options:
            reports.setdefault(_words(options[key]), []).append(report)
    parts = [f"{value} in {listing(names)}" for value, names in reports.items()]
    return f"{key} {listing(parts)}" if len(parts) > 1 else ""


def _words(value: Any) -> str:
    if value is None:
        return "not given"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
