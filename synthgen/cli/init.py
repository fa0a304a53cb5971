"""`synthgen init`: a first recipe for one's own data."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthgen.cli.common import ExistingPath, with_plugins
from synthgen.cli.recipes import names_a_file, refuse_existing, write_recipe
from synthgen.errors import SynthgenError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from synthgen.plugins import Registry
    from synthgen.starter.sizes import Shape

_TIME = "5m"


@click.command()
@click.argument("out", type=ExistingPath, required=False, metavar="[OUT]")
@click.option(
    "--data", help="A folder of class folders, one with metadata.csv, an .npz or IDX file, a source."
)
@click.option(
    "--labels", type=ExistingPath, help="The label file of an IDX file, where its name does not tell."
)
@click.option("--label", metavar="COLUMN", help="The column with the class in a folder's metadata.")
@click.option("--kind", default="images", show_default=True, help="Kind of data; images is the only one.")
@click.option("--size", metavar="N or HxW", help="Bring images to this size; guessed from them if not given.")
@click.option("--name", help="What the runs are called; the data's name if not given.")
@click.option("--steps", type=click.IntRange(min=1), help="Train for so many steps.")
@click.option(
    "--time", "time_limit", metavar="TIME", help=f"Train for so long: 90s, 5m, 1.5h.  [default: {_TIME}]"
)
@with_plugins
def init(
    out: Path | None,
    data: str | None,
    labels: Path | None,
    label: str | None,
    kind: str,
    size: str | None,
    name: str | None,
    steps: int | None,
    time_limit: str | None,
    registry: Registry,
) -> None:
    """Look at your data and write a recipe for it that runs.

    On a terminal, what is not given as an option is asked for. OUT is the new file's name, which ends in .yaml,
    or the folder to put NAME.yaml in, the one you are in if not given; nothing is overwritten. The editor's
    schema is put beside it as synthgen.schema.json, unless there is one.
    """
    from synthgen.starter.choosing import choose
    from synthgen.starter.looking import look
    from synthgen.starter.writing import recipe_text

    if kind != "images":
        raise UsageError(f"--kind {kind}: images is the only kind of data there is a recipe for")
    if name is not None:
        _checked_name(name)
    file = out if out is not None and names_a_file(out) else None
    folder = out if out is not None and file is None else Path()
    if file is None and not folder.is_dir():
        refuse_existing(folder)
    if file is not None or name is not None:
        refuse_existing(file or folder / f"{name}.yaml")
    budget = {"steps": steps, "time_limit": None if time_limit is None else _checked_time(time_limit)}
    section = _section(_data(data, registry), registry, labels, label)
    section |= _size(section, size, registry)
    found = look(section, registry)
    for line in (found.summary, f"classes {found.balance}" if found.classes else "no labels"):
        click.echo(line, err=True)
    name = _name(name, file, found.name, folder)
    out = file or folder / f"{name}.yaml"
    refuse_existing(out)
    if steps is None and time_limit is None:
        budget["time_limit"] = _asked("time", None, "Time to train (90s, 5m, 1.5h)", _TIME, _checked_time)
    sections = choose(name, section, found, {k: v for k, v in budget.items() if v is not None}, registry)
    _write(out, recipe_text(sections, found, out), registry)
    click.echo(f"run it: synthgen run {out}", err=True)
    click.echo(out)


def _write(out: Path, text: str, registry: Registry) -> None:
    from synthgen.recipe import parse_recipe

    parse_recipe(text, origin=str(out), registry=registry)  # never write what would not run
    write_recipe(out, text, registry)


def _data(data: str | None, registry: Registry) -> str:
    from synthgen.starter.locating import locate

    question = "Your data (a folder, a file, or a source)"
    return _asked("data", data, question, check=lambda answer: locate(answer, registry))


def _section(data: str, registry: Registry, labels: Path | None, label: str | None) -> dict[str, Any]:
    """The `data:` section but for the size."""
    from synthgen.starter.locating import guess_labels, label_columns, locate

    section = locate(data, registry)
    if labels is not None and section["name"] != "idx":
        raise UsageError(
            f"--labels {labels}: only IDX files have their labels in another file, and {data} is none"
        )
    if label is not None and section["name"] != "huggingface":
        raise UsageError(
            f"--label {label}: {data} is no folder with metadata.csv or the like, so has no columns"
        )
    if section["name"] == "idx":
        beside = labels or guess_labels(Path(data).expanduser())
        question = "Its file of labels (empty: there are none)"
        asked = "" if beside or not _on_terminal() else _asked("labels", None, question, "", _checked_labels)
        text = str(beside or asked)
        section |= {"labels": text} if text else {}
    if section["name"] == "huggingface":
        section["label"] = _label(label, label_columns(Path(data).expanduser()))
    return section


def _label(label: str | None, columns: list[str]) -> str | None:
    """The column with the class: as given, the only one that it can be, or asked for."""
    if label is not None or len(columns) < 2:
        return label if label is not None else next(iter(columns), None)

    def check(answer: str) -> None:
        if answer not in columns:
            raise UsageError(f"--label {answer}: there is no such column; there are {', '.join(columns)}")

    return _asked("label", None, f"The column with the class ({', '.join(columns)})", check=check)


def _size(section: dict[str, Any], size: str | None, registry: Registry) -> dict[str, Any]:
    """The option `size`, where the source has one: as asked for, or as most of the images have it."""
    from synthgen.starter.locating import FOLDER_SOURCES, common_shape
    from synthgen.starter.looking import can_scale, look
    from synthgen.starter.sizes import fitting, parse_size

    wanted = parse_size(size) if size is not None else None
    seen = common_shape(Path(section["root"]).expanduser()) if section["name"] in FOLDER_SOURCES else None
    if not can_scale(section, registry):
        if wanted is not None and wanted != (own := look(section, registry).shape):
            raise UsageError(
                f"--size {size}: its images are {own}, and source {section['name']} cannot scale them"
            )
        return {}
    if wanted is None:
        guess = fitting(seen or look(section, registry).shape)
        wanted = parse_size(_asked("size", None, "Size of the images", _as_text(guess), parse_size))
    return {"size": wanted.option}


def _as_text(shape: Shape) -> str:
    return str(shape.option) if isinstance(shape.option, int) else f"{shape.height}x{shape.width}"


def _name(name: str | None, file: Path | None, data: str, folder: Path) -> str:
    """The recipe's name: as given, the file's, or the data's."""
    if name is not None:
        return name
    if file is not None:
        data = file.stem
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", data).strip("._-")[:100] or "recipe"

    def check(answer: str) -> None:
        refuse_existing(folder / f"{_checked_name(answer)}.yaml")

    return safe if file is not None else _asked("name", None, "Name of the recipe", safe, check)


