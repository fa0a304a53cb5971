"""`synthgen validate`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import with_plugins
from synthgen.errors import PluginError, RecipeError, SynthgenError, UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="RECIPE... [KEY=VALUE]...")
@with_plugins
def validate(words: tuple[str, ...], registry: Registry) -> None:
    """Check RECIPEs without running them: files, or names of recipes that come with synthgen.

    KEY=VALUE changes each of them as for synthgen run. Every problem is told with its line and column; the exit
    code is 2 if there is one. The data is not loaded, so what depends on it is not checked, such as whether the
    layers of a network fit: synthgen show RECIPE builds the networks.
    """
    from synthgen.recipe import load_recipe

    overrides = [word for word in words if "=" in word and not os.path.exists(word)]  # noqa: PTH110 - of any length
    recipes = [Path(word) for word in words if word not in overrides]
    if not recipes:
        raise UsageError(f"give a RECIPE beside {overrides[0]}, which only changes one")
    problems: list[SynthgenError] = []
    for path in recipes:
        try:
            load_recipe(path, overrides, registry)
        except SynthgenError as error:
            problems.append(error)
        else:
            click.echo(f"{path}: ok")
    if problems:
        plugins_alone = all(isinstance(problem, PluginError) for problem in problems)
        raise (PluginError if plugins_alone else RecipeError)("\n".join(map(str, problems)))
