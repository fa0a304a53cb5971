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
    """One entry for each option: `name`, `type`, `default` (as YAML writes it) and `description`."""
    schema = options.model_json_schema()
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "type": describe_type(field, schema.get("$defs", {})),
            "default": "(required)" if name in required else json.dumps(field.get("default")),
            "description": " ".join(field.get("description", "").split()),
        }
        for name, field in schema["properties"].items()
    ]


def describe_type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON-schema type as a person would write it: `int > 0`, `null | path`, `list of int`."""
    if "$ref" in field:
        return describe_type(definitions[field["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in field:
        return " | ".join(describe_type(choice, definitions) for choice in field["anyOf"])
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
