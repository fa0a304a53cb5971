"""The folder that a report is written into: made if need be, and nobody else's files overwritten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from synthgen.errors import UsageError
from synthgen.files import reason
from synthgen.report import REPORT_HTML, REPORT_JSON


def check_report_folder(folder: Path) -> None:
    """Raise UsageError if a report cannot be written here: into a file, or over files that are no report."""
    try:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file; name a folder for the report")
        for file in (folder / REPORT_JSON, folder / REPORT_HTML):
            if file.exists() and not _is_report(file):
                raise UsageError(
                    f"{file} exists and is no report of synthgen; name another folder, or remove it"
                )
    except OSError as error:
        raise UsageError(f"{folder} cannot be looked at: {reason(error)}") from error


def make_report_folder(folder: Path) -> None:
    """Make the folder if it is not there; raises UsageError if it cannot be, and as `check_report_folder`."""
    check_report_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"the folder {folder} cannot be made: {reason(error)}") from error


def earlier_report(folder: Path) -> str | None:
    """When the report that is here was made, such as `2024-05-06 07:08 UTC`, empty if it does not say; None if
    there is none. Of files that are a report's, see `check_report_folder`."""
    figures = folder / REPORT_JSON
    if not figures.exists():
        return "" if (folder / REPORT_HTML).exists() else None
    try:
        made = datetime.fromisoformat(json.loads(figures.read_bytes())["made"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return f"{made.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _is_report(file: Path) -> bool:
    """Whether this is what a report consists of; a page also by the figures that lie beside it."""
    if file.is_dir():
        return False
    figures = file.with_name(REPORT_JSON)
    try:
        content = json.loads(figures.read_bytes()) if figures.is_file() else None
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict) and {"format", "evaluation", "verdict"} <= set(content):
        return True
    return file != figures and b"synthgen" in file.read_bytes()
