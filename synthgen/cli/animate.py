"""`synthgen animate`."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from synthgen.cli.common import ExistingPath
from synthgen.errors import UsageError


@click.command()
@click.argument("run", type=ExistingPath, metavar="RUN")
@click.option("--out", type=ExistingPath, help="File to write; RUN/run.gif, or RUN/strip.png with --strip.")
@click.option(
    "--strip",
    type=click.IntRange(min=2),
    metavar="N",
    help="Instead of a GIF, N pictures side by side as PNG.",
)
@click.option("--seconds-per-frame", type=float, help="How long each picture is shown: 0.5 if not given.")
@click.option(
    "--frames",
    type=click.IntRange(min=2),
    help="Of more pictures than this, so many are taken evenly: 120 if not given.",
)
@click.option(
    "--max-side",
    type=click.IntRange(min=16),
    default=800,
    show_default=True,
    help="Larger pictures are scaled down to so many pixels on the longer side.",
)
def animate(
    run: Path,
    out: Path | None,
    strip: int | None,
    seconds_per_frame: float | None,
    frames: int | None,
    max_side: int,
) -> None:
    """Show how the samples of a RUN became what they are, the same latents at every step.

    Makes a GIF of the pictures in RUN/samples, of which train.sample_every says how often they are drawn.
    """
    from synthgen.animation import choose_frames, list_frames, write_gif, write_strip

    for option, given in (("--seconds-per-frame", seconds_per_frame), ("--frames", frames)):
        if strip is not None and given is not None:
            raise UsageError(
                f"{option} is for a GIF; a strip stands still, with as many pictures as --strip says"
            )
    name, suffix = ("run", ".gif") if strip is None else ("strip", ".png")
    out = out or run / f"{name}{suffix}"
    if out.suffix.lower() != suffix:
        raise UsageError(f"--out {out}: the file's name must end in {suffix}")
    found = choose_frames(list_frames(run), strip or frames or 120)
    if strip is not None and len(found) < strip:
        logging.getLogger(__name__).info("there are no more than %s pictures", len(found))
    if strip is None:
        write_gif(found, out, 0.5 if seconds_per_frame is None else seconds_per_frame, max_side)
    else:
        write_strip(found, out, max_side)
    click.echo(out)
