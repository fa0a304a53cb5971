"""The places where a source of well-known data looks for its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

DATA_VARIABLE = "SYNTHGEN_DATA"
"""Environment variable: the folder that holds one's datasets."""


class Place(NamedTuple):
    """A place to look in: what a person calls it, and its folder, if it has one."""

    name: str
    folder: Path | None

    def __str__(self) -> str:
        return f"{self.name}: {self.folder or 'not set'}"


def cache_folder() -> Path:
    """The user's cache folder for synthgen, where downloads go."""
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_cache_path("synthgen"))


def places(root: Path | None) -> list[Place]:
    """Where to look, in this order: the option `root`, SYNTHGEN_DATA, the user's cache folder."""
    variable = os.environ.get(DATA_VARIABLE)
    return [
        Place("option root", root and root.expanduser()),
        Place(f"environment variable {DATA_VARIABLE}", Path(variable).expanduser() if variable else None),
        Place("cache folder", cache_folder()),
    ]
