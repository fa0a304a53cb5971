"""Reading recipes: from a file, a text or plain values, with overrides, every fault told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synthgen.errors import RecipeError, UnsupportedError, UsageError
from synthgen.plugins import Registry, installed_plugins
from synthgen.recipe.overrides import apply_override, leave_out_replaced, parse_override
from synthgen.recipe.problems import Problems, dotted
from synthgen.recipe.resolving import resolve, resolve_export
from synthgen.recipe.schema import ExportChoice, Recipe
from synthgen.recipe.shipped import shipped_path, shipped_recipes
from synthgen.recipe.wording import matches, show
from synthgen.recipe.yaml_loader import Document, KeyPath, YamlError, read_yaml


def load_recipe(path: Path | str, overrides: Sequence[str] = (), registry: Registry | None = None) -> Recipe:
    """The recipe in a YAML file; a recipe without a `name` is called like the file.

    Where there is no such file, a bare name is that of a recipe that comes with synthgen: `mnist_cgan`.
    `overrides` are `key.path=value`; that of train.steps replaces the recipe's train.epochs, and the other way
    round. `registry` says which components there are (None: all that are installed). Raises UsageError if there
    is no such file, RecipeError with every fault, one a line, as `file:line:column key: what is wrong`,
    PluginError if all that is wrong is a plugin.
    """
    path = shipped_path(Path(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RecipeError(f"{path}:{line}:1 is not a text in UTF-8: {error.reason}") from error
    except FileNotFoundError as error:
        raise UsageError(f"recipe {path}: there is no such file.{_siblings(path)}") from error
    except IsADirectoryError as error:
        raise UsageError(f"recipe {path} is a folder; name the YAML file in it") from error
    except OSError as error:
        raise UsageError(f"recipe {path} cannot be read: {error.strerror}") from error
    return parse_recipe(text, origin=str(path), overrides=overrides, registry=registry)


def parse_recipe(
    text: str,
    *,
    origin: str = "<recipe>",
    overrides: Sequence[str] = (),
    registry: Registry | None = None,
) -> Recipe:
    """The recipe in a YAML text; `origin` is what messages call it. Otherwise as `load_recipe`."""
    try:
        document = read_yaml(text)
    except YamlError as error:
        line, column = error.position
        raise RecipeError(f"{origin}:{line}:{column} {error}") from error
    if not isinstance(document.value, dict):
        what = "is empty; it" if document.value is None else f"is {show(document.value)}; it"
        raise RecipeError(f"{origin}:1:1 the recipe {what} must have keys such as data: and generator:")
    return _resolve(document, origin, overrides, registry, safe_name(Path(origin).stem))


def recipe_from_dict(
    values: Mapping[str, Any], registry: Registry | None = None, overrides: Sequence[str] = ()
) -> Recipe:
    """The recipe in plain values such as `Recipe.to_dict` gives. Errors name the key alone."""
    return _resolve(Document(_plain(values, ())), None, overrides, registry, "recipe")


def recipe_for_memory(values: Mapping[str, Any], registry: Registry | None = None) -> Recipe:
    """As `recipe_from_dict`, for data in memory: the recipe names none, and its `data` is None."""
    return _resolve(Document(_plain(values, ())), None, (), registry, "recipe", in_memory=True)


@contextmanager
def told_of(recipe: Path | str, overrides: Sequence[str] = ()) -> Iterator[None]:
    """Say where the recipe asks for it in what is raised inside about something that cannot be.

    The recipe is one that can be read with these overrides.
    """
    try:
        yield
    except UnsupportedError as error:
        text = _placed(Path(recipe), overrides, error) if error.key else None
        raise UnsupportedError(text or f"{recipe}: {error}", key=error.key) from error


def _placed(recipe: Path, overrides: Sequence[str], error: UnsupportedError) -> str | None:
    """The error's text after the place in the file, or the override, that asks for it.

    None if that cannot be told: the file is a pipe, say, or was changed meanwhile.
    """
    path = shipped_path(recipe)
    key = tuple(int(part) if re.fullmatch("[0-9]+", part) else part for part in error.key.split("."))
    try:
        document = read_yaml(path.read_text(encoding="utf-8-sig") if path.is_file() else "")
        if not isinstance(document.value, dict) or key[0] not in document.value:
            return None
        applied = [apply_override(document.value, parse_override(text)) for text in overrides]
    except (OSError, ValueError, YamlError, RecipeError):
        return None
    text = Problems(str(path) if path == recipe else None, document, applied).place(key, str(error))
    beside = [override.text for override in applied if override.path[:2] == key[:2]]
    if beside and "override '" not in text:  # what made another layer of the list may be the cause
        text += f" (with override '{beside[-1]}')"
    return f"{recipe}: {text}" if text.startswith(str(error)) else text


def parse_export(
    values: Mapping[str, Any], overrides: Sequence[str] = (), registry: Registry | None = None
) -> ExportChoice:
    """An `export:` section alone, from plain values and overrides such as `compress_level=9`."""
    section = {"export": _plain(values, ())}
    applied = [apply_override(section, parse_override(f"export.{text}")) for text in overrides]
    problems = Problems(None, Document(section), applied)
    return resolve_export(section["export"], registry or installed_plugins(), problems)


def _resolve(
    document: Document,
    origin: str | None,
    overrides: Sequence[str],
    registry: Registry | None,
    name: str,
    *,
    in_memory: bool = False,
) -> Recipe:
    problems = Problems(origin, document)
    for duplicate in document.duplicates:
        problems.add_duplicate(*duplicate)
    applied = []
    for text in overrides:
        try:
            applied.append(apply_override(document.value, parse_override(text)))
        except RecipeError as error:
            problems.add_override(str(error))
    leave_out_replaced(document.value, applied)
    problems.overrides = applied
    values = {"name": name, **document.value}
    return resolve(values, registry or installed_plugins(), problems, in_memory=in_memory)


def _plain(value: Any, path: KeyPath) -> Any:
    if isinstance(value, Mapping):
        wrong = [key for key in value if not isinstance(key, str)]
        if wrong:
            raise RecipeError(f"{dotted((*path, str(wrong[0])))}: a key must be text, not {wrong[0]!r}")
        return {key: _plain(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, i)) for i, item in enumerate(value)]
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise RecipeError(f"{dotted(path)}: must be a plain value, not {type(value).__name__}")


def safe_name(stem: str) -> str:
    """A file's name as a recipe's: whatever a folder should not be called is left out."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[:100] or "recipe"


def _siblings(path: Path) -> str:
    """What may be meant: files of nearly that name beside it, and recipes that come with synthgen."""
    others = [other.name for other in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    bare = path.name if path.suffix in (".yaml", ".yml") else f"{path.name}.yaml"
    close = [str(path.parent / name) for name in matches(bare, others)[:1]]
    shipped = [recipe.name for recipe in shipped_recipes()]
    near_shipped = matches(path.stem, shipped)[:1] if path.parent == Path() else []
    close += [path.stem] if path.stem in shipped else near_shipped
    return f" Did you mean {' or '.join(close)}?" if close else ""
