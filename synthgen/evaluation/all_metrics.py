"""The word `all` in a recipe's list of metrics."""

from __future__ import annotations

from typing import ClassVar

from synthgen.metric import Comparison, Measurement, Metric


class AllMetrics(Metric):
    """All metrics that suit the data and need no options, plugins' too; one that is named beside it has the options
    that are given there."""

    seconds: ClassVar[float] = 0.0

    def measure(self, comparison: Comparison) -> Measurement:
        """Nothing of its own: `choose_metrics` puts the others in its place."""
        return Measurement()
