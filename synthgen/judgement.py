"""What an evaluation found, together with what a report tells beside it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.verdict import Verdict, verdict
from synthgen.report import ReportContext, WrittenReport, write_report
from synthgen.report_folder import earlier_report, make_report_folder

logger = logging.getLogger("synthgen")


@dataclass(frozen=True, repr=False)
class Judgement(Evaluation):
    """An evaluation that can be written as a report; printed, it is the verdict."""

    context: ReportContext = field(default_factory=ReportContext, repr=False)

    @classmethod
    def of(cls, evaluation: Evaluation, context: ReportContext) -> Self:
        """These two together."""
        found: dict[str, Any] = {f.name: getattr(evaluation, f.name) for f in fields(Evaluation)}
        return cls(**found, context=context)

    @property
    def verdict(self) -> Verdict:
        """What the figures come to, in words."""
        return verdict(self, self.context.health)

    def write(self, folder: Path | str) -> WrittenReport:
        """Write report.html and report.json into a folder, which is made if it is not there.

        An earlier report is replaced, which the log says. Raises UsageError for files of these names that are
        no report, SynthgenError where the disk refuses.
        """
        folder = Path(folder)
        make_report_folder(folder)
        earlier = earlier_report(folder)
        written = write_report(self, folder, self.context)
        if earlier is not None:
            logger.info(
                "the earlier report in %s%s was replaced", folder, earlier and f", made on {earlier},"
            )
        return written

    def __repr__(self) -> str:
        said, count = self.verdict, sum(1 for _ in self.figures())
        return f"<Judgement {said.outcome}, {count} figures: {said.headline}>"

    def __str__(self) -> str:
        return self.verdict.to_text()
