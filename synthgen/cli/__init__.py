"""The command line: a thin face over the pipeline, one file a group of commands.

Only click is imported here, so that `--help` and `--version` answer at once; commands import what they need.
Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import traceback
from typing import Any

import click

from synthgen.cli.animate import animate
from synthgen.cli.compare import compare
from synthgen.cli.components import list_components, list_plugins
from synthgen.cli.evaluate import evaluate
from synthgen.cli.export import export
from synthgen.cli.fit import fit
from synthgen.cli.init import init
from synthgen.cli.interpolate import interpolate
from synthgen.cli.recipes import recipes
from synthgen.cli.run import run
from synthgen.cli.sample import sample
from synthgen.cli.schema import schema
from synthgen.cli.show import show
from synthgen.cli.snapshots import snapshots
from synthgen.cli.validate import validate
from synthgen.cli.verify import verify
from synthgen.errors import SynthgenError
from synthgen.version import __version__


class Group(click.Group):
    """Shows expected errors as one message, and ends with their exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SynthgenError as error:
            if ctx.meta.get("synthgen.debug"):
                traceback.print_exc()
            click.echo(f"synthgen: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            if isinstance(error, BrokenPipeError):  # click's to deal with: nobody reads on
                raise
            if ctx.meta.get("synthgen.debug"):
                traceback.print_exc()
            reason = error.strerror or str(error)
            where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
            click.echo(f"synthgen: {where}{reason}", err=True)
            ctx.exit(1)
        except (KeyboardInterrupt, click.Abort) as stop:  # Abort: at a question, which has its line
            click.echo("\n" * isinstance(stop, click.Abort) + "synthgen: interrupted", err=True)
            ctx.exit(130)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="synthgen")
def main() -> None:
    """Make labelled synthetic data from real, labelled data.

    Exit codes: 0 done, 1 the run failed, 2 usage or recipe, 3 a plugin failed, 130 interrupted.
    """


for command in (
    init,
    fit,
    run,
    evaluate,
    compare,
    sample,
    interpolate,
    animate,
    snapshots,
    export,
    verify,
    validate,
    recipes,
    schema,
    list_components,
    show,
    list_plugins,
):
    main.add_command(command)
