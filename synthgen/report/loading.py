"""Reading a report.json again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from synthgen.errors import DataError, UsageError
from synthgen.evaluation.results import Evaluation, MetricResult
from synthgen.files import reason
from synthgen.metric import DetailTable, Figure, Measurement

FORMAT = 1
"""Of report.json; another number when its fields change."""
REPORT_HTML, REPORT_JSON = "report.html", "report.json"


@dataclass(frozen=True)
class LoadedReport:
    """A report as it was written, without its pictures."""

    name: str
    """What to call it beside others."""
    evaluation: Evaluation
    verdict: Mapping[str, Any] = field(repr=False)
    """As `Verdict.to_dict` gives it."""
    context: Mapping[str, Any] = field(repr=False)
    made: str = ""


def load_report(path: Path, name: str | None = None) -> LoadedReport:
    """Of a run's folder, or of a report.json itself; raises UsageError if it is none, DataError if it
    cannot be read.
    """
    file = path / REPORT_JSON if path.is_dir() else path
    if not path.exists():
        raise UsageError(
            f"{path}: there is no such folder or file; name the folder of a run or of a report, or a report.json"
        )
    if file != path and not file.exists() and not (path / "run.json").exists():
        raise UsageError(
            f"{path}: is neither the folder of a run nor has it a report.json; for any synthetic data, synthgen"
            " evaluate --real DATA --synthetic DATA makes a report"
        )
    try:
        content = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"there is no report in {path}: {file.name} is missing; make one with synthgen evaluate {path}"
        ) from None
    except OSError as error:
        raise DataError(f"{file} cannot be read: {reason(error)}") from error
    except ValueError as error:
        raise DataError(f"{file} is no report: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UsageError(f"{file} is no report that this version of synthgen writes; make it again")
    try:
        return LoadedReport(
            name=name or default_name(path),
            evaluation=evaluation_from(content["evaluation"]),
            verdict=_verdict(content["verdict"]),
            context=dict(content["context"]),
            made=str(content["made"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{file} is not a whole report: {type(error).__name__}: {error}") from error


def default_name(path: Path) -> str:
    """The folder's name."""
    place = path.resolve()
    return place.name if place.is_dir() else place.parent.name


def evaluation_from(content: Mapping[str, Any]) -> Evaluation:
    """What `Evaluation.to_dict` was made of, but for the pictures."""
    return Evaluation(
        kind=content["kind"],
        classes=tuple(content["classes"]),
        samples=dict(content["samples"]),
        full=content["level"] == "full",
        seed=content["seed"],
        seconds=content["seconds"],
        results=tuple(_result(metric) for metric in content["metrics"]),
        notes=tuple(content["notes"]),
        facts=dict(content["facts"]),
    )


def _verdict(content: Mapping[str, Any]) -> dict[str, Any]:
    """With all that a page of several reports shows."""
    findings = [
        {key: str(finding[key]) for key in ("key", "question", "answer", "tone")}
        for finding in content["findings"]
    ]
    words = {key: str(content[key]) for key in ("outcome", "headline")}
    return {**content, **words, "findings": findings}


def _result(content: Mapping[str, Any]) -> MetricResult:
    options = content.get("options")  # which older versions did not write
    figures = tuple(Figure(**_fields(Figure, figure)) for figure in content["figures"])
    tables = tuple(DetailTable(**_fields(DetailTable, table)) for table in content["tables"])
    return MetricResult(
        name=content["name"],
        section=content["section"],
        seconds=content["seconds"],
        measurement=Measurement(figures, tables),
        error=content["error"],
        options=None if options is None else dict(options),
    )


def _fields(kind: type[Any], content: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in content.items() if name in names}
