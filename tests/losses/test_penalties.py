"""Penalties against values computed by hand and gradients by finite differences."""

from __future__ import annotations

from math import exp, log

import pytest
import torch
from torch import nn

from synthgen import Critique, Samples


class Quadratic(nn.Module):
    """logit = x' A x + b c: its gradient by x is 2 A x, which is known without autograd."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        a = torch.randn(3, 3, generator=generator, dtype=torch.float64)
        self.a = nn.Parameter(a + a.T)

    def forward(self, x, condition):
        return Critique(torch.einsum("bi,ij,bj->b", x, self.a, x) + condition.sum(1))


def samples(seed: int) -> Samples:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    return Samples(x, torch.zeros(5, 2, dtype=torch.float64))


def build(registry, name, **options):
    registered = registry.find("penalty", name)
    return registered.build(registered.component.Options(**options))


@pytest.mark.parametrize(("name", "which"), [("r1", 0), ("r2", 1)])
def test_gradient_penalty_is_half_the_mean_squared_gradient_norm(name, which, registry):
    critic, both = Quadratic(), (samples(1), samples(2))
    value = build(registry, name).penalty(critic, *both)
    gradients = 2 * both[which].x @ critic.a
    assert value.item() == pytest.approx(0.5 * gradients.square().sum(1).mean().item(), rel=1e-5)


def test_wgan_gp_is_zero_exactly_where_gradients_have_norm_one(registry):
    direction = torch.tensor([0.6, 0.8, 0.0], dtype=torch.float64)
    penalty = build(registry, "wgan_gp")

    def steep(slope):
        return lambda x, condition: Critique(slope * (x @ direction))

    assert penalty.penalty(steep(1.0), samples(1), samples(2)).item() == pytest.approx(0, abs=1e-9)
    assert penalty.penalty(steep(3.0), samples(1), samples(2)).item() == pytest.approx(4, rel=1e-6)


def test_wgan_gp_looks_between_real_and_generated_samples(registry):
    seen = []

    def critic(x, condition):
        seen.append(x.detach())
        return Critique(x.sum(1))

    ones = Samples(torch.ones(64, 3), torch.zeros(64, 0))
    build(registry, "wgan_gp").penalty(critic, ones, Samples(-ones.x, ones.condition))
    assert seen[0].abs().max() <= 1
    assert (seen[0] == seen[0][:, :1]).all()  # one place on the line for a whole sample
    assert seen[0].std() > 0.3


@pytest.mark.parametrize("name", ["r1", "r2", "wgan_gp"])
def test_penalty_gradient_by_the_weights_agrees_with_finite_differences(name, registry):
    critic, penalty = Quadratic(), build(registry, name)
    both = samples(1), samples(2)

    def value() -> torch.Tensor:
        torch.manual_seed(3)  # wgan_gp draws its places
        return penalty.penalty(critic, *both)

    value().backward()
    for i, j in ((0, 0), (1, 2)):
        difference = 0.0
        for sign in (1, -1):
            with torch.no_grad():
                critic.a[i, j] += sign * 1e-4
            difference += sign * value().item()
            with torch.no_grad():
                critic.a[i, j] -= sign * 1e-4
        assert critic.a.grad[i, j].item() == pytest.approx(difference / 2e-4, rel=1e-3, abs=1e-6)


def test_mismatch_compares_each_sample_with_itself_under_its_neighbours_condition(registry):
    x = torch.tensor([[1.0], [2.0], [3.0]], dtype=torch.float64)
    condition = torch.eye(2, dtype=torch.float64)[[0, 1, 1]]

    def critic(x, condition):
        return Critique(x.squeeze(1) * condition[:, 0])

    # neighbours: sample 2's condition for 0 (other), 0's for 1 (other), 1's for 2 (the same: counts as 0)
    by_hand = (log(1 + exp(0 - 1)) + log(1 + exp(2 - 0)) + 0) / 3
    real = Samples(x, condition)
    assert build(registry, "mismatch").penalty(critic, real, real).item() == pytest.approx(by_hand)


def test_every_built_in_penalty_is_tested_here(registry):
    tested = {"r1", "r2", "wgan_gp", "mismatch", "weight_clipping"}
    assert {registered.name for registered in registry.all("penalty")} == tested


def test_weight_clipping_keeps_every_weight_within_its_limit(registry):
    network = nn.Linear(4, 4)
    clipping = build(registry, "weight_clipping", limit=0.05)
    assert clipping.penalty(network, samples(1), samples(2)) is None
    clipping.constrain(network)
    assert max(p.abs().max().item() for p in network.parameters()) == pytest.approx(0.05)
