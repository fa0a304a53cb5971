"""Constraints fitted to small tables, and what a model could make of their columns at worst."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from synthgen.data.codecs.constraints.collection import AnyRule, Constraints

RULE = TypeAdapter(AnyRule)


def rules(*raw):
    """Rules as a recipe's are read: from JSON, strictly."""
    return [RULE.validate_json(json.dumps(rule), strict=True) for rule in raw]


def fit(frame, *raw, fixed=()):
    return Constraints.fit(frame, rules(*raw), fixed)


def saved(constraints):
    """The same after a model has been saved and loaded."""
    return Constraints.from_json(json.loads(json.dumps(constraints.to_json(), allow_nan=False)))


def made(constraints, frame, rows=2000, seed=0):
    """Rows of a model that knows each modelled column, and nothing of how they hang together."""
    modelled = constraints.forward(frame)
    random = np.random.default_rng(seed)
    columns = {
        name: modelled[name].take(random.integers(0, len(modelled), rows)).reset_index(drop=True)
        for name in modelled.columns
    }
    return constraints.backward(pd.DataFrame(columns))


def assert_same_dtypes(one, other):
    assert one.dtypes.to_dict() == other.dtypes.to_dict()
    assert list(one.columns) == list(other.columns)
