"""Values that a recipe writes as a name, or as a mapping that begins with one: `relu`, `{leaky_relu: 0.2}`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

NAME = "<name>"
"""Tag of a choice that is a name alone. Tags are no keys of a mapping, so that faults are placed in the recipe."""
UNKNOWN = "<unknown>"
"""Tag of what is no choice at all."""


class Choices:
    """The names of one kind of thing, and how each may be written; for pydantic's tagged unions.

    `alone` are the names that need no value; the others, and those in `mappings`, take one: `{name: value}`. The
    model of a mapping has the name as its first field. `examples` show how names that need a value are written.
    """

    def __init__(
        self, what: str, alone: Iterable[str], mappings: Iterable[str], examples: Mapping[str, str]
    ) -> None:
        self.what = what
        self.alone = tuple(alone)
        self.mappings = tuple(mappings)
        self.examples = examples

    def tag(self, value: Any) -> str:
        """Which branch of the union a value is for."""
        if isinstance(value, str):
            return NAME if value in self.alone else UNKNOWN
        if isinstance(value, BaseModel):
            return f"<{name_of(value)}>"
        if isinstance(value, dict):
            names = self._names_in(value)
            if len(names) == 1 and names[0] in self.mappings:
                return f"<{names[0]}>"
        return UNKNOWN

    def refuse(self, value: Any) -> Any:
        """Raise ValueError that says what would be a choice."""
        if isinstance(value, str):
            raise ValueError(self._say_of_name(value))
        if not isinstance(value, dict) or not value:
            raise ValueError(
                f"must be the name of {self.what}, or a mapping that begins with one, {self._example()}"
            )
        names = self._names_in(value)
        if len(names) > 1:
            raise ValueError(
                f"{' and '.join(names)} are {len(names)} names of {self.what}; begin an item for each"
            )
        if names:
            raise ValueError(f"{names[0]} takes no value; write {names[0]} alone")
        raise ValueError(self._say_of_name(next(iter(value))))

    def _names_in(self, value: Mapping[str, Any]) -> list[str]:
        return [key for key in value if key in self.mappings or key in self.alone]

    def _say_of_name(self, name: str) -> str:
        if name in self.mappings:
            return f"{name} needs a value; write {self.examples[name]}"
        known = list(dict.fromkeys((*self.mappings, *self.alone)))
        near = difflib.get_close_matches(name.lower(), known, n=2)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known)}."
        return f"'{name}' is no name of {self.what}. {hint}"

    def _example(self) -> str:
        return (
            f"such as {next(iter(self.examples.values()))}" if self.examples else f"such as {self.alone[0]}"
        )


def name_of(value: str | BaseModel) -> str:
    """The name that a choice has in recipes."""
    return value if isinstance(value, str) else next(iter(type(value).model_fields))


def completed(defaults: Mapping[str, BaseModel]) -> Callable[[str], Any]:
    """A validator that gives names that may stand alone their default value."""
    return lambda name: defaults.get(name, name)
