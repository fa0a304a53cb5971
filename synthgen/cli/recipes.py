"""`synthgen recipes`: the recipes that come with synthgen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import ExistingPath, with_plugins
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.group()
def recipes() -> None:
    """List, show and copy the recipes that come with synthgen.

    `synthgen run NAME` finds them by name.
    """


@recipes.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_recipes(as_json: bool) -> None:
    """List the recipes: name and what each makes."""
    from synthgen.recipe.shipped import shipped_recipes

    found = shipped_recipes()
    if as_json:
        rows = [{"name": r.name, "about": r.about, "path": str(r.path)} for r in found]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(recipe.name) for recipe in found), default=0)
    for recipe in found:
        click.echo(f"{recipe.name:{width}}  {recipe.about}")


@recipes.command("show")
@click.argument("name")
def show_recipe(name: str) -> None:
    """Print the recipe NAME as it stands, comments included."""
    from synthgen.recipe.shipped import find_shipped

    click.echo(find_shipped(name).text, nl=False)


@recipes.command("copy")
@click.argument("name")
@click.argument("dest", type=ExistingPath, default=Path(), metavar="[DEST]")
@with_plugins
def copy_recipe(name: str, dest: Path, registry: Registry) -> None:
    """Copy the recipe NAME to DEST, to change it.

    DEST is a folder, the one you are in if not given, or the new file's name, which ends in .yaml. The
    editor's schema is put beside it as synthgen.schema.json, unless there is one.
    """
    from synthgen.recipe.shipped import find_shipped

    recipe = find_shipped(name)
    path = dest if names_a_file(dest) else dest / f"{name}.yaml"
    write_recipe(path, recipe.text, registry)
    click.echo(path)


def names_a_file(dest: Path) -> bool:
    """Whether a new recipe's DEST is the file; else it is the folder to put it in."""
    return dest.suffix in (".yaml", ".yml")


def write_recipe(path: Path, text: str, registry: Registry) -> None:
    """Write a new recipe, and the editor's schema beside it unless there is one; makes the folder.

    Raises UsageError if the file is there already or the folder cannot be made.
    """
    from synthgen.files import reason, write_atomically
    from synthgen.recipe.json_schema import FILE_NAME, schema_text

    refuse_existing(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent}: cannot be made into a folder: {reason(error)}") from error
    schema = path.with_name(FILE_NAME)
    if not schema.exists():
        write_atomically(schema, schema_text(registry).encode())
    write_atomically(path, text.encode())


def refuse_existing(path: Path) -> None:
    """Raises UsageError if there is something at this path."""
    if path.exists():
        raise UsageError(f"{path} is there already; remove it first, or name another file")
