"""How much samples vary beside real ones: collapsed, repeating and healthy generators look different."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from synthgen import Condition, DataSpec
from synthgen.data.training_data import TrainingData
from synthgen.training.health_samples import SampleWatch
from synthgen.training.settings import LatentSettings

LATENT = LatentSettings(dim=4)
MEANS = torch.tensor([-1.0, 0.0, 1.0])


def data(classes=3, count=300, scale=0.2, counts=None) -> TrainingData:
    random = torch.Generator().manual_seed(0)
    names = tuple("abc"[:classes])
    if classes:
        y = torch.arange(count) % classes if counts is None else torch.tensor(counts).cumsum(0)
        codes = (y if counts is None else torch.repeat_interleave(torch.tensor(counts)))[:, None]
        x = MEANS[codes[:, 0]][:, None] + scale * torch.randn(len(codes), 6, generator=random)
    else:
        codes, x = torch.empty(count, 0), scale * torch.randn(count, 6, generator=random)
    conditions = (Condition(name="label", values=names),) if classes else ()
    counted = torch.bincount(codes[:, 0], minlength=classes).tolist() if classes else []
    return TrainingData(
        x, codes, DataSpec(shape=(6,), conditions=conditions, noise_dim=4), lambda x: x, counted
    )


class Made(nn.Module):
    """Samples as the real ones, changed by a function of the noise `(B, 6)` and the class numbers."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def forward(self, noise, condition):
        random = torch.Generator().manual_seed(int(noise.abs().sum() * 1000) % 1000)
        labels = condition.argmax(1) if condition.shape[1] else torch.ones(len(noise), dtype=torch.int64)
        x = 0.2 * torch.randn(len(noise), 6, generator=random)
        return MEANS[labels][:, None] + self.change(x, labels)


def test_samples_like_real_ones_vary_as_much_and_are_as_far_apart():
    look = SampleWatch(data(), LATENT, 120, 0).look(Made(lambda x, y: x))
    assert look.finite
    assert look.spread == pytest.approx(1, abs=0.1)
    assert look.nearest == pytest.approx(1, abs=0.15)
    assert list(look.by_class) == ["a", "b", "c"]


def test_a_generator_that_ignores_the_latent_has_no_spread():
    look = SampleWatch(data(), LATENT, 120, 0).look(Made(lambda x, y: 0 * x))
    assert look.spread == pytest.approx(0, abs=1e-3)
    assert max(look.by_class.values()) == pytest.approx(0, abs=1e-3)


def test_a_single_class_without_variation_is_named():
    look = SampleWatch(data(), LATENT, 120, 0).look(Made(lambda x, y: x * (y != 1)[:, None]))
    assert look.by_class["b"] < 0.01
    assert min(look.by_class["a"], look.by_class["c"]) > 0.8
    assert look.spread > 0.7


def test_a_few_shapes_over_and_over_are_far_apart_and_yet_near_the_next():
    look = SampleWatch(data(), LATENT, 120, 0).look(Made(lambda x, y: 0.2 * x.sign() * (x.abs() > 0.3)))
    assert look.spread > 0.3
    assert look.nearest < 0.1


def test_what_is_not_finite_is_told_apart_from_what_is():
    assert not SampleWatch(data(), LATENT, 120, 0).look(Made(lambda x, y: x / 0 * 0)).finite


def test_data_without_classes_is_looked_at_as_a_whole():
    watch = SampleWatch(data(0), LATENT, 120, 0)
    assert watch.look(Made(lambda x, y: x)).by_class == {}
    assert watch.look(Made(lambda x, y: 0 * x)).spread < 0.01


def test_real_samples_that_repeat_each_other_say_nothing_of_repetition():
    rows = data(scale=0.0)
    look = SampleWatch(rows, LATENT, 120, 0).look(Made(lambda x, y: 0 * x))
    assert look == (True, 1.0, {}, None)


def test_classes_with_hardly_any_members_are_left_out():
    watch = SampleWatch(data(counts=[100, 3, 50]), LATENT, 120, 0)
    assert watch.names == ["a", "c"]
    assert not SampleWatch(data(counts=[3, 2, 1]), LATENT, 120, 0).possible


def test_a_look_leaves_random_numbers_as_they_were():
    class Noisy(nn.Module):
        def forward(self, noise, condition):
            return torch.randn(len(noise), 6)

    watch = SampleWatch(data(), LATENT, 120, 0)
    before = torch.get_rng_state()
    assert watch.look(Noisy()) == watch.look(Noisy())
    assert torch.equal(torch.get_rng_state(), before)
