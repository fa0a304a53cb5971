"""A metric that costs nothing, and registries and a file that have it alone, so that tests judge in no time."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from synthgen import Comparison, DataError, Figure, Measurement, Metric, Options
from synthgen.plugins import PluginInfo, Registered, Registry, load_plugins

PLUGIN = '''\
from synthgen import Figure, Measurement, Metric, hookimpl


class Counts(Metric):
    """Counts samples."""

    section = "fidelity"

    def measure(self, comparison):
        shares = {name: int((comparison.synthetic.y == y).sum()) for y, name in enumerate(comparison.names)}
        held_out = None if comparison.held_out is None else len(comparison.held_out)
        figures = (
            Figure("count", "Samples", len(comparison.synthetic), len(comparison.real), per_class=shares),
            Figure("held_out_count", "Held out", held_out),
            Figure("first", "Mean of the first", _mean(comparison.synthetic.x)),
        )
        return Measurement(figures)


def _mean(x):
    return float(x[:5].mean()) if hasattr(x, "shape") and not hasattr(x, "columns") else float(x.iloc[0, 0])


@hookimpl
def register_metrics(register):
    register("counts", Counts)
'''


def only_metrics(**metrics: type[Metric]) -> Registry:
    """All built-in components, but these metrics alone."""
    registry = load_plugins(installed=False)
    for kind, name in [key for key in registry._components if key[0] == "metric"]:
        del registry._components[kind, name]
    owner = PluginInfo("toys", "1", "a test")
    for name, metric in metrics.items():
        registry.add(Registered("metric", name, metric, owner))
    return registry


class Counts(Metric):
    """Counts samples, and keeps the comparison."""

    seen: ClassVar[list[Comparison]] = []

    def measure(self, comparison: Comparison) -> Measurement:
        self.seen.append(comparison)
        figure = Figure("count", "Samples", len(comparison.synthetic), len(comparison.real))
        return Measurement((figure,))


class Refusing(Metric):
    """Says that it cannot."""

    quick = False

    def measure(self, comparison: Comparison) -> Measurement:
        raise DataError("one class is not enough")


class Broken(Metric):
    """Cannot be built."""

    def __init__(self, options: Options) -> None:
        raise RuntimeError("no GPU")

    def measure(self, comparison: Comparison) -> Measurement:
        raise AssertionError


class Needy(Metric):
    """Cannot do without an option."""

    class Options(Options):
        """One."""

        file: str
        """Of weights."""

    def measure(self, comparison: Comparison) -> Measurement:
        return Measurement((Figure("weights", self.options.file, float(np.mean(comparison.real.y))),))
