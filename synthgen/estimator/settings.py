"""From the estimator's parameters to the recipe that they come to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from synthgen.components import Dataset
from synthgen.presets import signal_settings, table_settings

_CHOICES = {"kind": ("auto", "table", "signals"), "task": ("auto", "classification", "regression")}
_OWN = {"data": "X", "seed": "random_state", "export": "sample"}
"""Sections of a recipe that the estimator says itself, and by what."""


def recipe_values(
    parameters: Mapping[str, Any],
    dataset: Dataset,
    find: Callable[[Hashable], str],
    seed: int,
    ids: str | None,
) -> dict[str, Any]:
    """The recipe for this data, as plain values.

    Presets come first, then `options`, then the parameters with names of their own, which `check_parameters` has
    passed. `find` says what the engine calls a column, `ids` what becomes of a table's ids unless `options` say.
    """
    options = _nested(parameters["options"] or {})
    for section, instead in _OWN.items():
        if section in options:
            raise ValueError(f"options has {section!r}, which {instead} says; leave it out.")
    values = _preset(dataset)
    train = options.get("train")
    if isinstance(train, Mapping) and any(train.get(key) is not None for key in ("epochs", "time_limit")):
        values["train"].pop("steps")
    values = merge(values, options)
    named = {
        "train": {
            "steps": parameters["max_steps"],
            "batch_size": parameters["batch_size"],
            "optimizer": {"lr": parameters["learning_rate"]},
        },
        "latent": {"dim": parameters["latent_dim"]},
    }
    device = {} if _is_auto(parameters["device"]) else {"train": {"device": parameters["device"]}}
    values = merge(values, _given(named), device)
    own = {"codec": _codec(parameters, dataset.kind, find), "seed": seed, "export": None}
    codec = {"name": dataset.kind} | ({"ids": ids} if ids is not None and dataset.kind == "table" else {})
    return merge({"codec": codec}, values, own)


def _nested(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with keys such as `train.steps`, as overrides of a recipe are written, in their sections."""
    layers = []
    for key, value in options.items():
        *sections, last = key.split(".") if isinstance(key, str) else [key]
        layer: dict[str, Any] = {last: value}
        for section in reversed(sections):
            layer = {section: layer}
        layers.append(layer)
    return merge(*layers)


def merge(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings laid over one another, key by key; a component of another name keeps none of the options."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            below = merged.get(key)
            if isinstance(value, Mapping) and isinstance(below, str):  # a component by its name alone
                below = {"name": below}
            joined = isinstance(value, Mapping) and isinstance(below, Mapping) and not _renamed(below, value)
            merged[key] = merge(below or {}, value) if joined else value
    return merged


def _renamed(below: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return "name" in below and value.get("name", below["name"]) != below["name"]


def seed_of(random_state: Any) -> int:
    """The engine's seed: the integer itself, or drawn from the RandomState (numpy's own for None)."""
    if isinstance(random_state, Integral) and 0 <= int(random_state) < 2**32:
        return int(random_state)
    return int(check_random_state(random_state).randint(0, 2**32, dtype=np.uint32))


def _preset(dataset: Dataset) -> dict[str, Any]:
    rows, width, *channels = dataset.x.shape
    if dataset.kind == "table":
        return table_settings(rows, width)
    return signal_settings(rows, width, channels[0] if channels else 1, len(dataset.classes))


def _codec(parameters: Mapping[str, Any], kind: str, find: Callable[[Hashable], str]) -> dict[str, Any]:
    conditions, columns = parameters["conditions"], parameters["columns"]
    chosen: dict[str, Any] = {}
    if conditions is not None:
        chosen["conditions"] = [find(name) for name in conditions]
    if columns is not None:
        chosen["columns"] = {find(name): how for name, how in columns.items()}
    if parameters["constraints"] is not None:
        chosen["constraints"] = [_rule(rule, find) for rule in parameters["constraints"]]
    if chosen and kind != "table":
        raise ValueError(f"{', '.join(chosen)}: signals have no columns; these are for tables.")
    return chosen


def _rule(rule: Any, find: Callable[[Hashable], str]) -> Any:
    """A constraint with the engine's names for its columns."""
    if not isinstance(rule, Mapping):
        return rule
    named = dict(rule)
    if "column" in rule:
        named["column"] = find(rule["column"])
    if isinstance(rule.get("columns"), list | tuple):
        named["columns"] = [find(name) for name in rule["columns"]]
    return named


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those not left to the preset, as Python's own numbers."""
    given: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            given |= {key: below} if (below := _given(value)) else {}
        elif not _is_auto(value):
            given[key] = int(value) if isinstance(value, Integral) else float(value)
    return given


def _is_auto(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"


def check_parameters(parameters: Mapping[str, Any]) -> None:
    """Raise ValueError, in scikit-learn's words, for a parameter that is of no use."""
    for name, choices in _CHOICES.items():
        if parameters[name] not in choices:
            _refuse(name, parameters[name], f"a str among {set(choices)}")
    for name, kind, words in (
        ("max_steps", Integral, "an int in the range [1, inf)"),
        ("batch_size", Integral, "an int in the range [1, inf)"),
        ("latent_dim", Integral, "an int in the range [1, inf)"),
        ("learning_rate", Real, "a float in the range (0, inf)"),
    ):
        value = parameters[name]
        if _is_auto(value):
            continue
        if isinstance(value, bool) or not isinstance(value, kind) or not float(value) > 0:
            _refuse(name, value, f"{words} or a str among {{'auto'}}")
    if parameters["options"] is not None and not isinstance(parameters["options"], Mapping):
        _refuse("options", parameters["options"], "a mapping or None")
    if isinstance(parameters["conditions"], str) or not _iterable(parameters["conditions"]):
        _refuse("conditions", parameters["conditions"], "a list of columns or None")
    if parameters["columns"] is not None and not isinstance(parameters["columns"], Mapping):
        _refuse("columns", parameters["columns"], "a mapping of columns to kinds or None")
    if isinstance(parameters["constraints"], str | Mapping) or not _iterable(parameters["constraints"]):
        _refuse("constraints", parameters["constraints"], "a list or None")


def _iterable(value: Hashable) -> bool:
    return value is None or hasattr(value, "__iter__")


def _refuse(name: str, value: Any, words: str) -> None:
    raise ValueError(f"The {name!r} parameter of SynthGAN must be {words}. Got {value!r} instead.")
