"""What synthetic data is worth beside other synthetic data."""

from __future__ import annotations

from collections.abc import Sequence

from synthgen.evaluation.enough import too_few
from synthgen.evaluation.grading import kept
from synthgen.evaluation.verdict import RUINED
from synthgen.evaluation.wording import known
from synthgen.report.loading import LoadedReport


def worth(report: LoadedReport) -> tuple[bool, bool, bool, float, float, float]:
    """More is better: whether it is of any use and there is enough to tell, then use, variety and likeness, each as
    a share of real data's."""
    use = _kept(report, "tstr")
    diverse = [min(1.0, part) for name in ("recall", "coverage") if (part := _kept(report, name)) is not None]
    likeness = [
        min(1.0, part)
        for name in ("precision", "shapes", "trends")
        if (part := _kept(report, name)) is not None
    ]
    boosting = known(report.evaluation.value("c2st_boosting"))
    if boosting is not None:
        likeness.append(2 * (1 - max(0.5, boosting)))
    return (
        report.verdict["outcome"] not in RUINED,
        too_few(report.evaluation) is None,
        use is not None,
        round(use or 0.0, 3),
        _mean(diverse),
        _mean(likeness),
    )


def _kept(report: LoadedReport, name: str) -> float | None:
    return kept(report.evaluation.figure(name), report.evaluation)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
