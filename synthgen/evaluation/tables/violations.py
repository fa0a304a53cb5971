"""How many rows break the rules that the model was given."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from synthgen.metric import Comparison, DetailTable, Figure, Measurement, Metric, Section


class Violations(Metric):
    """The share of synthetic rows that break any of the recipe's constraints. Measured where there are any."""

    kinds = frozenset({"table"})
    section: ClassVar[Section] = "tables"
    seconds = 0.2

    def measure(self, comparison: Comparison) -> Measurement:
        """The figure, and each constraint, the most broken first; nothing if the model has no constraints."""
        codec = comparison.codec
        obeyed = codec.rules(comparison.synthetic.x) if codec is not None else {}
        if codec is None or not obeyed or not len(comparison.synthetic):
            return Measurement()
        held_out = comparison.held_out
        others = held_out if held_out is not None and len(held_out) else comparison.real
        known = codec.rules(others.x)
        rows = [
            (rule, int(np.count_nonzero(~holds)), float(np.mean(~holds)), float(np.mean(~known[rule])))
            for rule, holds in obeyed.items()
        ]
        rows.sort(key=lambda row: -row[2])
        figure = Figure(
            "violations",
            "Rows that break a constraint",
            float(np.mean(~np.logical_and.reduce(list(obeyed.values())))),
            real=float(np.mean(~np.logical_and.reduce(list(known.values())))),
            better="lower",
            unit="%",
            note=f"{len(obeyed)} constraints, {len(comparison.synthetic):,} synthetic rows",
        )
        table = DetailTable(
            "Constraints",
            ("constraint", "rows that break it", "share", "share of real rows"),
            [(rule, count, round(share, 6), round(real, 6)) for rule, count, share, real in rows],
        )
        return Measurement((figure,), (table,))
