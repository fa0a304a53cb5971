"""A component's options in words: name, type, default, a line of documentation."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

_BOUNDS = {
    "minimum": "≥",
    "exclusiveMinimum": ">",
    "maximum": "≤",
    "exclusiveMaximum": "<",
    "multipleOf": "multiple of",
}
_TYPES = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "null"}


def describe_options(options: type[BaseModel]) -> list[dict[str, Any]]:
    """One entry for each option: `name`, `type`, `default` (as YAML writes it), `description`, and `forms`: for
    an option that takes mappings of several forms, how each is written and what it says."""
    schema = options.model_json_schema()
    definitions = schema.get("$defs", {})
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "type": describe_type(field, definitions),
            "default": "(required)" if name in required else json.dumps(field.get("default")),
            "description": " ".join(field.get("description", "").split()),
            "forms": _forms(field.get("items", field), definitions),
        }
        for name, field in schema["properties"].items()
    ]


def _forms(field: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    """`{rule: order, columns, strict: false}: what it says`, for each of several mappings; a key that must be given
    stands without a value."""
    forms = []
    for choice in field.get("oneOf", ()):
        form = definitions[choice["$ref"].rsplit("/", 1)[-1]] if "$ref" in choice else choice
        if "properties" not in form:
            continue  # names alone, which the type tells
        keys = [
            f"{key}: {inner['const']}"
            if "const" in inner
            else f"{key}: {json.dumps(inner['default'])}"
            if "default" in inner
            else key
            for key, inner in form.get("properties", {}).items()
        ]
        forms.append(f"{{{', '.join(keys)}}}: {' '.join(form.get('description', '').split())}")
    return forms


def describe_type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON-schema type as a person would write it: `int > 0`, `null | path`, `list of int`."""
    if "$ref" in field:
        return describe_type(definitions[field["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in field:
        return " | ".join(describe_type(choice, definitions) for choice in field["anyOf"])
    if "oneOf" in field:
        return " | ".join(dict.fromkeys(describe_type(choice, definitions) for choice in field["oneOf"]))
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    if "const" in field:
        return str(field["const"])
    kind = field.get("type", "any")
    if "prefixItems" in field:
        return f"[{', '.join(describe_type(item, definitions) for item in field['prefixItems'])}]"
    if kind == "array":
        return f"list of {describe_type(field.get('items', {}), definitions)}"
    if kind == "object":
        values = field.get("additionalProperties")
        return f"mapping to {describe_type(values, definitions)}" if isinstance(values, dict) else "mapping"
    name = "path" if field.get("format") == "path" else _TYPES.get(kind, kind)
    return " ".join([name, *(f"{sign} {field[key]}" for key, sign in _BOUNDS.items() if key in field)])
