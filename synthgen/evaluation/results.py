"""What an evaluation found: the figures of each metric, in one piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from synthgen.metric import Figure, Measurement, Section


@dataclass(frozen=True)
class MetricResult:
    """What one metric found, or why it could not."""

    name: str
    section: Section
    seconds: float
    measurement: Measurement = field(default_factory=Measurement)
    error: str | None = None
    """Why it could not be measured, in a sentence; its figures are missing then."""
    options: Mapping[str, Any] | None = None
    """What it was measured with, defaults among them; JSON. None in reports of versions that recorded none."""


def by_error(results: Iterable[MetricResult]) -> dict[str, list[str]]:
    """Names of metrics that could not be measured, by why: what several lack is told once."""
    names: dict[str, list[str]] = {}
    for result in results:
        if result.error:
            names.setdefault(result.error, []).append(result.name)
    return names


@dataclass(frozen=True)
class Evaluation:
    """All that was found of one synthetic dataset."""

    kind: str
    """`images`, `table` or `signals`."""
    classes: tuple[str, ...]
    samples: Mapping[str, int]
    """How many were compared: `real`, `held_out`, `synthetic`."""
    full: bool
    seed: int
    seconds: float
    results: tuple[MetricResult, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    """What a reader must know of the data, such as how the held-out samples were chosen."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from: names, fingerprints, versions; JSON."""

    def figures(self) -> Iterator[Figure]:
        """All figures, in the metrics' order."""
        for result in self.results:
            yield from result.measurement.figures

    def figure(self, name: str) -> Figure | None:
        """The figure of this name; None if no metric gave one."""
        return next((figure for figure in self.figures() if figure.name == name), None)

    def value(self, name: str) -> float | None:
        """The value of the figure of this name; None if there is none."""
        figure = self.figure(name)
        return figure.value if figure is not None else None

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without pictures."""
        return {
            "kind": self.kind,
            "classes": list(self.classes),
            "samples": dict(self.samples),
            "level": "full" if self.full else "quick",
            "seed": self.seed,
            "seconds": round(self.seconds, 2),
            "notes": list(self.notes),
            "facts": dict(self.facts),
            "metrics": [
                {
                    "name": result.name,
                    "section": result.section,
                    "options": None if result.options is None else dict(result.options),
                    "seconds": round(result.seconds, 2),
                    "error": result.error,
                    "figures": [asdict(figure) for figure in result.measurement.figures],
                    "tables": [asdict(table) for table in result.measurement.tables],
                }
                for result in self.results
            ],
        }
