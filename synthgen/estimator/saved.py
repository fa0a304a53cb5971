"""The estimator's own facts in a model folder, and what can be said of a model that has none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.estimator.features import Features
from synthgen.estimator.model import FittedModel
from synthgen.estimator.target import Target
from synthgen.synthesizer import Synthesizer
from synthgen.synthesizer import load as load_synthesizer

KEY = "estimator"
"""Where in the model's `source` the facts are."""


def save(model: FittedModel, parameters: Mapping[str, Any], path: Path | str) -> None:
    """Write a model folder, from which `load` gets all of this back; parameters that JSON lacks are left out.

    Raises ValueError for column names and labels that JSON cannot hold, UsageError if the folder is taken.
    """
    facts = {
        "features": model.features.to_json(),
        "target": None if model.target is None else model.target.to_json(),
        "parameters": {name: value for name, value in parameters.items() if _is_json(value)},
    }
    if not _is_json(facts):
        raise ValueError(
            "Names of columns or labels are of a type that JSON cannot hold; pickle the estimator instead."
        )
    replace(model.synthesizer, source={**model.synthesizer.source, KEY: facts}).save(path)


def load(path: Path | str, device: str) -> tuple[FittedModel, dict[str, Any]]:
    """A model and its parameters, from what `save` or a run has written.

    Raises UsageError where there is no model, CheckpointError for files that are damaged, ValueError for a model of
    something else than tables and signals.
    """
    synthesizer = load_synthesizer(path, device=device)
    facts = synthesizer.source.get(KEY)
    if facts is None:
        return FittedModel(*_guess(synthesizer), synthesizer), {}
    target = None if facts["target"] is None else Target.from_json(facts["target"])
    return FittedModel(Features.from_json(facts["features"]), target, synthesizer), facts["parameters"]


def _guess(synthesizer: Synthesizer) -> tuple[Features, Target | None]:
    """What a run's model makes is its own form: a DataFrame with the label as a column, or an array."""
    classes = synthesizer.classes
    x, _ = synthesizer.sample(per_class=1) if classes else synthesizer.sample(1)
    if isinstance(x, pd.DataFrame):
        label = synthesizer.label
        columns = pd.Index([name for name in x.columns if name != label])
        features = Features("table", tuple(columns), columns=columns)
        return features, Target(str(label), "series", label, "", x[label], classes) if classes else None
    if len(synthesizer.spec.shape) != 2:
        raise ValueError(
            f"This is a model of {synthesizer.source.get('data')}, which are images; use synthgen.load for it."
        )
    features = Features("signals", dtype=x.dtype)
    numbered = all(label.name == str(label.number) for label in classes)
    values = pd.Series([label.number if numbered else label.name for label in classes])
    dtype = "<i8" if numbered else "O"
    return features, Target("label", "array", None, dtype, values, classes) if classes else None


def _is_json(value: Any) -> bool:
    """Whether JSON gives this back, but for tuples, which become lists. Keys that are no text become text."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return _has_text_keys(value)


def _has_text_keys(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _has_text_keys(below) for key, below in value.items())
    return not isinstance(value, list | tuple) or all(map(_has_text_keys, value))
