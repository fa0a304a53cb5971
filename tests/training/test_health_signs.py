"""Signs of failure in a log: provoked series are called by their name, healthy ones raise nothing."""

from __future__ import annotations

import pytest
import torch

from synthgen.training.health_loss import LossScale, measure_loss
from synthgen.training.health_signs import INTERVALS, Interval, Signs, swings

SCALE = LossScale(0.0, 1.0)


def interval(number, *, of=100, loss=0.8, accuracy=0.6, logit=1.0, weight=1.0, gradient=1.0) -> Interval:
    values = {
        "discriminator_loss": loss,
        "paired_accuracy": accuracy,
        "real_logit": logit,
        "fake_logit": -logit,
    }
    return Interval(number, number / of, 1000, values, (weight, weight), (gradient, gradient))


def loss_of(registry, name, **options):
    found = registry.find("loss", name)
    return found.build(found.component.Options(**options))


@pytest.mark.parametrize(
    ("name", "least", "even"),
    [
        ("relativistic", 0.0, 0.6931),
        ("non_saturating", 0.0, 1.3863),
        ("minimax", 0.0, 1.3863),
        ("least_squares", 0.0, 0.25),
        ("hinge", 0.0, 2.0),
    ],
)
def test_the_scale_of_a_loss_is_its_infimum_and_what_an_undecided_discriminator_pays(
    name, least, even, registry
):
    scale = measure_loss(loss_of(registry, name))
    assert scale == pytest.approx((least, even), abs=1e-3)


def test_smoothed_labels_raise_the_infimum_to_their_entropy(registry):
    scale = measure_loss(loss_of(registry, "non_saturating", real_label=0.9))
    assert scale.least == pytest.approx(0.3251, abs=0.01)


def test_a_loss_without_an_infimum_has_no_scale(registry):
    assert measure_loss(loss_of(registry, "wasserstein")) is None


def test_a_loss_that_cannot_be_tried_has_no_scale():
    class Odd:
        def discriminator(self, real, fake):
            return real.class_logits.mean()

    assert measure_loss(Odd()) is None


def test_trying_a_loss_leaves_random_numbers_alone_those_of_a_gpu_too(registry, monkeypatch):
    seeded: list[int] = []
    monkeypatch.setattr("torch.cuda.manual_seed_all", seeded.append)
    before = torch.get_rng_state()
    assert measure_loss(loss_of(registry, "non_saturating", real_label=(0.7, 0.9))) is not None
    assert torch.equal(torch.get_rng_state(), before)
    assert not seeded


def test_a_discriminator_far_ahead_for_long_has_won():
    signs = Signs(SCALE)
    found = [signs.won(interval(n, loss=0.001, accuracy=1.0)) for n in range(10, 30)]
    assert [bool(one) for one in found].index(True) == 10  # a tenth of the training later
    assert all(found[10:])


def test_a_lead_at_the_start_or_one_that_is_lost_again_is_no_win():
    signs = Signs(SCALE)
    ahead, fair = {"loss": 0.001, "accuracy": 1.0}, {"loss": 0.5, "accuracy": 0.9}
    assert not any(signs.won(interval(n, **ahead)) for n in range(12))
    for n in range(12, 90):
        assert not signs.won(interval(n, **(ahead if n % 8 != 4 else fair)))


def test_few_log_intervals_in_a_training_are_waited_for():
    signs = Signs(SCALE)
    found = [signs.won(interval(n, of=10, loss=0.001, accuracy=1.0)) for n in range(1, 11)]
    assert [bool(one) for one in found].index(True) == INTERVALS


def test_a_large_gap_under_a_loss_without_infimum_is_no_win():
    signs = Signs(None)
    assert not any(signs.won(interval(n, loss=-500.0, accuracy=1.0)) for n in range(100))


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"logit": 5e3}, "losses and logits are 5e"),
        ({"gradient": 2e4}, "gradients are 2e"),
        ({"weight": 60.0}, "the generator's weights have grown to 60 times"),
    ],
)
def test_growth_by_orders_is_an_explosion_once_it_lasts(broken, words):
    signs = Signs(SCALE)
    signs.start((1.0, 1.0))
    assert [signs.exploded(interval(n)) for n in range(20)] == [None] * 20
    assert signs.exploded(interval(20, **broken)) is None
    assert words in signs.exploded(interval(21, **broken))
    assert signs.exploded(interval(22)) is None


def test_logits_that_grow_slowly_to_some_hundreds_are_no_explosion():
    signs = Signs(None)
    signs.start((1.0, 1.0))
    assert not any(signs.exploded(interval(n, logit=5.0 * n, loss=-10.0 * n)) for n in range(100))


def test_a_zigzag_has_its_turning_points():
    assert swings([0, 1, 0.9, 1.1, 0, 0.2, 1], 0.5) == [0, 1.1, 0, 1]
    assert swings([0.5, 0.6, 0.4, 0.5], 0.3) == [0.5]
    assert swings([], 0.3) == []


@pytest.mark.parametrize(
    ("high", "low", "words"),
    [
        ({"accuracy": 0.95}, {"accuracy": 0.35}, "ranks rightly swings between 35% and 95%"),
        ({"loss": 0.2}, {"loss": 1.4}, "loss swings between 0.20 and 1.40"),
    ],
)
def test_regular_swings_are_an_oscillation(high, low, words):
    signs = Signs(SCALE)
    found = [signs.oscillates(interval(n, **(high if n // 2 % 2 else low))) for n in range(40)]
    assert found[:12] == [None] * 12
    assert words in found[-1]


def test_an_oscillation_that_dies_down_is_over():
    signs = Signs(SCALE)
    for n in range(40):
        signs.oscillates(interval(n, accuracy=0.9 if n % 2 else 0.3))
    assert signs.suspicious
    assert [signs.oscillates(interval(n, accuracy=0.6)) for n in range(40, 80)][-1] is None


def test_small_or_few_swings_and_those_of_a_handful_of_pairs_are_no_oscillation():
    for series in ([0.5, 0.7] * 40, [0.95] * 20 + [0.5] * 20 + [0.9] * 40):
        signs = Signs(SCALE)
        assert not any(signs.oscillates(interval(n, accuracy=value)) for n, value in enumerate(series))
    signs = Signs(SCALE)
    few = (interval(n, accuracy=0.9 if n % 2 else 0.3)._replace(pairs=8) for n in range(80))
    assert not any(signs.oscillates(one) for one in few)


def test_a_resumed_training_sees_what_an_uninterrupted_one_does():
    series = [interval(n, loss=0.001, accuracy=1.0, logit=5e3 if n > 17 else 1.0) for n in range(5, 40)]

    def look(signs, one):
        return signs.won(one), signs.exploded(one), signs.oscillates(one)

    whole, first, second = Signs(SCALE), Signs(SCALE), Signs(SCALE)
    expected = [look(whole, one) for one in series]
    found = [look(first, one) for one in series[:13]]
    second.load_state(first.state())
    assert found + [look(second, one) for one in series[13:]] == expected
