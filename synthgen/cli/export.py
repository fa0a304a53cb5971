"""`synthgen export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthgen.cli.common import ExistingPath, with_plugins
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry
    from synthgen.recipe import Recipe

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
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the format.")
@click.option("--out", type=ExistingPath, help="Folder to write; RUN/dataset-FORMAT if not given.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest's summary as JSON.")
@with_plugins
def export(
    run: Path,
    format_: str | None,
    classes: str | None,
    options: tuple[str, ...],
    out: Path | None,
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
    from synthgen.recipe import load_recipe, parse_export
    from synthgen.run_directory import Run
    from synthgen.synthesizer import load

    for option in options:
        if "=" not in option:
            raise UsageError(f"--option {option}: must be KEY=VALUE, such as compress_level=9")
    synthesizer = load(run, registry, device)
    directory = Run(run)
    recipe = load_recipe(directory.recipe, registry=registry) if directory.recipe.is_file() else None
    wanted = {key: value for key, value in settings.items() if value is not None and value is not False}
    if classes is not None:
        wanted["classes"] = [name.strip() for name in classes.split(",")]
    choice = parse_export(_merge(recipe, format_, wanted), options, registry)
    out = out or run / f"dataset-{choice.exporter.name}"
    head = exporting.export(
        synthesizer,
        choice,
        out,
        recipe.seed if recipe else 0,
        (lambda: data_of_run(directory, synthesizer, registry)) if recipe else None,
    )
    click.echo(json.dumps(head, indent=2) if as_json else out)


def _merge(recipe: Recipe | None, format_: str | None, wanted: dict[str, Any]) -> dict[str, Any]:
    """The recipe's `export:` section with what is wanted instead; another format has other options."""
    given: dict[str, Any] = {}
    if recipe is not None and recipe.export is not None:
        given = recipe.export.to_dict()
        if format_ not in (None, given["format"]):
            keys = type(recipe.export.settings).model_fields
            given = {key: value for key, value in given.items() if key in keys}
    if any(key in wanted for key in AMOUNTS):
        given = {key: value for key, value in given.items() if key not in AMOUNTS}
    return given | wanted | ({"format": format_} if format_ is not None else {})
