"""Writing report.html and report.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.verdict import Verdict, verdict
from synthgen.files import write_atomically
from synthgen.report.context import ReportContext
from synthgen.report.loading import FORMAT, REPORT_HTML, REPORT_JSON
from synthgen.report.page import report_page


class WrittenReport(NamedTuple):
    """Where a report is, and what it says."""

    html: Path
    json: Path
    verdict: Verdict


def write_report(evaluation: Evaluation, folder: Path, context: ReportContext | None = None) -> WrittenReport:
    """Write the two files into a folder that is there; those of an earlier report are replaced.

    Both are the same for the same evaluation and context but for the time. Raises SynthgenError where the disk
    refuses.
    """
    context = context or ReportContext()
    made = context.made or datetime.now(UTC)
    said = verdict(evaluation, context.health)
    html = report_page(evaluation, said, context, made)
    content = {
        "format": FORMAT,
        "made": made.isoformat(timespec="seconds"),
        "verdict": said.to_dict(),
        "evaluation": evaluation.to_dict(),
        "context": context.to_dict(),
    }
    text = json.dumps(as_json(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    written = WrittenReport(folder / REPORT_HTML, folder / REPORT_JSON, said)
    write_atomically(written.json, text.encode())
    write_atomically(written.html, html.encode())
    return written


def as_json(value: Any) -> Any:
    """Plain values: NumPy's numbers as Python's, those that are not finite as null, anything else as its text."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        return as_json(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return as_json(value.tolist()) if hasattr(value, "tolist") else str(value)
