"""`synthgen run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import ExistingPath, with_plugins
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.command()
@click.argument("recipe", required=False)
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--out", type=ExistingPath, help="Folder of the run; a new one under runs/ if not given.")
@click.option("--resume", type=ExistingPath, metavar="DIR", help="Go on with a run that was stopped.")
@click.option(
    "--from",
    "start",
    type=ExistingPath,
    metavar="RUN",
    help="Begin with the networks that this run ended with, or with a snapshot in it.",
)
@click.option("--dry-run", is_flag=True, help="Print the resolved recipe and do nothing.")
@with_plugins
def run(
    recipe: str | None,
    overrides: tuple[str, ...],
    out: Path | None,
    resume: Path | None,
    start: Path | None,
    dry_run: bool,
    registry: Registry,
) -> None:
    """Train what RECIPE says and export its dataset.

    RECIPE is a file, or the name of one that comes with synthgen (synthgen recipes list).
    KEY=VALUE changes the recipe for this run, for instance train.steps=500 seed=3. The folder of the run is
    printed at the end.

    With --from RUN the training goes on in a new run, on other data for instance: without a RECIPE with the one
    of RUN, as in synthgen run --from RUN data=image_folder data.root=my_pictures. RUN may be the folder of one of
    its snapshots, too.
    """
    from synthgen import pipeline
    from synthgen.recipe import load_recipe
    from synthgen.starting import run_to_begin_from

    if resume is not None:
        if start is not None:
            raise UsageError(
                "--resume goes on with a stopped run and --from begins a new one: give one of them"
            )
        if recipe is not None or out is not None or dry_run:
            raise UsageError(
                "--resume goes on with a run's own recipe as it is: give no RECIPE, KEY=VALUE or --out with it"
            )
        click.echo(pipeline.resume(resume, registry=registry).path)
        return
    if start is not None and (recipe is None or ("=" in recipe and not Path(recipe).exists())):
        overrides = overrides if recipe is None else (recipe, *overrides)
        recipe = str(run_to_begin_from(start)[0].recipe)
    if recipe is None:
        raise UsageError(
            "give a RECIPE to run, for instance digits_cgan (see synthgen recipes list), or --resume DIR"
        )
    if dry_run:
        click.echo(load_recipe(recipe, overrides, registry).to_yaml(), nl=False)
        return
    click.echo(pipeline.run(recipe, out, overrides=overrides, registry=registry, start=start).path)
