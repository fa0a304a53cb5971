"""pydantic's errors in plain words, at the place in the recipe that they are about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic_core import ErrorDetails

from synthgen.recipe.yaml_loader import KeyPath


@dataclass(frozen=True)
class Finding:
    """One fault in a mapping of options."""

    path: KeyPath
    """Where it is, from the top of the mapping that was checked."""
    text: str
    anchor: KeyPath
    """What to point at: `path`, or the mapping in which it is missing."""
    at_key: bool = False
    """Whether the key is at fault and not its value."""


_PLAIN = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "path_type": "must be a path",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "none_required": "must be null",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}, not '{tag}'",
    "union_tag_not_found": "{discriminator} is missing",
}
_TYPES = {kind for kind, text in _PLAIN.items() if "{" not in text and kind != "finite_number"}

_LENGTHS = ("too_short", "too_long", "string_too_short", "string_too_long")


def findings(error: ValidationError, model: type[BaseModel], raw: Any, extra: Iterable[str]) -> list[Finding]:
    """What is wrong with `raw` as options of `model`; `extra` are keys beside the model's own."""
    details = error.errors(include_url=False)
    found = []
    for path, group in _group(details, raw).items():
        kind = group[0]["type"]
        if kind == "missing":
            found.append(Finding(path, "is missing", path[:-1]))
        elif kind == "extra_forbidden":
            inner, key = _model_at(model, path[:-1], raw), str(path[-1])
            known = [*known_keys(inner), *(extra if len(path) == 1 else ())]
            elsewhere = getattr(inner, "elsewhere", {}).get(key)
            hint = f" {elsewhere}" if elsewhere else near(key, known)
            found.append(Finding(path, f"there is no such key.{hint}", path, at_key=True))
        else:
            found.append(Finding(path, _explain(group), path))
    return found


def near(word: str, known: Sequence[str]) -> str:
    """` Did you mean a or b?`, or all that is known where nothing is near."""
    close = matches(word, known)
    if close:
        return f" Did you mean {' or '.join(close)}?"
    return f" Known: {', '.join(known)}." if known else " It takes none."


def matches(word: str, known: Sequence[str]) -> list[str]:
    """At most two of the known words that look like this one."""
    lower = {name.lower(): name for name in known}
    return [lower[name] for name in difflib.get_close_matches(word.lower(), lower, n=2)]


def show(value: Any) -> str:
    """A recipe's value as a message quotes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:56] + "..." + text[-1]


def known_keys(model: type[BaseModel] | None) -> list[str]:
    """The keys that a model takes, as they are written in a recipe."""
    keys = []
    for name, field in model.model_fields.items() if model else ():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            alias = next((choice for choice in alias.choices if isinstance(choice, str)), None)
        keys.append(alias if isinstance(alias, str) else name)
    return keys


def _group(details: list[ErrorDetails], raw: Any) -> dict[KeyPath, list[ErrorDetails]]:
    """Errors by their place in the recipe; of a union's branches only the one that fits best is heard."""
    found: list[tuple[KeyPath, KeyPath | None, ErrorDetails]] = []
    for detail in details:
        loc = detail["loc"]
        missing = detail["type"] == "missing"
        path, union = _place(loc[:-1] if missing else loc, raw)
        found.append(((*path, loc[-1]) if missing else path, union, detail))
    deepest: dict[KeyPath, int] = {}
    for path, union, _ in found:
        if union is not None:
            deepest[union] = max(deepest.get(union, 0), len(path))
    groups: dict[KeyPath, list[ErrorDetails]] = {}
    for path, union, detail in found:
        if union is None or len(path) == deepest[union]:
            groups.setdefault(path, []).append(detail)
    return groups


def _place(loc: Sequence[str | int], raw: Any) -> tuple[KeyPath, KeyPath | None]:
    """The part of pydantic's location that is in the recipe, and where a branch of a union was named."""
    path: list[str | int] = []
    union: KeyPath | None = None
    for step in loc:
        inside = range(len(raw)) if isinstance(raw, list) else raw if isinstance(raw, dict) else ()
        if step in inside:
            raw = raw[step]
            path.append(step)
        elif union is None and not _is_tag(step):
            union = tuple(path)
    return tuple(path), union


def _is_tag(step: str | int) -> bool:
    """Whether this step of a location is a tag such as `<dense>`: that of the only branch that was tried."""
    return isinstance(step, str) and step.startswith("<")


def _explain(group: list[ErrorDetails]) -> str:
    limits = [detail for detail in group if detail["type"] not in _TYPES]
    if all(detail["type"] == "literal_error" for detail in limits):
        limits = []  # a word that is none of those known may have been meant as what else there may be
    texts = list(dict.fromkeys(_text(detail) for detail in limits or group))
    if len(texts) > 1 and all(text.startswith("must be ") for text in texts):
        ends = [text.removeprefix("must be ") for text in texts]
        text = f"must be {', '.join(ends[:-1])} or {ends[-1]}"
    else:
        text = "; or ".join(texts)
    value, kind = group[0]["input"], (limits or group)[0]["type"]
    of_length = kind in _LENGTHS
    if text.startswith("must ") and (of_length or not (limits and isinstance(value, dict | list))):
        text += f", not {len(value) if of_length else show(value)}"
    if group[0]["type"] in ("literal_error", "enum") and isinstance(value, str):
        close = matches(value, [word.strip("'") for word in texts[0].replace(",", " ").split()])
        text += f". Did you mean {close[0]}?" if close else ""
    if group[0]["type"] == "union_tag_invalid":
        context = group[0]["ctx"]
        close = matches(context["tag"], context["expected_tags"].replace("'", "").split(", "))
        text += f". Did you mean {close[0]}?" if close else ""
    return text


def _text(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] in ("value_error", "assertion_error"):
        return " ".join(str(context.get("error", detail["msg"])).split())
    plain = _PLAIN.get(detail["type"])
    if plain is None:
        return detail["msg"].replace("Input should be", "must be", 1)
    return plain.format_map({key: _number(value) for key, value in context.items()})


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _model_at(model: type[BaseModel], path: KeyPath, raw: Any) -> type[BaseModel] | None:
    """The model of the mapping at this path of the options `raw`; None if that is no model."""
    here: list[type[BaseModel]] = [model]
    for key in path:
        raw = raw[key]
        if not isinstance(key, int):
            fields = {
                name: field
                for one in here[:1]
                for name, field in zip(known_keys(one), one.model_fields.values(), strict=True)
            }
            here = _models_in(fields[key].annotation) if key in fields else []
        here = [one for one in here if _may_be(one, raw)] or here
    return here[0] if here else None


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def _may_be(model: type[BaseModel], raw: Any) -> bool:
    """Whether a mapping has all the constants, and the first key, that this one of several models asks for."""
    if not isinstance(raw, dict):
        return True
    first = next(iter(model.model_fields.items()), None)
    return (first is None or not first[1].is_required() or first[0] in raw) and all(
        raw.get(name) in get_args(field.annotation)
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is Literal and field.is_required()
    )
