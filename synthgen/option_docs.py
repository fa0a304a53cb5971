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
            "description": _line(field),
            "forms": _forms(field.get("items", field), definitions),
        }
        for name, field in schema["properties"].items()
    ]


def _forms(field: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    """`{rule: order, columns: list of str, strict: false}: what it says`, for each of several mappings, and a line
    for each of its keys that says more, if the same was not said before."""
    forms, said = [], set()
    for form in _mappings(field, definitions):
        properties: dict[str, dict[str, Any]] = form["properties"]
        keys = ", ".join(f"{key}: {_value(inner, definitions)}" for key, inner in properties.items())
        lines = [f"{{{keys}}}: {_line(form)}"]
        for key, inner in properties.items():
            kind = describe_type(inner, definitions)
            line = f"{key}: {f'{kind}. ' if ' | ' in kind and 'default' in inner else ''}{_line(inner)}"
            if _line(inner) and line not in said:
                lines.append(f"    {line}")
                said.add(line)
        forms.append("\n".join(lines))
    return forms


def _mappings(field: dict[str, Any], definitions: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of all mappings among a value's forms, each once; names alone the type tells."""
    found: list[dict[str, Any]] = []
    for choice in field.get("oneOf", ()):
        form = definitions[choice["$ref"].rsplit("/", 1)[-1]] if "$ref" in choice else choice
        inner = [form] if "properties" in form else _mappings(form, definitions)
        found += [mapping for mapping in inner if mapping not in found]
    return found


def _value(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A key's constant or default, or else the type that it must be given."""
    if "const" in field:
        return str(field["const"])
    return json.dumps(field["default"]) if "default" in field else describe_type(field, definitions)


def _line(field: dict[str, Any]) -> str:
    return " ".join(field.get("description", "").split())


def describe_type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON-schema type as a person would write it: `int > 0`, `null | path`, `list of int`."""
    if "$ref" in field:
        return describe_type(definitions[field["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in field:
        return " | ".join(describe_type(choice, definitions) for choice in field["anyOf"])
    if "oneOf" in field:
        choices = [choice for choice in field["oneOf"] if choice.get("items") not in field["oneOf"]]
        kinds = " | ".join(describe_type(choice, definitions) for choice in choices)
        return " | ".join(dict.fromkeys(kinds.split(" | ")))
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
