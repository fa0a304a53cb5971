"""Losses against values computed by hand, and against each other."""

from __future__ import annotations

from math import exp, log

import pytest
import torch

from synthgen import Critique

REAL = [1.0, -2.0]
FAKE = [0.5, 3.0]


def softplus(x: float) -> float:
    return log(1 + exp(x))


def mean(*values: float) -> float:
    return sum(values) / len(values)


BY_HAND = {
    "relativistic": (
        mean(softplus(0.5 - 1), softplus(3 + 2)),
        mean(softplus(1 - 0.5), softplus(-2 - 3)),
    ),
    "non_saturating": (
        mean(softplus(-1), softplus(2)) + mean(softplus(0.5), softplus(3)),
        mean(softplus(-0.5), softplus(-3)),
    ),
    "minimax": (
        mean(softplus(-1), softplus(2)) + mean(softplus(0.5), softplus(3)),
        mean(log(1 - 1 / (1 + exp(-0.5))), log(1 - 1 / (1 + exp(-3)))),
    ),
    "least_squares": ((mean(0, 9) + mean(0.25, 9)) / 2, mean(0.25, 4) / 2),
    "wasserstein": (1.75 - -0.5, -1.75),
    "hinge": (mean(0, 3) + mean(1.5, 4), -1.75),
}


def critique(values: list[float]) -> Critique:
    return Critique(torch.tensor(values, requires_grad=True))


@pytest.mark.parametrize("name", BY_HAND)
def test_loss_has_the_value_computed_by_hand(name, registry):
    registered = registry.find("loss", name)
    loss = registered.build(registered.component.Options())
    real, fake = critique(REAL), critique(FAKE)
    discriminator, generator = BY_HAND[name]
    assert loss.discriminator(real, fake).item() == pytest.approx(discriminator, rel=1e-5)
    given = real if loss.generator_needs_real else None
    assert loss.generator(given, fake).item() == pytest.approx(generator, rel=1e-5)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_two_networks_pull_generated_logits_in_opposite_directions(name, registry):
    registered = registry.find("loss", name)
    loss = registered.build(registered.component.Options())
    real = critique([0.2, -0.1])
    fake = critique([0.1, 0.3])
    (down,) = torch.autograd.grad(loss.discriminator(real, fake), fake.logits)
    (up,) = torch.autograd.grad(loss.generator(real, fake), fake.logits)
    assert (down > 0).all()
    assert (up < 0).all()


def test_every_built_in_loss_is_tested_here(registry):
    assert {registered.name for registered in registry.all("loss")} == set(BY_HAND)
