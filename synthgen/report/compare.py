"""Several reports side by side, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from synthgen.errors import UsageError
from synthgen.evaluation.grading import Grade, grade
from synthgen.evaluation.wording import known, listing, number, shown
from synthgen.metric import Figure
from synthgen.report.comparable import basis, find_groups, shared_title
from synthgen.report.loading import LoadedReport, load_report
from synthgen.report.other_options import measured_otherwise, option_notes
from synthgen.report.rendering import render
from synthgen.report.sections import SECTIONS
from synthgen.report.tones import TONES
from synthgen.report.worth import worth

IN_TEXT = (
    "tstr",
    "trts",
    "recall",
    "coverage",
    "precision",
    "frechet",
    "shapes",
    "trends",
    "c2st_boosting",
    "near_copies",
    "dcr_share",
)
"""Figures that the table for a terminal has, if any report has them; the page has all."""

OUTCOMES = {
    "good": "good",
    "like_real": "like real",
    "partly": "partly",
    "not_useful": "not useful",
    "unlike_real": "unlike real",
    "collapsed": "collapsed",
    "copies": "copies",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class ReportComparison:
    """Reports in the order of their worth, the best first, as far as one can be put before another."""

    groups: tuple[tuple[LoadedReport, ...], ...]
    """Those of a group are in order; of different groups none is better or worse."""
    notes: tuple[str, ...] = ()
    """Why some of the figures can hardly be compared."""

    @property
    def reports(self) -> tuple[LoadedReport, ...]:
        """All of them, one group after the other."""
        return tuple(report for group in self.groups for report in group)

    def _places(self) -> list[tuple[int, int, LoadedReport]]:
        """Each report with the number of its group and its place in it, from 1."""
        return [
            (number, place, report)
            for number, group in enumerate(self.groups, 1)
            for place, report in enumerate(group, 1)
        ]

    def figures(self) -> list[Figure]:
        """One of each name that any report has, in a report's order."""
        places = {key: place for place, key in enumerate(SECTIONS)}
        found: dict[str, tuple[int, Figure]] = {}
        for report in self.reports:
            for result in report.evaluation.results:
                for figure in result.measurement.figures:
                    found.setdefault(figure.name, (places.get(result.section, len(places)), figure))
        return [figure for _, figure in sorted(found.values(), key=lambda item: item[0])]

    def to_text(self) -> str:
        """A table for a terminal, a line for each report, and the headlines below it."""
        there = {figure.name for figure in self.figures()}
        names = [name for name in IN_TEXT if name in there]
        rows = [["", "", "outcome", *names]]
        for number_, place, report in self._places():
            if place == 1 and number_ > 1:
                rows.append([""] * len(rows[0]))
            values = [_value(report, name) for name in names]
            rows.append([f"{place}.", report.name, OUTCOMES.get(report.verdict["outcome"], "?"), *values])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = []
        for row in rows:
            cells = [
                cell.ljust(width) if place < 3 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        lines.append("")
        lines += [f"{report.name}: {report.verdict['headline']}" for report in self.reports]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def to_html(self) -> str:
        """A page like a report's, with a column for each report."""
        rows = []
        for figure in self.figures():
            title, whats = shared_title([report.evaluation.figure(figure.name) for report in self.reports])
            cells = [_cell(report, figure.name) for report in self.reports]
            best = self._best(figure.name)
            rows.append(
                {
                    "title": title,
                    "cells": [
                        {**cell, "what": what, "best": place in best}
                        for place, (cell, what) in enumerate(zip(cells, whats, strict=True))
                    ],
                }
            )
        heads = [
            {
                "name": report.name,
                "headline": report.verdict["headline"],
                "tone": TONES.get(report.verdict["outcome"], "none"),
                "outcome": OUTCOMES.get(report.verdict["outcome"], "?"),
                "title": str(report.context.get("title") or ""),
                "answers": {
                    finding["key"]: (finding["answer"], finding["tone"])
                    for finding in report.verdict["findings"]
                },
            }
            for report in self.reports
        ]
        questions = {
            finding["key"]: finding["question"]
            for report in self.reports
            for finding in report.verdict["findings"]
        }
        title = f"{len(self.reports)} reports side by side"
        rest = iter(heads)
        groups = [list(islice(rest, len(group))) for group in self.groups]
        return render(
            "compare.html",
            title=title,
            groups=groups,
            heads=heads,
            rows=rows,
            questions=questions,
            notes=self.notes,
        )

    def _best(self, name: str) -> set[int]:
        """Where among all reports the best values of their groups are."""
        found, start = set(), 0
        for group in self.groups:
            best = (
                set()
                if measured_otherwise(name, group)
                else _best([report.evaluation.figure(name) for report in group])
            )
            found |= {start + place for place in best}
            start += len(group)
        return found

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        names = [figure.name for figure in self.figures()]
        return {
            "reports": [
                {
                    "name": report.name,
                    "group": group,
                    "place": place,
                    "outcome": report.verdict["outcome"],
                    "headline": report.verdict["headline"],
                    "figures": {name: _plain(report, name) for name in names},
                }
                for group, place, report in self._places()
            ],
            "notes": list(self.notes),
        }


def compare_reports(paths: Sequence[Path], names: Sequence[str] | None = None) -> ReportComparison:
    """Of runs' folders or report.json files; raises UsageError for one that has no report.

    Reports are called by `names`, or by their folders.
    """
    if names is not None and len(names) != len(paths):
        raise UsageError(f"{len(paths)} reports and {len(names)} names; give a name for each")
    reports = [
        load_report(path, names[place] if names is not None else None) for place, path in enumerate(paths)
    ]
    if not reports:
        raise UsageError("there is nothing to compare; name the folders of runs that have a report")
    return put_in_order(reports if names is not None else _told_apart(reports, paths))


def put_in_order(reports: Sequence[LoadedReport]) -> ReportComparison:
    """Best first: by what a classifier learns from the samples beside what it learns from real ones, then by
    variety, then by likeness. Collapsed and copied data come last, before them what is too few to tell, and those
    without labels after those with. Data of other kinds or classes, and scores that are measured in another way,
    are groups of their own."""
    groups = find_groups(sorted(reports, key=worth, reverse=True))
    notes = []
    if len(groups) > 1:
        said = [f"{listing([report.name for report in group])} ({basis(group)})" for group in groups]
        notes.append(f"not ranked against each other: {'; '.join(said)}")
    data = {str(report.evaluation.facts.get("real_fingerprint")) for report in reports}
    kinds = {(report.evaluation.kind, report.evaluation.classes) for report in reports}
    if len(kinds) > 1 or len(data) > 1:
        notes.append("these reports are of different real data: compare figures with their real values only")
    if len({report.evaluation.full for report in reports}) > 1:
        notes.append(
            "some of these reports are quick and some full: their figures are of fewer and of more samples"
        )
    ordered = [report for group in groups for report in group]
    return ReportComparison(groups, (*notes, *option_notes(ordered)))


def _told_apart(reports: Sequence[LoadedReport], paths: Sequence[Path]) -> list[LoadedReport]:
    """Reports with names of which no two are equal: with their parents' names, or a number, where they are."""
    names = [report.name for report in reports]
    told: list[LoadedReport] = []
    taken: set[str] = set()
    for report, path in zip(reports, paths, strict=True):
        place = path.resolve() if path.is_dir() else path.resolve().parent
        name = report.name if names.count(report.name) == 1 else f"{place.parent.name}/{report.name}"
        unique, number_ = name, 2
        while unique in taken:
            unique, number_ = f"{name} ({number_})", number_ + 1
        taken.add(unique)
        told.append(replace(report, name=unique))
    return told


def _value(report: LoadedReport, name: str) -> str:
    figure = report.evaluation.figure(name)
    return shown(figure) if figure is not None else "–"


def _plain(report: LoadedReport, name: str) -> dict[str, float | None] | None:
    figure = report.evaluation.figure(name)
    return None if figure is None else {"value": known(figure.value), "real": known(figure.real)}


def _cell(report: LoadedReport, name: str) -> dict[str, Any]:
    figure = report.evaluation.figure(name)
    found: Grade | None = grade(figure, report.evaluation)
    real = number(figure.real, figure.unit) if figure is not None and figure.real is not None else ""
    return {"value": _value(report, name), "real": real, "grade": found or ""}


def _best(figures: Sequence[Figure | None]) -> set[int]:
    """Where the best values are; nowhere if all are equal or there is but one."""
    values = {place: _distance(f) for place, f in enumerate(figures) if f is not None}
    there = {place: value for place, value in values.items() if value is not None}
    if len(set(there.values())) < 2:
        return set()
    least = min(there.values())
    return {place for place, value in there.items() if value == least}


def _distance(figure: Figure) -> float | None:
    """How far from the best a value is: lower is better."""
    value, real = known(figure.value), known(figure.real)
    if value is None:
        return None
    if figure.better == "higher":
        return -value
    if figure.better == "lower":
        return value
    return abs(value - real) if real is not None else None
