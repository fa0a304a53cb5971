"""The JSON schema of recipes (draft 2020-12), from which editors complete and check them as they are typed.

Made from the registry as it is: each section by its own settings model, each component by its own options,
whoever wrote them. The values of a recipe that `load_recipe` accepts fit the schema; of mistakes it finds most.
Values are what our loader reads: where an editor reads YAML by other rules (`10_000`, a number here, is a text in
YAML 1.2), it may complain of what runs. A field whose validator takes more than its type says (a time such as 5m)
tells so by `pydantic.WithJsonSchema`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from typing import Any, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from synthgen.evaluation.settings import SelectionSettings
from synthgen.export.settings import ExportSettings
from synthgen.plugins import KINDS, Registered, Registry
from synthgen.recipe.schema import (
    COMPONENTS,
    LISTS,
    NETWORKS,
    SECTIONS,
    SHORT,
    WHEN_EMPTY,
    Recipe,
    RecipeSettings,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FILE_NAME = "synthgen.schema.json"
"""What the schema beside a recipe is called."""

EDITOR_LINE = f"# yaml-language-server: $schema={FILE_NAME}"
"""First line of a recipe: where editors find the schema."""

JsonSchema = dict[str, Any]


def schema_text(registry: Registry) -> str:
    """The schema as the text of a file; the same plugins give the same text."""
    return json.dumps(recipe_schema(registry), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def recipe_schema(registry: Registry) -> JsonSchema:
    """The schema of a recipe that may name any component of this registry."""
    builder = _Builder(registry)
    sections = {section: builder.section(section) for section in SECTIONS}
    return {
        "$schema": DIALECT,
        "title": "synthgen recipe",
        "description": "What to make: the data, the networks, the training, the dataset. By `synthgen schema`.",
        "type": "object",
        "properties": sections,
        "required": [section for section in SECTIONS if builder.is_required(section)],
        "additionalProperties": False,
        "$defs": dict(sorted(builder.definitions.items())),
    }


class _Builder:
    """Makes one section after another; what several share goes to `definitions`."""

    def __init__(self, registry: Registry) -> None:
        self.definitions: dict[str, JsonSchema] = {}
        self._registry = registry
        self._head = self._model(RecipeSettings, "recipe")["properties"]
        self._settings: dict[str, type[BaseModel]] = {
            section: hint
            for section, hint in get_type_hints(Recipe).items()
            if isinstance(hint, type) and issubclass(hint, BaseModel)
        }

    def section(self, section: str) -> JsonSchema:
        """The schema of one key at the top of a recipe."""
        if section in self._head:
            head: JsonSchema = self._head[section]
            return head
        if section == "data":
            self.definitions["fallback"] = _or_null(self._choice("source")) | {
                "description": "The source to take where this one's data cannot be found.",
                "properties": {"fallback": False},  # it has none of its own
            }
            return self._choice("source")
        if section == "export":
            return self._export()
        if section in LISTS:
            items = self._choice(LISTS[section])
            description = " ".join(filter(None, [_sentence(KINDS[LISTS[section]]), WHEN_EMPTY.get(section)]))
            return {"description": description, "type": ["array", "null"], "items": items}
        if section == "selection":
            return self._model(SelectionSettings, section) | {"type": ["object", "null"]}
        if section in SHORT:
            return self._short(section)
        if section in self._settings:
            schema = self._model(self._settings[section], section)
            return schema if self.is_required(section) else schema | {"type": ["object", "null"]}
        choice = self._choice(section, COMPONENTS.get(section))
        return choice if section in COMPONENTS else _or_null(choice)

    def _short(self, section: str) -> JsonSchema:
        """A settings model, or the one word that stands for it; null is its `none`."""
        schema = self._model(self._settings[section], section)
        words = {"enum": schema["properties"][SHORT[section]]["enum"]}
        description = schema.pop("description", "")
        return {"description": description, "anyOf": [words, {"type": "null"}, schema]}

    def is_required(self, section: str) -> bool:
        """Whether a recipe cannot do without this section."""
        if section in self._settings:
            return not _has_defaults(self._settings[section])
        return section == "data" or (section in COMPONENTS and COMPONENTS[section] is None)

    def _choice(self, kind: str, default: str | None = None) -> JsonSchema:
        """A component of a kind: its name, or a mapping with `name` and its options."""
        if kind not in self.definitions:
            found = self._registry.all(kind)
            own = {"fallback": _ref("fallback")} if kind == "source" else {}
            if kind in NETWORKS:
                own = self._model(NETWORKS[kind], kind)["properties"]
            for registered in found:
                self._component(registered, "name", own)
            without_options = [r for r in found if not self.definitions[_key(r)].get("required")]
            mapping = {
                "type": "object",
                "properties": {
                    "name": {"description": f"Which {kind}.", "anyOf": _names(found) or [{"not": {}}]}
                },
                "required": ["name"] if default is None else [],
                "allOf": self._by_name(found, "name", default),
            }
            self.definitions[kind] = {
                "description": _sentence(KINDS[kind]),
                "anyOf": [*_names(without_options), mapping],
            }
        return _ref(kind)

    def _export(self) -> JsonSchema:
        """Settings, and beside them the options of the exporter that `format` names."""
        settings = self._model(ExportSettings, "export")
        del settings["additionalProperties"]  # which each exporter's options restrict
        found = self._registry.all("exporter")
        for registered in found:
            self._component(registered, "format", dict.fromkeys(settings["properties"], True))
        settings["properties"]["format"]["anyOf"] = [*_names(found), {"type": "null"}]
        no_format = {"type": "object", "properties": {"format": {"type": "null"}}}  # or none there
        settings_alone = {
            "properties": dict.fromkeys(settings["properties"], True),
            "additionalProperties": False,
        }
        return settings | {
            "type": ["object", "null"],
            "allOf": [
                *self._by_name(found, "format", None),
                {"if": no_format, "then": settings_alone},
            ],
        }

    def _component(self, registered: Registered, name_key: str, beside: JsonSchema) -> None:
        """Define a component's mapping: its options, its name, and the keys that may stand beside them."""
        try:
            schema = self._model(registered.component.Options, _key(registered))
            json.dumps(schema, allow_nan=False)
        except Exception:  # options that have no schema: those of a third party, who may write what they like
            schema = {"type": "object"}
        schema["description"] = _first_paragraph(registered.component)
        schema["properties"] = {
            name_key: {"const": registered.name},
            **schema.get("properties", {}),
            **{key: value for key, value in beside.items() if key != name_key},
        }
        self.definitions[_key(registered)] = schema

    def _by_name(self, found: Iterable[Registered], name_key: str, default: str | None) -> list[JsonSchema]:
        """For each component: if it is the one named, its own options hold."""
        return [
            {
                "if": {
                    "type": "object",
                    "properties": {name_key: {"const": registered.name}},
                    **({} if registered.name == default else {"required": [name_key]}),
                },
                "then": _ref(_key(registered)),
            }
            for registered in found
        ]

    def _model(self, model: type[BaseModel], prefix: str) -> JsonSchema:
        """A settings model's schema; models in it are defined under names that begin with `prefix`."""
        schema = model.model_json_schema(
            ref_template=f"#/$defs/{prefix}.{{model}}", schema_generator=_WithoutTitles
        )
        inner = {f"{prefix}.{name}": _tidy(part) for name, part in schema.pop("$defs", {}).items()}
        self.definitions |= inner
        if "$ref" in schema:  # a model that contains itself
            schema = dict(inner[schema["$ref"].removeprefix("#/$defs/")])
        return _with_other_spellings(_tidy(schema), model)


