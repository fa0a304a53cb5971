"""`synthgen schema`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import ExistingPath, with_plugins

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.command()
@click.option("--out", type=ExistingPath, metavar="FILE", help="Write it here instead of printing it.")
@with_plugins
def schema(out: Path | None, registry: Registry) -> None:
    """Print the JSON schema of recipes, with the options of all installed plugins.

    An editor with a YAML language server completes and checks a recipe whose first line is
    "# yaml-language-server: $schema=synthgen.schema.json" by the file of that name beside it. Make that file
    again with --out after a plugin has come or gone.
    """
    from synthgen.files import write_atomically
    from synthgen.recipe.json_schema import schema_text

    text = schema_text(registry)
    if out is None:
        click.echo(text, nl=False)
        return
    write_atomically(out, text.encode())
    click.echo(out)
