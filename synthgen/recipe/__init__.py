"""Recipes: the YAML file that says what to make, read strictly and with every fault told at once."""

from synthgen.recipe.loading import load_recipe, parse_export, parse_recipe, recipe_from_dict
from synthgen.recipe.schema import Choice, DataChoice, ExportChoice, Recipe

__all__ = [
    "Choice",
    "DataChoice",
    "ExportChoice",
    "Recipe",
    "load_recipe",
    "parse_export",
    "parse_recipe",
    "recipe_from_dict",
]
