"""Instance noise: how much of it there is, and how it fades."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from synthgen.preparation import build_trainer, prepare
from synthgen.recipe import parse_recipe

SHAPES = [(2,), (1, 8, 8), (3, 50)]


@pytest.fixture
def build(registry):
    def make(**options):
        registered = registry.find("augmentation", "instance_noise")
        return registered.build(registered.component.Options(**options))

    torch.manual_seed(0)
    return make


@pytest.mark.parametrize("shape", SHAPES)
def test_every_number_of_a_sample_gets_gaussian_noise_of_its_own(shape, build):
    x = torch.full((20_000 // torch.Size(shape).numel(), *shape), 0.5)
    noise = build(std=0.2).augment(x) - x
    assert noise.shape == x.shape
    assert noise.mean().abs() < 0.01
    assert noise.std() == pytest.approx(0.2, rel=0.03)
    assert (noise.abs() < 0.2).float().mean() == pytest.approx(0.683, abs=0.02)  # as a normal distribution
    assert noise.unique().numel() > 0.99 * noise.numel()


@pytest.mark.parametrize(("progress", "std"), [(0.0, 0.4), (0.25, 0.3), (0.75, 0.1)])
def test_noise_fades_evenly_with_the_training(progress, std, build):
    noise, x = build(std=0.4), torch.zeros(20_000, 2)
    noise.progress = progress
    assert noise.augment(x).std() == pytest.approx(std, rel=0.03)


@pytest.mark.parametrize("progress", [1.0, 1.5])
def test_at_the_end_there_is_none(progress, build):
    noise, x = build(std=0.4), torch.rand(50, 2)
    noise.progress = progress
    assert torch.equal(noise.augment(x), x)


def test_without_annealing_it_stays(build):
    noise = build(std=0.4, anneal=False)
    noise.progress = 0.9
    assert noise.augment(torch.zeros(20_000, 2)).std() == pytest.approx(0.4, rel=0.03)


def test_it_is_measured_on_the_scale_from_minus_one_to_one_whatever_the_datas_is(build):
    noise = build(std=0.2)
    noise.value_range = (0.0, 1.0)
    assert noise.augment(torch.zeros(20_000, 2)).std() == pytest.approx(0.1, rel=0.03)


def test_draws_come_from_torchs_global_random_numbers(build):
    noise, x = build(), torch.zeros(4, 3)
    torch.manual_seed(1)
    first, second = noise.augment(x), noise.augment(x)
    torch.manual_seed(1)
    assert torch.equal(noise.augment(x), first)
    assert not torch.equal(first, second)


def test_gradients_go_through_as_they_are(build):
    x = torch.zeros(4, 3, requires_grad=True)
    (gradient,) = torch.autograd.grad((build().augment(x) * torch.arange(3.0)).sum(), x)
    assert torch.equal(gradient, torch.arange(3.0).expand(4, 3))


@pytest.mark.parametrize("std", [0, -0.1])
def test_a_deviation_that_is_none_is_refused(std, build):
    with pytest.raises(ValidationError, match="greater than 0"):
        build(std=std)


@pytest.mark.parametrize(("scaling", "value_range"), [("symmetric", (-1.0, 1.0)), ("unit", (0.0, 1.0))])
def test_the_engine_tells_it_progress_and_range(scaling, value_range, tiny_recipe, registry):
    overrides = [
        "augmentations=[instance_noise, diff_augment]",
        f"codec={{name: images, scaling: {scaling}}}",
        "train.steps=4",
    ]
    recipe = parse_recipe(tiny_recipe.read_text(), overrides=overrides, registry=registry)
    setup = prepare(recipe, registry)
    noise, other = setup.augmentations
    seen = []

    def augment(x):
        seen.append(noise.progress)
        return x

    noise.augment = augment
    build_trainer(setup).train()
    assert sorted(set(seen)) == [0.0, 0.25, 0.5, 0.75]
    assert noise.value_range == other.value_range == value_range
