"""Do synthetic samples vary as real ones do: recall and coverage, missing classes, spread, repeated samples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation.feature_options import FeatureOptions, chosen_features
from synthgen.evaluation.features import learnt_features
from synthgen.evaluation.fidelity import NeighbourOptions, Overlaps, overlap_figure
from synthgen.evaluation.groups import Group, Scores, by_class
from synthgen.evaluation.judged import HARDLY
from synthgen.evaluation.neighbours import Overlap
from synthgen.evaluation.spread import NEAR, REPEATED, mean_distance, nearest_others, plain_values, repeats
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

EXPECTED = 5
"""So many samples of a class must be expected, by its share of the real ones, for it to be missed if there are
none: by chance that happens less than once in a hundred times."""
LEAST = 5
"""Members of a class on each side for its spread."""


class Recall(Metric):
    """Share of real samples that lie among synthetic ones (recall) or have one near (coverage), and classes that
    the synthetic samples lack."""

    section: ClassVar[Section] = "diversity"
    figures: ClassVar[tuple[str, ...]] = ("coverage", "missing_classes")
    Options = NeighbourOptions

    def measure(self, comparison: Comparison) -> Measurement:
        """`recall` and `coverage`, as a whole and by class, and with classes `missing_classes`."""
        found = comparison.once(Overlaps(self.options))
        absent = _absent(comparison)
        figures = [
            _none_covered(overlap_figure(name, title, found, unit="%"), absent)
            for name, title in (("recall", "Recall"), ("coverage", "Coverage"))
        ]
        if len(comparison.names) > 1:
            figures.append(_missing_classes(found, absent))
        return Measurement(tuple(figures))


def _absent(comparison: Comparison) -> list[str]:
    """Classes that have no synthetic members, where as many real samples would have some."""
    size = len(comparison.names)
    real, made = (np.bincount(part.y, minlength=size) for part in (comparison.real, comparison.synthetic))
    usual = real * (len(comparison.synthetic) / len(comparison.real)) >= EXPECTED
    return [name for label, name in enumerate(comparison.names) if usual[label] and not made[label]]


def _none_covered(figure: Figure, absent: list[str]) -> Figure:
    """The figure, with 0 and not nothing for classes that are not there."""
    return replace(figure, per_class={**figure.per_class, **dict.fromkeys(absent, 0.0)})


def _missing_classes(found: Scores[Overlap], absent: list[str]) -> Figure:
    missing = list(absent)
    for name, value in found.per_class.items():
        if value is not None:
            real = found.per_class_real[name]
            if value.coverage < HARDLY * (real.coverage if real else 1.0):
                missing.append(name)
    note = f"classes without samples, or with a coverage below {HARDLY:.0%} of that of real samples"
    if missing:
        in_order = [name for name in found.per_class if name in missing]
        note = f"missing: {', '.join(in_order)}; {note}"
    return Figure(
        name="missing_classes",
        title="Missing classes",
        value=float(len(missing)),
        real=0.0,
        better="lower",
        note=note,
    )


class Spread(Metric):
    """How far apart synthetic samples of a class are, over how far apart real ones are: below 1 where a generator
    makes each class too alike."""

    section: ClassVar[Section] = "diversity"
    Options = FeatureOptions

    def measure(self, comparison: Comparison) -> Measurement:
        """`spread_ratio`, by class and as the classes' mean."""
        features = chosen_features(comparison, self.options)
        many = by_class(features, LEAST)
        groups = many or {"": Group(features.real, features.again, features.synthetic)}
        ratios: dict[str, float | None] = {}
        real: dict[str, float | None] = {}
        for name, group in groups.items():
            ratios[name] = _ratio(group.real, group.synthetic) if group else None
            real[name] = _ratio(group.real, group.again) if group and group.again is not None else None
        value = _mean(ratios.values())
        if value is None:
            raise DataError(
                f"no spread to compare: it takes {LEAST} real and {LEAST} synthetic samples of a class that are not"
                " all the same"
            )
        figure = Figure(
            name="spread_ratio",
            title="Spread within a class, over that of real samples",
            value=value,
            real=_mean(real.values()),
            better="near_real",
            per_class=ratios if many else {},
            per_class_real=real if many else {},
            note=f"mean distance of two samples of a class; {features.words}",
        )
        return Measurement((figure,))


def _ratio(real: np.ndarray, others: np.ndarray) -> float | None:
    """None where the real ones are all the same."""
    if min(len(real), len(others)) < LEAST:
        return None
    own = mean_distance(real)
    return mean_distance(others) / own if own > 0 else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


class Duplicates(Metric):
    """Share of synthetic samples that repeat another one, exactly or nearly: the nearest other one is much nearer
    than real samples ever are."""

    section: ClassVar[Section] = "diversity"

    def measure(self, comparison: Comparison) -> Measurement:
        """`duplicates`, as a whole and by class."""
        real, again, synthetic = comparison.sides
        if min(len(real), len(synthetic)) < 2:
            raise DataError(
                f"{len(real)} real and {len(synthetic)} synthetic samples: two of each are needed"
            )
        features = comparison.once(learnt_features)
        near = nearest_others(features.real, _values(real, features.real))
        found = repeats(nearest_others(features.synthetic, _values(synthetic, features.synthetic)), near)
        figure = Figure(
            name="duplicates",
            title="Samples that repeat another one",
            value=float(found.mean()),
            better="lower",
            per_class=_shares(found, synthetic.y, features.classes),
            unit="%",
            note=f"nearer to another one than {REPEATED:.0%} of what only {NEAR:.0%} of real samples are",
        )
        if again is not None and features.again is not None:
            repeated = repeats(nearest_others(features.again, _values(again, features.again)), near)
            by_name = _shares(repeated, again.y, features.classes)
            figure = replace(figure, real=float(repeated.mean()), per_class_real=by_name)
        return Measurement((figure,))


def _values(dataset: Dataset, points: np.ndarray) -> np.ndarray:
    """What copies are told by: a table's rows as points, the values of anything else."""
    return points if dataset.kind == "table" else plain_values(dataset)


def _shares(found: np.ndarray, y: np.ndarray, classes: tuple[str, ...]) -> dict[str, float | None]:
    return {
        name: float(found[y == label].mean()) if (y == label).any() else None
        for label, name in enumerate(classes)
    }
