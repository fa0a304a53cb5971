"""`synthgen compare`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from synthgen.cli.common import ExistingPath
from synthgen.errors import UsageError


@click.command()
@click.argument("reports", nargs=-1, required=True, type=ExistingPath, metavar="RUN...")
@click.option("--html", type=ExistingPath, help="A page to write as well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
def compare(reports: tuple[Path, ...], html: Path | None, as_json: bool, debug: bool) -> None:
    """Lay the reports of several runs side by side, the best first as far as they can be compared.

    RUN is the folder of a run or of a report, or a report.json itself. What is best goes by what a classifier
    learns from the samples, then by variety, then by likeness; runs that collapsed or copied come last. Runs on
    data of other kinds or classes, or with scores measured in another way, are lists of their own.
    """
    from synthgen.files import write_atomically
    from synthgen.report import compare_reports

    click.get_current_context().meta["synthgen.debug"] = debug
    if html is not None and html.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--html {html}: the file's name must end in .html")
    if html is not None and not html.parent.is_dir():
        raise UsageError(f"--html {html}: there is no folder {html.parent}; make it first")
    twice = [
        str(path) for i, path in enumerate(reports) if path.resolve() in {p.resolve() for p in reports[:i]}
    ]
    if twice:
        raise UsageError(f"{twice[0]} is given twice")
    found = compare_reports(reports)
    if html is not None:
        write_atomically(html, found.to_html().encode())
        click.echo(f"page: {html}", err=True)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else found.to_text())
