"""Options that most commands share: which plugins to load, and how much to tell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.plugins import Registry

ExistingPath = click.Path(path_type=Path)
"""A path as pathlib's; whether it is there is told by whoever opens it, in synthgen's words."""


def with_plugins(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--plugin`, `--no-plugins`, `--block` and `--debug`, and a first argument `registry`."""

    @click.option(
        "--plugin", "files", type=ExistingPath, multiple=True, help="Load a plugin from a Python file."
    )
    @click.option(
        "--no-plugins", is_flag=True, help="Leave out all installed plugins; keep the built-in ones."
    )
    @click.option("--block", multiple=True, metavar="PLUGIN", help="Leave out this installed plugin.")
    @click.option("--debug", is_flag=True, help="Show a traceback with an error.")
    @wraps(command)
    def wrapper(
        files: tuple[Path, ...], no_plugins: bool, block: tuple[str, ...], debug: bool, **rest: Any
    ) -> Any:
        click.get_current_context().meta["synthgen.debug"] = debug
        log_to_stderr()
        return command(registry=_registry(files, no_plugins, block), **rest)

    return wrapper


def checked_by(
    check: Callable[[Mapping[str, Any]], None],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a command look at its arguments before plugins are loaded, which takes seconds: stands above
    `with_plugins`."""

    def checked(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def wrapper(**given: Any) -> Any:
            click.get_current_context().meta["synthgen.debug"] = given["debug"]
            check(given)
            return command(**given)

        return wrapper

    return checked


def _registry(files: tuple[Path, ...], no_plugins: bool, block: tuple[str, ...]) -> Registry:
    from synthgen.plugins import load_plugins

    registry = load_plugins(files, installed=not no_plugins, block=block)
    for plugin in registry.broken():
        click.echo(f"synthgen: plugin {plugin} is broken and was left out: {plugin.error}", err=True)
    return registry


def log_to_stderr() -> None:
    """Show synthgen's log on stderr, above a progress bar if there is one."""
    logger = logging.getLogger("synthgen")
    if not any(isinstance(handler, _Stderr) for handler in logger.handlers):
        logger.addHandler(_Stderr())
    logger.setLevel(logging.INFO)


class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        with tqdm.external_write_mode():
            click.echo(record.getMessage(), err=True)


def split_names(text: str | None) -> list[str] | None:
    """`3, five` as a list of names."""
    return None if text is None else [name.strip() for name in text.split(",")]


def split_where(texts: tuple[str, ...], option: str = "--where") -> dict[str, str]:
    """`income=>50K` as a condition and its value, split at the first equals sign; `option` is whose value it is."""
    where: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} {text}: must be NAME=VALUE, such as {option} age=40")
        if name.strip() in where:
            raise UsageError(f"--where {name.strip()} is given twice; a condition has one value")
        where[name.strip()] = value
    return where


def check_format_options(options: tuple[str, ...]) -> None:
    """Raise UsageError for a `--option` that is no `KEY=VALUE`."""
    for option in options:
        if "=" not in option:
            raise UsageError(f"--option {option}: must be KEY=VALUE, such as compress_level=9")


def with_output(command: Callable[..., Any]) -> Callable[..., Any]:
    """What commands that write a dataset share: `--where`, `--option`, `--device` and `--json`."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the manifest's summary as JSON."),
        click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps."),
        click.option(
            "--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the format."
        ),
        click.option(
            "--where",
            multiple=True,
            metavar="NAME=VALUE",
            help="Only samples with this value of a condition, such as age=40; may be given again.",
        ),
    ):
        command = option(command)
    return command


def with_snapshot(command: Callable[..., Any]) -> Callable[..., Any]:
    """What commands that load a model share: `--snapshot`."""
    return click.option(
        "--snapshot",
        type=click.IntRange(min=0),
        metavar="STEP",
        help="The model that the run kept at this step; see synthgen snapshots.",
    )(command)
