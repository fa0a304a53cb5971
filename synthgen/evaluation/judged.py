"""The figures of an evaluation with their grades, in the words of a verdict."""

from __future__ import annotations

from synthgen.evaluation.grading import Grade, grade
from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.wording import known, number, shown
from synthgen.metric import Figure

FAR_BEHIND = 0.5
"""A class that is worth less than this share of what real data makes of it is named, and the answer no full yes."""

SHORT = {
    "precision": "precision",
    "recall": "recall",
    "coverage": "coverage",
    "spread_ratio": "spread within classes",
    "missing_classes": "missing classes",
    "duplicates": "repeated samples",
    "trts": "recognised by a classifier of real samples",
    "shapes": "column shapes",
    "trends": "pair trends",
    "violations": "rows that break a rule",
    "c2st_boosting": "told apart by boosting, AUC",
    "c2st_logistic": "told apart by logistic regression, AUC",
    "exact_copies": "exact copies",
    "near_copies": "near copies",
    "dcr_share": "nearer to training than to held-out samples",
    "nndr": "nearest-neighbour distance ratio",
    "membership_auc": "membership attack, AUC",
}
"""What figures are called within a sentence."""

PREDICTED = "predicted by a model of real samples, R²"
"""What `trts` is called where the target is a number."""

HARDLY = 0.1
"""Of real data's coverage: a class that has less counts as missing, in the figure and in words."""


MOSTLY_REPEATED = 0.5
"""Of all samples: a model has collapsed, whatever else its samples look like. Blurred digits are so alike that a
sixth of them passes for repeated."""


class Judged:
    """An evaluation's figures with their grades."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def figure(self, name: str) -> Figure | None:
        """The figure of this name; None if it is missing or has no value."""
        figure = self.evaluation.figure(name)
        return figure if figure is not None and known(figure.value) is not None else None

    def grade(self, name: str) -> Grade | None:
        """Its grade; None if it has none."""
        return grade(self.figure(name), self.evaluation)

    def grades(self, *names: str) -> dict[str, Grade]:
        """Of these figures, those that have a grade."""
        return {name: found for name in names if (found := self.grade(name)) is not None}

    def value(self, name: str) -> str:
        """The value in words."""
        figure = self.figure(name)
        return shown(figure) if figure is not None else "–"

    def real(self, name: str) -> str:
        """What real data gets, in words."""
        figure = self.figure(name)
        return number(known(figure.real), figure.unit) if figure is not None else "–"

    @property
    def of_number(self) -> bool:
        """Whether use is told of a number that is predicted, as R², and not of labels."""
        figures = (self.figure(name) for name in ("tstr", "trts"))
        return any(figure is not None and "R²" in figure.title for figure in figures)

    @property
    def mostly_repeated(self) -> bool:
        """Whether most samples repeat another one, and those that real data repeats are not many."""
        share = known(self.evaluation.value("duplicates")) or 0.0
        return share > MOSTLY_REPEATED and self.grade("duplicates") == "bad"

    def told(self, *names: str) -> str:
        """`recall 0.4 (real 0.9), coverage …`: those of these figures that are there."""
        words = []
        for name in names:
            figure = self.figure(name)
            if figure is not None:
                real = f" (real {self.real(name)})" if known(figure.real) is not None else ""
                short = PREDICTED if name == "trts" and self.of_number else SHORT.get(name, figure.title)
                words.append(f"{short} {self.value(name)}{real}")
        return ", ".join(words)


def names_of_missing(judged: Judged) -> list[str]:
    """Classes that have no samples, or hardly cover what is real of them."""
    figure = judged.figure("coverage")
    if judged.grade("missing_classes") != "bad" or figure is None:
        return []
    behind = {name for name, part in _class_parts(judged, figure).items() if part is None or part < HARDLY}
    return [name for name, value in figure.per_class.items() if known(value) == 0 or name in behind]


def classes_behind(judged: Judged, name: str) -> list[str]:
    """`8 (61 %, real 95 %)`: classes far behind what real data makes of them, the worst first."""
    figure = judged.figure(name)
    if figure is None:
        return []
    parts = {c: part for c, part in _class_parts(judged, figure).items() if part is not None}
    worst = sorted((part, c) for c, part in parts.items() if part < FAR_BEHIND)
    return [
        f"{c} ({number(figure.per_class[c], figure.unit)}, real {number(figure.per_class_real[c], figure.unit)})"
        for _, c in worst
    ]


def _class_parts(judged: Judged, figure: Figure) -> dict[str, float | None]:
    """By class, the value as a share of real data's; a class without samples has None, one without a real value
    is left out."""
    parts: dict[str, float | None] = {}
    for name, value in figure.per_class.items():
        found, real = known(value), known(figure.per_class_real.get(name))
        if real:
            parts[name] = None if found is None else found / real
    return parts
