"""Everything that is wrong with a recipe, gathered, and told at once with where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synthgen.errors import PluginError, RecipeError
from synthgen.recipe.overrides import Override
from synthgen.recipe.yaml_loader import Document, KeyPath, Position


def dotted(path: KeyPath) -> str:
    """A path as it is written in overrides and messages: `penalties.0.weight`."""
    return ".".join(map(str, path))


@dataclass
class Problems:
    """A list of faults; each is placed in the file, or in the override from which its value came."""

    origin: str | None = None
    """The file's name, or None for a recipe that is in no file."""
    document: Document = field(default_factory=Document)
    overrides: Sequence[Override] = ()
    """Those applied, in their order."""
    _found: list[tuple[tuple[int, ...], str]] = field(default_factory=list)
    _all_plugins: bool = True

    def add(
        self,
        path: KeyPath,
        text: str,
        *,
        anchor: KeyPath | None = None,
        at_key: bool = False,
        plugin: bool = False,
    ) -> None:
        """One fault of the value (or key) at `path`; `anchor` is what to point at, if that is another.

        `plugin` says that the fault is a plugin's: if all are, the error is a PluginError.
        """
        self._all_plugins &= plugin
        message = f"{dotted(path)}: {text}" if path else text
        anchor = path if anchor is None else anchor
        self._found.append(self._placed(anchor, message, at_key or anchor != path))

    def place(self, path: KeyPath, message: str) -> str:
        """The message with where the value at `path` stands: in the file, or in an override."""
        return self._placed(path, message, at_key=False)[1]

    def add_duplicate(self, path: KeyPath, again: Position, first: Position) -> None:
        """A key that the file has twice."""
        self._all_plugins = False
        self._put(again, f"{dotted(path)}: given twice, first in line {first.line}")

    def add_override(self, message: str) -> None:
        """A fault of an override that could not even be applied."""
        self._all_plugins = False
        self._found.append(((1, -1), message))

    def raise_all(self) -> None:
        """Raise one error with all faults, one a line, in the order of the text; return if there are none."""
        if self._found:
            lines = dict.fromkeys(message for _, message in sorted(self._found, key=lambda found: found[0]))
            raise (PluginError if self._all_plugins else RecipeError)("\n".join(lines))

    def _placed(self, path: KeyPath, message: str, at_key: bool) -> tuple[tuple[int, ...], str]:
        """The message with its place, after what orders it among others."""
        number = self._override(path)
        if number is not None:
            return (1, number), f"override '{self.overrides[number].text}': {message}"
        below = [o.text for o in self.overrides if path and o.path[: len(path)] == path]
        if below:  # the file alone may well be right
            message += f" (with override '{below[-1]}')"
        position = self._position(path, at_key)
        return (0, *position), self._where(position) + message

    def _put(self, position: Position, message: str) -> None:
        self._found.append(((0, *position), self._where(position) + message))

    def _where(self, position: Position) -> str:
        return f"{self.origin}:{position.line}:{position.column} " if self.origin else ""

    def _override(self, path: KeyPath) -> int | None:
        """The last override that set this value, or made the mapping that it would be in."""
        numbers = range(len(self.overrides) - 1, -1, -1)
        for number in numbers:
            if path[: len(self.overrides[number].path)] == self.overrides[number].path:
                return number
        if path in self.document.values:
            return None
        return next((n for n in numbers if path and self.overrides[n].path[: len(path)] == path), None)

    def _position(self, path: KeyPath, at_key: bool) -> Position:
        keys, values = self.document.keys if at_key else {}, self.document.values
        while path and path not in keys and path not in values:
            path = path[:-1]
        return keys.get(path) or values.get(path) or Position(1, 1)