class _WithoutTitles(GenerateJsonSchema):
    """Without a title for each field, which would only say its name again."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def _tidy(schema: JsonSchema) -> JsonSchema:
    """Without the class's title, descriptions on one line."""
    schema.pop("title", None)
    for part in (schema, *schema.get("properties", {}).values()):
        if isinstance(part.get("description"), str):
            part["description"] = " ".join(part["description"].split())
    return schema


def _with_other_spellings(schema: JsonSchema, model: type[BaseModel]) -> JsonSchema:
    """Open to other keys where a field can be spelt in several ways: pydantic's schema knows only one."""
    by_name = model.model_config.get("populate_by_name") or model.model_config.get("validate_by_name")

    def one_spelling(field: FieldInfo) -> bool:
        alias = field.validation_alias
        return alias is None or (isinstance(alias, str) and not by_name)

    if not all(map(one_spelling, model.model_fields.values())):
        schema.pop("additionalProperties", None)
        schema.pop("required", None)
    return schema


def _has_defaults(model: type[BaseModel]) -> bool:
    try:
        model()
    except ValidationError:
        return False
    return True


def _names(found: Iterable[Registered]) -> list[JsonSchema]:
    """One constant for each component, with what it is: an editor shows both in its list."""
    return [{"const": r.name, "description": _first_paragraph(r.component)} for r in found]


def _or_null(schema: JsonSchema) -> JsonSchema:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> JsonSchema:
    return {"$ref": f"#/$defs/{name}"}


def _key(registered: Registered) -> str:
    return f"{registered.kind}.{registered.name}"


def _first_paragraph(component: type[Any]) -> str:
    return " ".join((inspect.getdoc(component) or "").split("\n\n")[0].split())


def _sentence(component: type[Any]) -> str:
    return _first_paragraph(component).partition(". ")[0].removesuffix(".") + "."
