"""The figures of an evaluation in the form in which a page shows them: rows, tables by class, pictures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from synthgen.evaluation.grading import Grade, grade
from synthgen.evaluation.results import Evaluation, by_error
from synthgen.evaluation.wording import is_gain, known, listing, number, shown
from synthgen.metric import DetailTable, Figure, Section
from synthgen.report.explanations import explain

SECTIONS: dict[Section, str] = {
    "utility": "Use",
    "diversity": "Variety",
    "fidelity": "Likeness",
    "tables": "Columns and rows",
    "privacy": "Privacy",
    "other": "Other figures",
}
"""Titles, in the order of a page."""

ROWS = 30
"""Of longer tables, the first rows are shown; report.json has all."""

WIDE = 640
"""Pixels of a picture that scrolls on narrow screens rather than shrink."""

GRADES: dict[Grade | None, str] = {"good": "close to real", "fair": "behind", "bad": "far behind", None: ""}


@dataclass(frozen=True)
class FigureRow:
    """A line in the table of figures."""

    name: str
    title: str
    value: str
    real: str
    better: str
    grade: Grade | None
    grade_words: str
    explanation: str
    note: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table; `mark` says in a word why it stands out, or is empty."""

    text: str
    is_number: bool = False
    mark: str = ""


@dataclass(frozen=True)
class ShownTable:
    """A table as a page has it; the first column names the rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class ShownPicture:
    """A picture inside the page."""

    title: str
    data: str
    alt: str
    caption: str = ""
    is_wide: bool = False
    """Whether it cannot be read in the width of a phone: it scrolls there."""


@dataclass(frozen=True)
class ShownSection:
    """What the metrics of one section found."""

    key: Section
    title: str
    figures: Sequence[FigureRow]
    errors: Sequence[tuple[str, str]]
    """The metric's name, and why it could not be measured."""
    classes: ShownTable | None
    tables: Sequence[ShownTable]
    pictures: Sequence[ShownPicture]

    @property
    def has_details(self) -> bool:
        """Whether there is more than figures."""
        return bool(self.classes or self.tables or self.pictures)


def sections(evaluation: Evaluation) -> list[ShownSection]:
    """The sections that have anything to show, in the order of a page."""
    shown_sections = []
    for key, title in SECTIONS.items():
        results = [result for result in evaluation.results if result.section == key]
        found = [result.measurement for result in results]
        by_title = {figure.title: figure for measurement in found for figure in measurement.figures}
        figures = list(by_title.values())  # one that has two names, such as augmentation_gain, is shown once
        errors = [(listing(names, len(names)), error) for error, names in by_error(results).items()]
        section = ShownSection(
            key=key,
            title=title,
            figures=[_figure_row(figure, evaluation) for figure in figures],
            errors=errors,
            classes=class_table([figure for figure in figures if figure.per_class]),
            tables=[_detail(table) for measurement in found for table in measurement.tables if table.rows],
            pictures=[
                ShownPicture(p.title, png_url(p.png), p.alt, p.caption, is_wide(p.png))
                for measurement in found
                for p in measurement.pictures
            ],
        )
        if figures or errors or section.has_details:
            shown_sections.append(section)
    return shown_sections


def class_table(figures: Sequence[Figure]) -> ShownTable | None:
    """A row for each class, with real data's value in brackets; the worst class of each figure is marked."""
    names = list(dict.fromkeys(name for figure in figures for name in figure.per_class))
    if not names:
        return None
    worst = {figure.name: _worst_class(figure) for figure in figures}
    rows = []
    for name in names:
        cells = [Cell(name)]
        for figure in figures:
            text = number(figure.per_class.get(name), figure.unit)
            real = known(figure.per_class_real.get(name))
            if real is not None:
                text += f" ({number(real, figure.unit)})"
            cells.append(Cell(text, True, "worst" if worst[figure.name] == name else ""))
        rows.append(cells)
    return ShownTable(
        title="By class",
        columns=["class", *(figure.title for figure in figures)],
        rows=rows,
        caption="In brackets: real data in the place of the synthetic. The worst class of each column is marked.",
    )


def png_url(png: bytes) -> str:
    """A PNG as a data: URL."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def is_wide(png: bytes) -> bool:
    """Whether a PNG has more pixels across than a phone shows well."""
    return int.from_bytes(png[16:20], "big") > WIDE


def _figure_row(figure: Figure, evaluation: Evaluation) -> FigureRow:
    found = grade(figure, evaluation)
    words = GRADES[found]
    if is_gain(figure.name):
        words = {"good": "helps", "fair": "no clear difference", "bad": "harms", None: ""}[found]
    elif figure.better == "lower" or figure.name in ("dcr_share", "membership_auc"):
        words = {"good": "close to real", "fair": "raised", "bad": "too high", None: ""}[found]
    return FigureRow(
        name=figure.name,
        title=figure.title,
        value=shown(figure) if figure.value is not None else "could not be measured",
        real=number(figure.real, figure.unit),
        better={"higher": "higher is better", "lower": "lower is better", "near_real": "near real is better"}[
            figure.better
        ],
        grade=found,
        grade_words=words,
        explanation=explain(figure),
        note=_sentence(figure.note),
    )


def _sentence(text: str) -> str:
    text = text.strip()
    end = "" if not text or text.endswith((".", "!", "?")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def _worst_class(figure: Figure) -> str | None:
    """The class that is furthest behind what real data gets in it; None where all are equal or there is one."""
    behind: dict[str, float] = {}
    for name, value in figure.per_class.items():
        real = known(figure.per_class_real.get(name))
        if known(value) is None:
            if real is not None:  # else it could not be measured, which is not bad
                behind[name] = float("inf")
        elif figure.better == "higher":
            behind[name] = (real or 0.0) - float(value or 0.0)
        elif figure.better == "lower":
            behind[name] = float(value or 0.0) - (real or 0.0)
        else:
            behind[name] = abs(float(value or 0.0) - (real or 0.0))
    if len(set(behind.values())) < 2:
        return None
    worst = max(behind, key=lambda name: behind[name])
    return worst if behind[worst] > 0 else None


def _detail(table: DetailTable) -> ShownTable:
    rows = [[_cell(value) for value in row] for row in table.rows[:ROWS]]
    return ShownTable(table.title, table.columns, rows, table.caption, len(table.rows) - len(rows))


def _cell(value: str | float | int | None) -> Cell:
    if value is None or isinstance(value, str):
        return Cell("–" if value is None else value)
    return Cell(number(float(value)), True)
