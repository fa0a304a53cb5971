"""YAML as recipes are written in it: one loader, one dumper, and where in the text everything stands.

Scalars follow YAML 1.2's core schema, not PyYAML's 1.1: `1e-3` is a number; `yes`, `on`, `1:30` and dates
are text; `010` is ten. Keys are the text that is written, so `3: 100` has the key "3".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

KeyPath = tuple[str | int, ...]
"""Keys of mappings and indices of lists, from the top of a recipe to one of its values."""


class Position(NamedTuple):
    """A place in a text, both numbers from 1."""

    line: int
    column: int


class YamlError(Exception):
    """A text that cannot be read at all: what is wrong, and where."""

    def __init__(self, position: Position, problem: str) -> None:
        super().__init__(problem)
        self.position = position


@dataclass
class Document:
    """The values of a YAML text and where they stand."""

    value: Any = None
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    """Where the key of each mapping's item is written."""
    values: dict[KeyPath, Position] = field(default_factory=dict)
    """Where each value begins."""
    duplicates: list[tuple[KeyPath, Position, Position]] = field(default_factory=list)
    """Keys given twice: which, where again, where first. The first value is the one kept."""


_TAG = "tag:yaml.org,2002:"
_NUMBER = "-+0123456789."
_CORE = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+(_[0-9]+)*", _NUMBER),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(_[0-9]+)*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        _NUMBER,
    ),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
)
_SCALARS: dict[str, Callable[[str], Any]] = {
    _TAG + "str": str,
    _TAG + "merge": str,
    _TAG + "int": int,
    _TAG + "float": lambda text: float(re.sub(r"\.(?=inf|nan)", "", text.lower())),
    _TAG + "bool": lambda text: {"true": True, "false": False}[text.lower()],
    _TAG + "null": lambda text: None,
}


class RecipeLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2; notes where all stands."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.document = Document()
        self._flat: set[int] = set()
        self._open: list[yaml.Node] = []

    def read(self) -> Document:
        """The one document of the text; its value is None if there is none."""
        node = self.get_single_node()
        if node is not None:
            self.document.value = self._value(node, ())
        return self.document

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:
        self.document.values[path] = _position(node.start_mark)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if node.tag not in (_TAG + "map", _TAG + "seq"):
            raise YamlError(_position(node.start_mark), _unknown_tag(node))
        if node in self._open:
            raise YamlError(_position(node.start_mark), "a list or mapping that contains itself")
        self._open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self._value(item, (*path, i)) for i, item in enumerate(node.value)]
        finally:
            self._open.pop()

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        self._find_duplicates(node, path)
        self.flatten_mapping(node)  # puts what << names before the mapping's own items
        mapping = {}
        for key_node, value_node in node.value:
            key = _key(key_node)
            self.document.keys[(*path, key)] = _position(key_node.start_mark)
            mapping[key] = self._value(value_node, (*path, key))
        return mapping

    def _find_duplicates(self, node: yaml.MappingNode, path: KeyPath) -> None:
        if id(node) in self._flat:  # a second look, through an alias
            return
        self._flat.add(id(node))
        first: dict[str, Position] = {}
        items = []
        for key_node, value_node in node.value:
            key, position = _key(key_node), _position(key_node.start_mark)
            if key in first:
                self.document.duplicates.append(((*path, key), position, first[key]))
            else:
                first[key] = position
                items.append((key_node, value_node))
        node.value = items


RecipeLoader.yaml_implicit_resolvers = {}  # none of YAML 1.1's
for _name, _pattern, _first in _CORE:
    RecipeLoader.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})$"), list(_first))


class RecipeDumper(yaml.SafeDumper):
    """PyYAML's safe dumper; quotes all text that RecipeLoader or a YAML 1.1 reader would take for else."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out; no anchors."""
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """On one line only if it is short."""
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = node.flow_style and len(node.value) <= 4
        return node


RecipeDumper.yaml_implicit_resolvers = {
    first: RecipeLoader.yaml_implicit_resolvers.get(first, [])
    + yaml.SafeDumper.yaml_implicit_resolvers.get(first, [])
    for first in {*RecipeLoader.yaml_implicit_resolvers, *yaml.SafeDumper.yaml_implicit_resolvers}
}


def read_yaml(text: str) -> Document:
    """The values of a text and their positions. Raises YamlError at the first thing that is not YAML."""
    try:
        return RecipeLoader(text).read()
    except yaml.MarkedYAMLError as error:
        raise YamlError(_position(error.problem_mark or error.context_mark), _not_yaml(error)) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        position = Position(before.count("\n") + 1, error.position - before.rfind("\n"))
        raise YamlError(position, f"not YAML: character {chr(error.character)!r} is not allowed") from error
    except (ValueError, OverflowError) as error:  # PyYAML on escapes such as "\U00110000"
        raise YamlError(Position(1, 1), f"not YAML: {error}") from error
    except RecursionError as error:
        raise YamlError(Position(1, 1), "lists or mappings nested too deeply") from error


def write_yaml(value: Any) -> str:
    """Plain values as YAML that `read_yaml` reads as the same values; innermost ones on one line."""
    return str(
        yaml.dump(
            value,
            Dumper=RecipeDumper,
            sort_keys=False,
            default_flow_style=None,
            allow_unicode=True,
            width=100,
        )
    )


def _scalar(node: yaml.ScalarNode) -> Any:
    position = _position(node.start_mark)
    if node.tag not in _SCALARS:
        raise YamlError(position, _unknown_tag(node))
    try:
        node.value.encode()  # an escape can make half a character, which no file can hold
        return _SCALARS[node.tag](node.value)
    except (ValueError, KeyError) as error:
        kind = node.tag.removeprefix(_TAG)
        raise YamlError(position, f"{node.value[:40]!r} cannot be read as {kind}") from error


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError(_position(node.start_mark), "a key must be text, not a list or a mapping")
    _scalar(node)
    return str(node.value)


def _position(mark: yaml.Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def _unknown_tag(node: yaml.Node) -> str:
    tag = node.tag.replace(_TAG, "!!")
    return (
        f"the tag {tag} is not for recipes, which have text, numbers, true, false, null, lists and mappings"
    )


def _not_yaml(error: yaml.MarkedYAMLError) -> str:
    problem = ", ".join(filter(None, (error.context, error.problem)))
    hint = "; indent with spaces, not tabs" if r"'\t'" in problem else ""
    return f"not YAML: {problem}{hint}"
