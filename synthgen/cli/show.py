"""`synthgen show`: a component's options, or the layers of a recipe's networks."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthgen.cli.common import with_plugins
from synthgen.cli.components import component_as_dict, first_line
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registered, Registry
    from synthgen.recipe_summary import RecipeSummary


@click.command()
@click.argument("name")
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of all that NAME is.")
@with_plugins
def show(name: str, overrides: tuple[str, ...], as_json: bool, registry: Registry) -> None:
    """Show a component's options, or the networks of a recipe.

    NAME is a component: its options are told with types and defaults. Or it is a recipe, a file or the name of
    one that comes with synthgen: its data is loaded, and layers, output shapes and parameters of both networks
    are told; KEY=VALUE changes the recipe as for synthgen run.
    """
    from synthgen.plugins import KINDS

    found = [r for kind in KINDS for r in registry.all(kind) if r.name == name]
    recipe = _is_recipe(name)
    if not found and not recipe:
        raise UsageError(_unknown(name, registry))
    if overrides and not recipe:
        raise UsageError(f"'{name}' is no recipe; {overrides[0]} can only change one")
    if as_json:
        values = [component_as_dict(registered) for registered in found]
        values += [_summary(name, overrides, registry).to_dict()] if recipe else []
        click.echo(json.dumps(values, indent=2))
        return
    told: set[str] = set()
    for registered in found:
        _show_component(registered, told)
    if recipe:
        click.echo(_summary(name, overrides, registry).to_text())


def _is_recipe(name: str) -> bool:
    """Whether it is the name of a file, whether there or not, or of a recipe that comes with synthgen."""
    from synthgen.recipe.shipped import shipped_path

    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.parent != Path():
        return True
    try:
        return shipped_path(path).is_file()
    except OSError:  # such as a name too long for a file
        return False


def _summary(name: str, overrides: Sequence[str], registry: Registry) -> RecipeSummary:
    from synthgen.recipe.loading import load_recipe, told_of
    from synthgen.recipe_summary import summarise_recipe

    with told_of(name, overrides):
        return summarise_recipe(load_recipe(name, overrides, registry), registry)


def _show_component(registered: Registered, told: set[str]) -> None:
    """Print its options, whose forms are left out where they were `told` before."""
    options: list[dict[str, Any]] = component_as_dict(registered)["options"]
    click.echo(f"{registered}\n    {first_line(registered)}\n")
    for option in options:
        click.echo(f"    {option['name']}: {option['type']} = {option['default']}")
        click.echo(f"        {option['description']}")
        forms = "\n".join(option["forms"])
        if forms:
            click.echo(textwrap.indent("as above" if forms in told else forms, " " * 8))
        told.add(forms)
    click.echo()


def _part_of(name: str, registry: Registry) -> str:
    """What to say of a name that stands in the lists of a component, as a layer does; nothing of any other."""
    from synthgen.plugins import KINDS

    for registered in (r for kind in KINDS for r in registry.all(kind)):
        for option in component_as_dict(registered)["options"]:
            forms = option["forms"]
            alone = option["type"].removeprefix("list of ").split(" | ") if forms else []
            if name in alone or any(form.startswith(f"{{{name}: ") for form in forms):
                component = registered.name
                return f"It is one of the {option['name']} of {component}; see synthgen show {component}."
    return ""


def _unknown(name: str, registry: Registry) -> str:
    import difflib

    from synthgen.plugins import KINDS
    from synthgen.recipe.shipped import shipped_recipes

    known = sorted({r.name for kind in KINDS for r in registry.all(kind)})
    recipes = [recipe.name for recipe in shipped_recipes()]
    near = difflib.get_close_matches(name, dict.fromkeys([*known, *recipes]), n=3)
    hint = (
        registry.figure_of(name).strip()
        or _part_of(name, registry)
        or (
            f"Did you mean {' or '.join(near)}?"
            if near
            else f"Known components: {', '.join(known)}. Recipes: {', '.join(recipes) or 'none'}."
        )
    )
    return f"no component and no recipe is called '{name}'. {hint}"
