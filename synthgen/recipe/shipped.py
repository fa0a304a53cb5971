"""The recipes that come with synthgen: in the wheel below the package, in a clone beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from synthgen.errors import UsageError
from synthgen.recipe.wording import near

_PACKAGE = Path(__file__).parent.parent
_FOLDERS = (_PACKAGE / "_recipes", _PACKAGE.parent / "recipes")
_SUFFIX = ".yaml"


@dataclass(frozen=True)
class ShippedRecipe:
    """A recipe that comes with synthgen."""

    name: str
    path: Path

    @property
    def text(self) -> str:
        """The file as it stands, comments included."""
        return self.path.read_text("utf-8")

    @property
    def about(self) -> str:
        """The first sentence of the comment at its head; one line for editors is passed over."""
        head = re.match(r"(?:#[^\n]*\n)*", self.text)
        lines = [line.lstrip("# ") for line in (head[0] if head else "").splitlines()]
        paragraph = takewhile(bool, (line for line in lines if not line.startswith("yaml-language-server:")))
        text = " ".join(paragraph)
        return re.split(r"(?<=[.!?]) (?=[A-Z0-9])", " ".join(text.split()))[0]


def shipped_recipes() -> list[ShippedRecipe]:
    """All of them, by name; none where neither folder is there."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    files = sorted(folder.glob(f"*{_SUFFIX}")) if folder else []
    return [ShippedRecipe(path.stem, path) for path in files]


def find_shipped(name: str) -> ShippedRecipe:
    """The recipe of this name. Raises UsageError with near matches if there is none."""
    known = {recipe.name: recipe for recipe in shipped_recipes()}
    if name not in known:
        raise UsageError(f"no recipe called '{name}' comes with synthgen.{near(name, list(known))}")
    return known[name]


def shipped_path(path: Path) -> Path:
    """The shipped recipe's file where `path` is a bare name of one and no file of its own, else `path`."""
    try:
        if path.parent != Path() or path.is_file():
            return path
    except OSError:  # such as a name too long for a file; whoever opens it tells so
        return path
    return next((recipe.path for recipe in shipped_recipes() if recipe.name == path.name), path)
