"""`synthgen validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import ExistingPath, with_plugins
from synthgen.errors import PluginError, RecipeError, SynthgenError

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.command()
@click.argument("recipes", type=ExistingPath, nargs=-1, required=True, metavar="RECIPE...")
@with_plugins
def validate(recipes: tuple[Path, ...], registry: Registry) -> None:
    """Check RECIPEs without running them: files, or names of recipes that come with synthgen.

    Every problem is told with its line and column; the exit code is 2 if there is one.
    """
    from synthgen.recipe import load_recipe

    problems: list[SynthgenError] = []
    for path in recipes:
        try:
            load_recipe(path, registry=registry)
        except SynthgenError as error:
            problems.append(error)
        else:
            click.echo(f"{path}: ok")
    if problems:
        plugins_alone = all(isinstance(problem, PluginError) for problem in problems)
        raise (PluginError if plugins_alone else RecipeError)("\n".join(map(str, problems)))
