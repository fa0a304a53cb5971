"""Lean optimizers take the very steps of torch's, and either goes on with the other's state."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.optim import Adam, Optimizer, RMSprop

from synthgen.training.lean_optimizers import take_step
from synthgen.training.optimizers import build_optimizer
from synthgen.training.settings import OptimizerSettings

DECAY = 0.01
SETTINGS = {
    "adam": OptimizerSettings(name="adam", lr=0.1, betas=(0.5, 0.99), weight_decay=DECAY),
    "rmsprop": OptimizerSettings(name="rmsprop", lr=0.1, betas=(0.0, 0.99), weight_decay=DECAY),
    "rmsprop with momentum": OptimizerSettings(name="rmsprop", lr=0.1, betas=(0.5, 0.99), weight_decay=DECAY),
}
each = pytest.mark.parametrize("settings", SETTINGS.values(), ids=list(SETTINGS))


def weights() -> list[nn.Parameter]:
    return [nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.zeros(2))]


def torchs(settings: OptimizerSettings, of: list[nn.Parameter]) -> Optimizer:
    if settings.name == "adam":
        return Adam(of, lr=0.1, betas=settings.betas, eps=settings.eps, weight_decay=DECAY, fused=True)
    momentum, alpha = settings.betas
    return RMSprop(
        of, lr=0.1, alpha=alpha, momentum=momentum, eps=settings.eps, weight_decay=DECAY, foreach=True
    )


def take_steps(optimizer: Optimizer, count: int, seed: int) -> list[torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    of = optimizer.param_groups[0]["params"]
    for _ in range(count):
        for weight in of:
            weight.grad = torch.randn(weight.shape, generator=random)
        take_step(optimizer)
    return [weight.detach().clone() for weight in of]


def assert_same(mine: list[torch.Tensor], theirs: list[torch.Tensor]) -> None:
    assert all(torch.equal(a, b) for a, b in zip(mine, theirs, strict=True))


@each
def test_steps_are_the_very_steps_of_torch(settings):
    mine = take_steps(build_optimizer(settings, weights()), 5, seed=0)
    assert_same(mine, take_steps(torchs(settings, weights()), 5, seed=0))


@each
def test_either_goes_on_from_the_others_state(settings):
    lean, plain = build_optimizer(settings, weights()), torchs(settings, weights())
    take_steps(lean, 5, seed=0)
    take_steps(plain, 5, seed=0)
    of_lean, of_plain = deepcopy(lean.state_dict()), deepcopy(plain.state_dict())
    lean.load_state_dict(of_plain)
    plain.load_state_dict(of_lean)
    assert_same(take_steps(lean, 4, seed=1), take_steps(plain, 4, seed=1))


@each
def test_a_step_of_torchs_own_between_is_one_step(settings):
    lean, plain = build_optimizer(settings, weights()), torchs(settings, weights())
    for optimizer in (lean, plain):
        take_steps(optimizer, 3, seed=0)
        optimizer.step()
    assert_same(take_steps(lean, 3, seed=1), take_steps(plain, 3, seed=1))
    steps = [float(state["step"]) for state in lean.state_dict()["state"].values()]
    assert steps == [7, 7]


@each
def test_a_copy_takes_steps_of_its_own(settings):
    lean = build_optimizer(settings, weights())
    take_steps(lean, 3, seed=0)
    copy = deepcopy(lean)
    after = take_steps(copy, 2, seed=1)
    assert_same(take_steps(lean, 2, seed=1), after)


@each
def test_a_weight_without_gradient_is_left_alone(settings):
    one, other = weights()
    optimizer, plain = build_optimizer(settings, [one, other]), torchs(settings, copies := weights())
    for gradients in ((1.0, 1.0), (1.0, None), (1.0, 1.0), (1.0, 1.0)):  # the counts of steps differ then
        for of in ((one, other), copies):
            for weight, value in zip(of, gradients, strict=True):
                weight.grad = None if value is None else torch.full_like(weight, value)
        take_step(optimizer)
        plain.step()
    assert_same([one.detach(), other.detach()], [copy.detach() for copy in copies])
