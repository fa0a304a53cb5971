"""What a summary says of a network: its layers, their shapes, and every parameter once."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from synthgen.network_summary import Layer, summarise_network


class Named(nn.Module):
    """A layer with a name of its own, around what it is made of."""

    def __init__(self, name: str, *parts: nn.Module) -> None:
        super().__init__()
        self.summary_name = name
        self.parts = nn.Sequential(*parts)

    def forward(self, x):
        return self.parts(x)


class Odd(nn.Module):
    """Weights where a summary does not see them: beside the layers, and of layers that are not called."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3))
        self.first = nn.Linear(4, 3)
        self.uncalled = nn.Linear(3, 3)
        self.last = nn.Linear(3, 1)
        self.unused = nn.Dropout()

    def forward(self, x):
        return self.last(nn.functional.linear(self.first(x) * self.scale, self.uncalled.weight))


def test_layers_have_shapes_without_the_batch_and_parameters_in_the_order_of_calls():
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Identity(), nn.Flatten(), nn.Linear(128, 5)
    )
    summary = summarise_network(network, torch.zeros(2, 1, 8, 8))
    assert summary.layers == (
        Layer("0 (Conv2d)", (8, 4, 4), 80),
        Layer("1 (ReLU)", (8, 4, 4), 0),
        Layer("3 (Flatten)", (128,), 0),
        Layer("4 (Linear)", (5,), 645),
    )
    assert (summary.trainable, summary.not_trainable, summary.total, summary.other) == (725, 0, 725, 0)


def test_batch_norms_statistics_count_as_not_trainable_as_in_keras():
    summary = summarise_network(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6)), torch.zeros(2, 4))
    assert summary.layers[1] == Layer("1 (BatchNorm1d)", (6,), 24)
    assert (summary.trainable, summary.not_trainable) == (30 + 12, 12)


def test_frozen_weights_are_not_trainable():
    network = nn.Sequential(nn.Linear(4, 6), nn.Linear(6, 1))
    network[0].requires_grad_(False)
    summary = summarise_network(network, torch.zeros(2, 4))
    assert (summary.trainable, summary.not_trainable, summary.total) == (7, 30, 37)


def test_layers_with_a_name_are_called_by_it_and_stand_for_all_in_them():
    inner = Named("dense", nn.Linear(4, 6), nn.ReLU())
    network = nn.Sequential(
        Named("embedding", nn.Linear(3, 4), inner), Named("dense", nn.Linear(6, 1)), nn.Tanh()
    )
    assert summarise_network(network, torch.zeros(2, 3)).layers == (
        Layer("embedding", (6,), 16),  # less the layer in it, which has a name, too
        Layer("dense", (6,), 30),
        Layer("dense", (1,), 7),
        Layer("2 (Tanh)", (1,), 0),
    )


def test_what_is_shared_counts_once_where_it_is_first():
    shared = nn.Linear(4, 4)
    tied = nn.Linear(4, 4, bias=False)
    tied.weight = shared.weight
    summary = summarise_network(nn.Sequential(shared, nn.Sequential(shared, tied)), torch.zeros(2, 4))
    assert summary.layers == (Layer("0 (Linear)", (4,), 20), Layer("1.1 (Linear)", (4,), 0))
    assert summary.total == 20


def test_a_parametrisation_is_part_of_its_layer():
    summary = summarise_network(nn.Sequential(spectral_norm(nn.Linear(4, 3))), torch.zeros(2, 4))
    assert summary.layers == (Layer("0 (ParametrizedLinear)", (3,), 15),)
    assert summary.total == 15


def test_weights_beside_the_layers_and_of_layers_not_called_are_told_and_in_the_totals():
    summary = summarise_network(Odd(), torch.zeros(2, 4))
    assert summary.layers == (
        Layer("first (Linear)", (3,), 15),
        Layer("uncalled (Linear)", None, 12),
        Layer("last (Linear)", (1,), 4),
    )
    assert (summary.other, summary.total) == (3, 34)
    text = summary.to_text()
    assert [
        line.split() for line in text.splitlines() if line.startswith(("uncalled", "(other)", "total"))
    ] == [
        ["uncalled", "(Linear)", "-", "12"],
        ["(other)", "-", "3"],
        ["total", "34:", "34", "trainable,", "0", "not", "trainable"],
    ]


def test_the_network_and_torchs_random_state_stay_as_they_were():
    network = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 1))
    network[1].eval()
    before, weights = torch.get_rng_state(), {k: v.clone() for k, v in network.state_dict().items()}
    summarise_network(network, torch.rand(2, 4, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    assert [module.training for module in network] == [True, False, True]
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())


def test_a_network_that_fails_is_left_without_hooks():
    network = nn.Sequential(nn.Linear(4, 1))
    with pytest.raises(RuntimeError):
        summarise_network(network, torch.zeros(2, 5))
    assert network.training
    assert not network[0]._forward_hooks


def test_the_table_is_aligned_and_json_has_the_same():
    summary = summarise_network(nn.Sequential(nn.Linear(1000, 2000), nn.ReLU()), torch.zeros(2, 1000))
    assert summary.to_text().splitlines() == [
        "layer       output shape  parameters",
        "------------------------------------",
        "0 (Linear)  (2000,)        2,002,000",
        "1 (ReLU)    (2000,)                0",
        "total 2,002,000: 2,002,000 trainable, 0 not trainable",
    ]
    assert summary.to_dict() == {
        "layers": [
            {"name": "0 (Linear)", "output_shape": [2000], "parameters": 2_002_000},
            {"name": "1 (ReLU)", "output_shape": [2000], "parameters": 0},
        ],
        "other": 0,
        "total": 2_002_000,
        "trainable": 2_002_000,
        "not_trainable": 0,
    }
