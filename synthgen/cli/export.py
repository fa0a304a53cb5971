"""`synthgen export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthgen.cli.common import (
    ExistingPath,
    check_format_options,
    split_names,
    split_where,
    with_output,
    with_plugins,
    with_snapshot,
)

if TYPE_CHECKING:
    from synthgen.plugins import Registry

AMOUNTS = ("count", "per_class", "balance")
"""Settings of which one says how many samples to make: a new one takes the place of the recipe's."""


@click.command()
@click.argument("run", type=ExistingPath, metavar="RUN")
@click.option("--format", "format_", help="See synthgen list exporters; the recipe's if not given.")
@click.option("-n", "--count", type=int, help="How many synthetic samples, in the real data's class balance.")
@click.option("--per-class", type=int, help="How many synthetic samples of each class.")
@click.option("--balance", is_flag=True, help="Top every class up to the largest, counting the real data.")
@click.option("--classes", help="Only these classes, by name or number: 3,5.")
@click.option("--include-real", is_flag=True, help="Begin with the training data itself, marked as real.")
@click.option("--shard-size", type=int, help="Samples in a shard, which is a file in most formats.")
@click.option("--seed", type=int, help="Which samples are drawn; the recipe's seed if not given.")
@click.option(
    "--out", type=ExistingPath, help="Folder to write; RUN/dataset-FORMAT[-step-STEP] if not given."
)
@with_snapshot
@with_output
@with_plugins
def export(
    run: Path,
    format_: str | None,
    classes: str | None,
    where: tuple[str, ...],
    options: tuple[str, ...],
    out: Path | None,
    snapshot: int | None,
    device: str,
    as_json: bool,
    registry: Registry,
    **settings: Any,
) -> None:
    """Write the dataset of a finished RUN again, in another format or of another size.

    What is not given is as in the run's recipe. RUN may also be a model folder alone. An export that was
    interrupted goes on when it is called for again.
    """
    from synthgen import exporting
    from synthgen.real_data import data_of_run
    from synthgen.recipe import parse_export
    from synthgen.run_directory import Run
    from synthgen.synthesizer import load

    check_format_options(options)
    synthesizer = load(run, registry, device, snapshot=snapshot)
    directory = Run(run)
    is_run = directory.recipe.is_file()
    given, seed = exporting.recorded_export(directory) if is_run else ({}, 0)
    wanted = {key: value for key, value in settings.items() if value is not None and value is not False}
    wanted |= {"classes": split_names(classes)} if classes is not None else {}
    wanted |= {"where": split_where(where)} if where else {}
    wanted["format"] = format_ or given.get("format") or synthesizer.codec.default_format
    asked = {*wanted, *(option.partition("=")[0].strip() for option in options)}
    choice = parse_export(_keep(given, asked, wanted["format"]) | wanted, options, registry)
    exporter = exporting.choose_exporter(choice, synthesizer.codec, registry)
    earlier = "" if snapshot is None else f"-step-{snapshot}"
    out = out or run / f"dataset-{exporter.name}{earlier}"
    real = (lambda: data_of_run(directory, synthesizer, registry)) if is_run else None
    head = exporting.export(synthesizer, choice, out, seed, real, registry)
    click.echo(json.dumps(head, indent=2) if as_json else out)


def _keep(given: dict[str, Any], asked: set[str], format_: str) -> dict[str, Any]:
    """What holds of the recipe's `export:` section beside what is asked for; another format has other options."""
    from synthgen.export.settings import ExportSettings

    if format_ != given.get("format"):
        given = {key: value for key, value in given.items() if key in ExportSettings.model_fields}
    if asked.intersection(AMOUNTS):
        given = {key: value for key, value in given.items() if key not in AMOUNTS}
    return given
