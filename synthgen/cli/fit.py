"""`synthgen fit`: from a table in a file to a trained model, without a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthgen.cli.common import ExistingPath, split_names, with_plugins
from synthgen.errors import DataNotFoundError, UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry

_SOURCES = {".parquet": "parquet", ".pq": "parquet"}
"""By the ends of names; all else is read as CSV."""


@click.command()
@click.argument("table", metavar="TABLE")
@click.option("--target", metavar="COLUMN", help="The column with the label, or with the number to predict.")
@click.option(
    "--conditions", metavar="A,B", help="Further columns that samples can be asked for by their values."
)
@click.option("--out", type=ExistingPath, help="Folder of the run; a new one under runs/ if not given.")
@click.option(
    "--steps", type=click.IntRange(min=1), help="Train for so many steps; by the size of TABLE if not given."
)
@click.option("--time", "time_limit", metavar="TIME", help="Train for so long instead: 90s, 5m, 1.5h.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same model."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change the recipe, such as data.drop=[id] or generator.width=512; may be given again.",
)
@click.option("--dry-run", is_flag=True, help="Print the recipe and do nothing.")
@with_plugins
def fit(
    table: str,
    target: str | None,
    conditions: str | None,
    out: Path | None,
    steps: int | None,
    time_limit: str | None,
    seed: int,
    device: str,
    overrides: tuple[str, ...],
    dry_run: bool,
    registry: Registry,
) -> None:
    """Learn TABLE, a CSV or Parquet file, with settings that suit its size.

    What comes of it is a run like those of recipes, and its folder is printed: synthgen sample DIR makes rows, and
    the recipe in it can be run again.
    """
    from synthgen import pipeline
    from synthgen.files import refuse_taken
    from synthgen.presets import table_settings
    from synthgen.real_data import load_data
    from synthgen.recipe import recipe_from_dict

    if steps is not None and time_limit is not None:
        raise UsageError("give --steps or --time, not both")
    if out is not None:
        refuse_taken(out)
    head = _head(table, target, split_names(conditions), seed)
    length = (
        {"steps": steps}
        if steps is not None
        else {"time_limit": time_limit}
        if time_limit is not None
        else {}
    )

    def settings(rows: int, columns: int) -> dict[str, Any]:
        values = table_settings(rows, columns)
        preset = {key: value for key, value in values["train"].items() if not (length and key == "steps")}
        return {**head, **values, "train": {**preset, **length, "device": device}}

    try:
        dataset = load_data(recipe_from_dict(settings(1, 1), registry, overrides))
    except DataNotFoundError as error:  # where a recipe's is gone, its run fails; here TABLE is mistyped
        raise UsageError(str(error)) from error
    recipe = recipe_from_dict(settings(*dataset.x.shape), registry, overrides)
    if dry_run:
        click.echo(recipe.to_yaml(), nl=False)
        return
    run = pipeline.run(recipe, out, registry=registry, dataset=dataset)
    click.echo(f"make rows: synthgen sample {run.path} -n 1000 --format csv --out rows", err=True)
    click.echo(run.path)


def _head(table: str, target: str | None, conditions: list[str] | None, seed: int) -> dict[str, Any]:
    """The sections of the recipe that say what is learnt."""
    from synthgen.recipe.loading import safe_name

    data = {"name": _SOURCES.get(Path(table).suffix.lower(), "csv"), "path": table}
    return {
        "name": safe_name(Path(table).name.split(".")[0]),
        "seed": seed,
        "data": data | ({"target": target} if target is not None else {}),
        "codec": {"name": "table"} | ({"conditions": conditions} if conditions else {}),
    }
