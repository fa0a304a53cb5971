"""`synthgen list` and `synthgen plugins`: what there is to write into a recipe."""

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
            click.echo(f"    {registered.name:20} {first_line(registered)}")


def first_line(registered: Registered) -> str:
    """What a component is, in a sentence or two."""
    return (inspect.getdoc(registered.component) or "").split("\n\n")[0].replace("\n", " ")


def component_as_dict(registered: Registered) -> dict[str, Any]:
    """A component and its options as values that JSON has."""
    from synthgen.option_docs import describe_options

    return {
        "name": registered.name,
        "kind": registered.kind,
        "plugin": registered.owner.name,
        "description": inspect.getdoc(registered.component),
        "options": describe_options(registered.component.Options),
    }
