"""Building sequential networks from layers as a recipe writes them."""

from __future__ import annotations

import json

import pytest
import torch
import yaml

from synthgen import Condition, DataSpec

LABEL = (Condition(name="label", values=("a", "b", "c")),)


@pytest.fixture
def spec():
    """The facts of data of this shape, in three classes unless said otherwise."""

    def make(*shape, noise_dim=8, conditions=LABEL, **more):
        return DataSpec(shape=shape, noise_dim=noise_dim, conditions=conditions, **more)

    return make


@pytest.fixture
def build(registry):
    """Build a network: its kind, the data's facts, and options in YAML or plain values."""

    def build_network(kind, spec, layers, **more):
        registered = registry.find(kind, "sequential")
        layers = yaml.safe_load(layers) if isinstance(layers, str) else layers
        text = json.dumps({"layers": layers, **more})
        torch.manual_seed(0)
        return registered.build(registered.component.Options.model_validate_json(text, strict=True), spec)

    return build_network


@pytest.fixture
def condition():
    """One-hot conditions of so many samples, classes in turn."""
    return lambda n=6: torch.eye(3)[torch.arange(n) % 3]
