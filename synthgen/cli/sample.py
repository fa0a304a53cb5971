"""`synthgen sample`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import (
    ExistingPath,
    check_format_options,
    split_names,
    split_where,
    with_output,
    with_plugins,
    with_snapshot,
)
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry


@click.command()
@click.argument("run", type=ExistingPath, metavar="RUN")
@click.option("-n", "--count", type=int, help="How many samples, in the class balance of the real data.")
@click.option("--per-class", type=int, help="How many samples of each class, instead of --count.")
@click.option(
    "--latent",
    metavar="zeros|FILE.npy",
    help="Begin with these latents, an array (n, dim) or (dim,), or with zeros, instead of drawn ones;"
    " classes are drawn as ever, unless --classes names one.",
)
@click.option("--classes", help="Only these classes, by name or number: 3,5.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same bytes."
)
@click.option(
    "--format", "format_", help="See synthgen list exporters; what goes with the data if not given."
)
@click.option("--out", type=ExistingPath, required=True, help="Folder to write; it must not exist.")
@with_snapshot
@with_output
@with_plugins
def sample(
    run: Path,
    count: int | None,
    per_class: int | None,
    latent: str | None,
    classes: str | None,
    seed: int,
    format_: str | None,
    where: tuple[str, ...],
    options: tuple[str, ...],
    out: Path,
    snapshot: int | None,
    device: str,
    as_json: bool,
    registry: Registry,
) -> None:
    """Write a new dataset from a finished RUN.

    RUN is the folder of a run, or its model folder alone. Give --count or --per-class. With --latent neither
    is needed: there is a sample for each latent then, or, of a single one, a sample of each class.
    """
    from synthgen.exporting import export
    from synthgen.given_latents import GivenLatents
    from synthgen.recipe import parse_export
    from synthgen.synthesizer import load

    if count is None and per_class is None and latent is None:
        raise UsageError("say how many samples to make: --count N or --per-class N")
    check_format_options(options)
    synthesizer = load(run, registry, device, snapshot=snapshot)
    latents = GivenLatents.read(latent, synthesizer.latent.dim) if latent is not None else None
    if latents is not None and count is None and per_class is None:
        single = len(latents) == 1 and synthesizer.classes
        count, per_class = (None, 1) if single else (len(latents), None)
    wanted: dict[str, object] = {"seed": seed}
    wanted |= {"where": split_where(where)} if where else {}
    wanted |= {"count": count} if count is not None else {}
    wanted |= {"per_class": per_class} if per_class is not None else {}
    wanted |= {"classes": split_names(classes)} if classes is not None else {}
    wanted["format"] = format_ or synthesizer.codec.default_format
    choice = parse_export(wanted, options, registry)
    head = export(synthesizer, choice, out, seed, registry=registry, latents=latents)
    click.echo(json.dumps(head, indent=2) if as_json else out)
