"""Recipes: the YAML file that says what to make, read strictly and with every fault told at once.

Names are imported when they are first used: the shipped recipes are listed without what it takes to read one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgen.recipe.loading import (
        load_recipe,
        parse_export,
        parse_recipe,
        recipe_for_memory,
        recipe_from_dict,
    )
    from synthgen.recipe.schema import Choice, DataChoice, ExportChoice, NetworkChoice, Recipe

__all__ = [
    "Choice",
    "DataChoice",
    "ExportChoice",
    "NetworkChoice",
    "Recipe",
    "load_recipe",
    "parse_export",
    "parse_recipe",
    "recipe_for_memory",
    "recipe_from_dict",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'synthgen.recipe' has no attribute {name!r}")
    value = getattr(import_module(f"synthgen.recipe.{'schema' if name[0].isupper() else 'loading'}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
