"""Where a recipe lists each layer, in the words of an override."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Placed(tuple[Any, ...]):
    """Layers in a row, and where each stands in the recipe: at `3`, or at `3.1` in a list that stands there."""

    places: tuple[str, ...]


def flat(layers: tuple[Any, ...]) -> Placed:
    """Layers, and lists of them in the place of one, as one list."""
    found: list[tuple[str, Any]] = []
    for number, layer in enumerate(layers):
        if isinstance(layer, tuple):
            found += [(f"{number}.{inner}", one) for inner, one in enumerate(layer)]
        else:
            found.append((str(number), layer))
    flat = Placed(layer for _, layer in found)
    flat.places = tuple(place for place, _ in found)
    return flat


def places_of(layers: Sequence[Any]) -> tuple[str, ...]:
    """What an override has after the list's own name, for each layer: `3`, or `3.1`."""
    return layers.places if isinstance(layers, Placed) else tuple(map(str, range(len(layers))))
