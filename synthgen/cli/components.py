"""`synthgen list`, `synthgen show` and `synthgen plugins`: what there is to write into a recipe."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import click

from synthgen.cli.common import with_plugins
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import PluginInfo, Registered, Registry


@click.command("plugins")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_plugins
def list_plugins(as_json: bool, registry: Registry) -> None:
    """List plugins: name, version, status, and what each registers."""
    if as_json:
        click.echo(json.dumps([_plugin_as_dict(plugin) for plugin in registry.plugins], indent=2))
        return
    for plugin in registry.plugins:
        click.echo(f"{plugin.name}  {plugin.version}  {plugin.origin}  {plugin.status}")
        if plugin.error:
            click.echo(f"    {plugin.error}")
        for kind in dict.fromkeys(kind for kind, _ in plugin.components):
            click.echo(f"    {kind}: {', '.join(name for k, name in plugin.components if k == kind)}")


def _plugin_as_dict(plugin: PluginInfo) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "origin": plugin.origin,
        "status": plugin.status,
        "error": plugin.error,
        "components": [{"kind": kind, "name": name} for kind, name in plugin.components],
    }


@click.command("list")
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_plugins
def list_components(kind: str | None, as_json: bool, registry: Registry) -> None:
    """List components, all or of one KIND (source, generator, loss, ...)."""
    from synthgen.plugins import KINDS, plural

    names = {word: k for k in KINDS for word in (k, plural(k))}
    if kind is not None and kind not in names:
        raise UsageError(f"no kind of component is called '{kind}'. Known: {', '.join(KINDS)}")
    kinds = list(KINDS) if kind is None else [names[kind]]
    if as_json:
        click.echo(json.dumps({k: [r.name for r in registry.all(k)] for k in kinds}, indent=2))
        return
    for k in kinds:
        click.echo(f"{plural(k)}:")
        for registered in registry.all(k):
            click.echo(f"    {registered.name:20} {_first_line(registered)}")


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_plugins
def show(name: str, as_json: bool, registry: Registry) -> None:
    """Show the component NAME: its options, types and defaults."""
    from synthgen.plugins import KINDS

    found = [r for kind in KINDS for r in registry.all(kind) if r.name == name]
    if not found:
        raise UsageError(_unknown(name, registry))
    if as_json:
        click.echo(json.dumps([_component_as_dict(registered) for registered in found], indent=2))
        return
    for registered in found:
        click.echo(f"{registered}\n    {_first_line(registered)}\n")
        for option in _component_as_dict(registered)["options"]:
            click.echo(f"    {option['name']}: {option['type']} = {option['default']}")
            for line in (option["description"], *option["forms"]):
                click.echo(f"        {line}")
        click.echo()


def _unknown(name: str, registry: Registry) -> str:
    import difflib

    from synthgen.plugins import KINDS

    known = sorted({r.name for kind in KINDS for r in registry.all(kind)})
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known)}."
    return f"no component is called '{name}'. {hint}"


def _first_line(registered: Registered) -> str:
    return (inspect.getdoc(registered.component) or "").split("\n\n")[0].replace("\n", " ")


def _component_as_dict(registered: Registered) -> dict[str, Any]:
    from synthgen.option_docs import describe_options

    return {
        "name": registered.name,
        "kind": registered.kind,
        "plugin": registered.owner.name,
        "description": inspect.getdoc(registered.component),
        "options": describe_options(registered.component.Options),
    }
