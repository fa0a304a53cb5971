"""Do synthetic samples look like real ones: Fréchet distance, kernel distance, precision and density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import PositiveInt

from synthgen.evaluation.feature_options import FeatureOptions, chosen_features
from synthgen.evaluation.frechet import frechet_distance
from synthgen.evaluation.groups import Scores, scores
from synthgen.evaluation.kernel_distance import kernel_distance
from synthgen.evaluation.neighbours import K, Overlap, overlap
from synthgen.metric import Comparison, Figure, Measurement, Metric, Section

LEAST = 10
"""Samples of each side, of all or of a class, below which distances of distributions say nothing."""


class FrechetDistance(Metric):
    """Fréchet distance of synthetic to real samples, on features of a classifier trained on the real ones."""

    section: ClassVar[Section] = "fidelity"
    Options = FeatureOptions
    seconds: ClassVar[float] = 6.0  # the first metric that looks at features has them made

    def measure(self, comparison: Comparison) -> Measurement:
        """`frechet`, as a whole and by class."""
        features = chosen_features(comparison, self.options)
        found = scores(features, frechet_distance, LEAST)
        alike = "the same weights and " if "sha256" in features.about else ""
        note = f"not the FID: only figures with {alike}as many samples compare; {found.note}"
        return Measurement((_distance("frechet", "Fréchet distance", found, note),))


class KernelDistance(Metric):
    """Kernel distance (unbiased MMD with a cubic kernel) of synthetic to real samples, on the same features."""

    section: ClassVar[Section] = "fidelity"
    Options = FeatureOptions

    def measure(self, comparison: Comparison) -> Measurement:
        """`kid`, as a whole and by class."""
        found = scores(chosen_features(comparison, self.options), kernel_distance, LEAST)
        note = "0 on average for data that is alike, however few the samples; " + found.note
        return Measurement((_distance("kid", "Kernel distance (KID)", found, note),))


def _distance(name: str, title: str, found: Scores[float], note: str) -> Figure:
    return Figure(
        name=name,
        title=title,
        value=found.value,
        real=found.real,
        better="lower",
        per_class=found.per_class,
        per_class_real=found.per_class_real,
        note=note,
    )


class NeighbourOptions(FeatureOptions):
    """What metrics on nearest neighbours take."""

    neighbours: PositiveInt = K
    """The ball around a sample reaches to its so many-th nearest neighbour."""


@dataclass(frozen=True)
class Overlaps:
    """Precision, recall, density and coverage of a comparison; for `comparison.once`."""

    options: NeighbourOptions

    def __call__(self, comparison: Comparison) -> Scores[Overlap]:
        """Raises DataError with fewer samples than neighbours."""
        k = self.options.neighbours
        features = chosen_features(comparison, self.options)
        return scores(features, lambda real, made: overlap(real, made, k), k + 1)


class Precision(Metric):
    """Share of synthetic samples that lie among real ones (precision), and how densely (density)."""

    section: ClassVar[Section] = "fidelity"
    figures: ClassVar[tuple[str, ...]] = ("density",)
    Options = NeighbourOptions

    def measure(self, comparison: Comparison) -> Measurement:
        """`precision` and `density`, as a whole and by class."""
        found = comparison.once(Overlaps(self.options))
        return Measurement(
            (
                overlap_figure("precision", "Precision", found, unit="%"),
                overlap_figure("density", "Density", found),
            )
        )


def overlap_figure(name: str, title: str, found: Scores[Overlap], unit: str = "") -> Figure:
    """The figure of one of the four numbers."""
    return Figure(
        name=name,
        title=title,
        value=getattr(found.value, name),
        real=getattr(found.real, name, None),
        better="higher",
        per_class={label: getattr(value, name, None) for label, value in found.per_class.items()},
        per_class_real={label: getattr(value, name, None) for label, value in found.per_class_real.items()},
        unit=unit,
        note=found.note,
    )
