"""`key.path=value` overrides of a recipe: `train.steps=500`, `penalties.0.weight=2`, `generator=mlp`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthgen.errors import RecipeError
from synthgen.recipe.schema import SHORT
from synthgen.recipe.yaml_loader import KeyPath, YamlError, read_yaml


@dataclass(frozen=True)
class Override:
    """One value to put into a recipe."""

    text: str
    """As the person wrote it."""
    path: KeyPath
    value: Any


def parse_override(text: str) -> Override:
    """Split at the first `=`, and read what follows as YAML; nothing there is null.

    Raises RecipeError if there is no `=`, an empty key, or a value that is not YAML.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise RecipeError(f"override '{text}': must be written key=value, such as train.steps=500")
    path = tuple(part.strip() for part in key.split("."))
    if not all(path):
        raise RecipeError(f"override '{text}': empty key; write it such as train.steps=500")
    try:
        document = read_yaml(value)
    except YamlError as error:
        raise RecipeError(f"override '{text}': the value, column {error.position.column}: {error}") from error
    for duplicate, *_ in document.duplicates:
        raise RecipeError(f"override '{text}': {duplicate[-1]} is given twice")
    return Override(text, path, document.value)


def apply_override(data: dict[str, Any], override: Override) -> Override:
    """Put the value into `data`, in place; the override comes back with list indices as numbers.

    What is missing or null on the way becomes a mapping, and a text becomes a mapping with that `name`, since
    a component may be written as its name alone, or with what else a section's one word stands for; such a word
    leaves the section's other settings as they are. Raises RecipeError if a list has no such item.
    """
    *way, last = override.path
    here: Any = data
    path: list[str | int] = []
    for key in way:
        step = _step(here, key, override, path)
        below = here[step] if isinstance(here, list) else here.get(step)
        if not isinstance(below, dict | list):
            if below is None or isinstance(below, str):
                word = "name" if path else SHORT.get(str(step), "name")
                below = {} if below is None else {word: below}
            else:
                where = ".".join(map(str, [*path, step]))
                raise RecipeError(
                    f"override '{override.text}': {where} has nothing below it; it is {below!r}"
                )
            here[step] = below
        path.append(step)
        here = below
    step = _step(here, last, override, path)
    before = here.get(step) if isinstance(here, dict) else None
    if not path and step in SHORT and isinstance(override.value, str) and isinstance(before, dict):
        here[step] = before | {SHORT[step]: override.value}  # one word of several settings
    else:
        here[step] = override.value
    return replace(override, path=(*path, step))


def leave_out_replaced(data: dict[str, Any], applied: Sequence[Override]) -> None:
    """Take out of `data`, in place, the length of the training that an override has replaced by one in the other
    unit: `train.steps` and `train.epochs` cannot both be given, and an override is the later word."""
    train = data.get("train")
    if not isinstance(train, dict):
        return
    for given, other in itertools.permutations(("steps", "epochs")):
        if train.get(given) is not None and _is_set(given, applied) and not _is_set(other, applied):
            train.pop(other, None)


def _is_set(length: str, applied: Sequence[Override]) -> bool:
    """Whether an override says so long, or replaces the section that does."""
    path = ("train", length)
    return any(override.path == path[: len(override.path)] for override in applied)


def _step(here: dict[str, Any] | list[Any], key: Any, override: Override, path: list[str | int]) -> Any:
    if isinstance(here, dict):
        return key
    numbers = {str(number): number for number in range(len(here))}
    if key in numbers:
        return numbers[key]
    name = ".".join(map(str, path))
    known = f"items 0 to {len(here) - 1}" if here else "no items"
    raise RecipeError(f"override '{override.text}': {name} is a list with {known}, not '{key}'")
