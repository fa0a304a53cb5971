"""Which of several reports can be put in one order, and which of their figures are one."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import commonprefix
from typing import Any

from synthgen.evaluation.wording import known
from synthgen.metric import Figure
from synthgen.report.loading import LoadedReport
from synthgen.report.worth import worth


def find_groups(reports: Sequence[LoadedReport]) -> tuple[tuple[LoadedReport, ...], ...]:
    """The reports by what can be compared, in their order. One whose use was not measured goes with the others of
    its kind and classes, if they are one group."""
    found: dict[Any, list[LoadedReport]] = {}
    for report in reports:
        if _measure(report):
            found.setdefault((*_form(report), _measure(report)), []).append(report)
    measured = list(found)
    for report in reports:
        if not _measure(report):
            same = [key for key in measured if key[:2] == _form(report)]
            found.setdefault(same[0] if len(same) == 1 else _form(report), []).append(report)
    return tuple(tuple(sorted(group, key=worth, reverse=True)) for group in found.values())


def _form(report: LoadedReport) -> tuple[str, tuple[str, ...]]:
    return report.evaluation.kind, report.evaluation.classes


def _measure(report: LoadedReport) -> str:
    """What their use is measured by, such as `ROC AUC` or `R² of price`; nothing where it is not measured."""
    figure = report.evaluation.figure("tstr")
    there = figure is not None and known(figure.value) is not None
    return _kind_of_score(figure.title) if figure is not None and there else ""


def _kind_of_score(title: str) -> str:
    _, found, kind = title.partition(": ")
    return kind if found else title


def basis(group: Sequence[LoadedReport]) -> str:
    """What the reports of a group have in common, such as `table, 2 classes, ROC AUC`."""
    first = next((report for report in group if _measure(report)), group[0])
    evaluation, measure = first.evaluation, _measure(first)
    classes = f"{len(evaluation.classes)} classes" if evaluation.classes else ""
    return ", ".join(filter(None, [evaluation.kind, classes, measure or "use not measured"]))


def shared_title(figures: Sequence[Figure | None]) -> tuple[str, list[str]]:
    """What all these figures are called, and what each is called beyond that, such as what it is measured by."""
    there = [figure for figure in figures if figure is not None]
    measured = [figure.title for figure in there if known(figure.value) is not None]
    titles = list(dict.fromkeys(measured)) or [there[0].title]
    if len(titles) == 1:
        return titles[0], [""] * len(figures)
    shared = commonprefix(titles)  # noqa: RUF071 - of characters, not of paths
    shared = shared[: max(0, shared.rfind(": "), shared.rfind(", "))]
    own = [
        "" if figure is None or known(figure.value) is None else figure.title[len(shared) :].lstrip(" ,:")
        for figure in figures
    ]
    return shared or titles[0], own