def _checked_name(name: str) -> str:
    from synthgen.recipe.schema import checked_name

    try:
        return checked_name(name)
    except ValueError as error:
        raise UsageError(f"--name '{name}': {error}") from error


def _checked_labels(text: str) -> None:
    if text and not Path(text).expanduser().is_file():
        raise UsageError(f"--labels {text}: there is no such file")


def _checked_time(text: str) -> str:
    from synthgen.training.settings import seconds

    try:
        if seconds(text) <= 0:
            raise ValueError("must be more than 0")
    except ValueError as error:
        raise UsageError(f"--time {text}: {error}") from error
    return text


def _asked(
    option: str,
    given: str | None,
    question: str,
    default: str | None = None,
    check: Callable[[str], object] | None = None,
) -> str:
    """The answer given as an option; asked for on a terminal; else the default, where there is one.

    An answer that `check` or the system refuses is told and asked for again.
    """
    if given is not None:
        return given
    if not _on_terminal():
        if default is None:
            raise UsageError(f"give --{option}: {question[0].lower()}{question[1:]}")
        return default
    while True:
        answer = str(click.prompt(question, default=default, err=True))
        try:
            if check is not None:
                check(answer)
        except (SynthgenError, OSError) as error:
            click.echo(f"synthgen: {error}", err=True)
        else:
            return answer


def _on_terminal() -> bool:
    return sys.stdin.isatty()
