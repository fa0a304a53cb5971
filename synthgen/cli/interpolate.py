"""`synthgen interpolate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthgen.cli.common import ExistingPath, split_where, with_plugins, with_snapshot
from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.interpolation import End
    from synthgen.plugins import Registry
    from synthgen.synthesizer import Synthesizer


@click.command()
@click.argument("run", type=ExistingPath, metavar="RUN")
@click.option("--from", "start", metavar="CLASS|NAME=VALUE", help="Where each row begins.")
@click.option("--to", "end", metavar="CLASS|NAME=VALUE", help="Where it ends.")
@click.option("--latents", is_flag=True, help="Go from one random latent to another, too, or that alone.")
@click.option("--steps", type=click.IntRange(min=2), default=10, show_default=True, help="Images in a row.")
@click.option("--rows", type=click.IntRange(min=1), default=4, show_default=True, help="Rows, a latent each.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Which latents.")
@click.option("--where", multiple=True, metavar="NAME=VALUE", help="A condition that holds everywhere.")
@click.option("--out", type=ExistingPath, help="PNG to write; RUN/interpolation.png if not given.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@with_snapshot
@with_plugins
def interpolate(
    run: Path,
    start: str | None,
    end: str | None,
    latents: bool,
    steps: int,
    rows: int,
    seed: int,
    where: tuple[str, ...],
    out: Path | None,
    device: str,
    snapshot: int | None,
    registry: Registry,
) -> None:
    """Draw the way from one class of a RUN's images to another, as a strip.

    Rows have different latents; along a row the condition passes from --from to --to, which are classes by name or
    number, or values of a numeric condition such as temperature=2.3. With --latents a row goes from one latent
    to another: within the class --from, if there are classes and no --to.
    """
    from synthgen import interpolation
    from synthgen.files import write_atomically
    from synthgen.synthesizer import load

    out = out or run / "interpolation.png"
    if out.suffix.lower() != ".png":
        raise UsageError(f"--out {out}: the file's name must end in .png")
    synthesizer = load(run, registry, device, snapshot=snapshot)
    if end is None and not latents:
        classes = "--from and --to with a class each, or " if synthesizer.classes else ""
        raise UsageError(f"say where to go: {classes}--latents, from one random latent to another")
    images = interpolation.interpolate(
        synthesizer,
        _end("--from", start, synthesizer),
        _end("--to", end, synthesizer),
        latents=latents,
        where=split_where(where),
        steps=steps,
        rows=rows,
        seed=seed,
    )
    picture = interpolation.strip(images, " to ".join(text for text in (start, end) if text is not None))
    write_atomically(out, lambda file: picture.save(file, "png"))
    click.echo(out)


def _end(option: str, text: str | None, synthesizer: Synthesizer) -> End | None:
    """A class, or a condition and its value unless a class is called like that."""
    if text is None or "=" not in text or text in [label.name for label in synthesizer.classes]:
        return text
    return split_where((text,), option)
