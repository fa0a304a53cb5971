"""`synthgen snapshots`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from synthgen.cli.common import ExistingPath


@click.command()
@click.argument("run", type=ExistingPath, metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def snapshots(run: Path, as_json: bool) -> None:
    """List the models that a RUN has kept while it trained: step, time, folder.

    train.snapshot_every says how often a run keeps one. Use one with --snapshot STEP of sample, export and
    interpolate, or name its folder in place of RUN. The last line is the run's own model, once it is finished.
    """
    from synthgen.listeners import duration
    from synthgen.snapshots import list_snapshots

    found = list_snapshots(run)
    if as_json:
        click.echo(json.dumps([snapshot.to_dict() for snapshot in found], indent=2))
        return
    if not any(not snapshot.final for snapshot in found):
        click.echo("no snapshots were kept; train.snapshot_every says how often to keep one", err=True)
    newest = max((snapshot.step for snapshot in found if not snapshot.final), default=None)
    for snapshot in found:
        time = "-" if snapshot.seconds is None else duration(snapshot.seconds)
        is_newest = snapshot.step == newest and not snapshot.final
        mark = "  model" if snapshot.final else "  newest" if is_newest else ""
        click.echo(f"{snapshot.step:>9}  {time:>8}  {snapshot.path}{mark}")
