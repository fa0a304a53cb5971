"""`synthgen validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import ExistingPath, with_plugins
from synthgen.errors import RecipeError, SynthgenError

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.command()
@click.argument("recipes", type=ExistingPath, nargs=-1, required=True, metavar="RECIPE...")
@with_plugins
def validate(recipes: tuple[Path, ...], registry: Registry) -> None:
    """Check RECIPEs without running them.

    Every problem is told with its line and column; the exit code is 2 if there is one.
    """
    from synthgen.recipe import load_recipe

    problems = []
    for path in recipes:
        try:
            load_recipe(path, registry=registry)
        except SynthgenError as error:
            problems.append(str(error))
        else:
            click.echo(f"{path}: ok")
    if problems:
        raise RecipeError("\n".join(problems))
