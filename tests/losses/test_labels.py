"""Labels other than 1 and 0, and flipped ones: against torch's cross-entropy, and read back from the gradient."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from synthgen import Critique, RecipeError
from synthgen.recipe import parse_recipe

LOGISTIC = ["non_saturating", "minimax"]
RECIPE = "data: digits\ngenerator: mlp\ndiscriminator: mlp\ntrain: {steps: 1}\nloss: "


@pytest.fixture(params=LOGISTIC)
def build(request, registry):
    def make(**options):
        registered = registry.find("loss", request.param)
        return registered.build(registered.component.Options(**options))

    torch.manual_seed(0)
    return make


def logits(count=5, seed=1):
    return torch.randn(count, generator=torch.Generator().manual_seed(seed)) * 3


def labels_told(loss, real, fake):
    """The labels behind the loss: the cross-entropy's gradient by a logit is (sigmoid - label) / batch."""
    real, fake = real.double().requires_grad_(), fake.double().requires_grad_()
    value = loss.discriminator(Critique(real), Critique(fake))
    gradients = torch.autograd.grad(value, (real, fake))
    return [
        x.detach().sigmoid() - len(x) * gradient for x, gradient in zip((real, fake), gradients, strict=True)
    ]


@pytest.mark.parametrize(("real_label", "fake_label"), [(0.9, 0.0), (1.0, 0.1), (0.8, 0.3)])
def test_fixed_labels_give_torchs_cross_entropy_and_its_gradient(real_label, fake_label, build):
    real, fake = logits(seed=1).requires_grad_(), logits(seed=2).requires_grad_()
    loss = build(real_label=real_label, fake_label=fake_label).discriminator(Critique(real), Critique(fake))
    wanted = binary_cross_entropy_with_logits(
        real, torch.full_like(real, real_label)
    ) + binary_cross_entropy_with_logits(fake, torch.full_like(fake, fake_label))
    torch.testing.assert_close(loss, wanted)
    for mine, torchs in zip(
        torch.autograd.grad(loss, (real, fake)), torch.autograd.grad(wanted, (real, fake)), strict=True
    ):
        torch.testing.assert_close(mine, torchs)


def test_large_logits_stay_finite(build):
    real, fake = torch.tensor([-200.0, 200.0]), torch.tensor([300.0, -300.0])
    loss = build(real_label=0.9, fake_label=0.1).discriminator(Critique(real), Critique(fake))
    assert loss.item() == pytest.approx((0.9 * 200 + 0.1 * 200) / 2 + (0.9 * 300 + 0.1 * 300) / 2)


@pytest.mark.parametrize("options", [{}, {"real_label": 1, "fake_label": 0, "flip": 0}])
def test_without_labels_of_its_own_the_loss_is_exactly_the_plain_one_and_draws_nothing(options, build):
    real, fake = logits(64, seed=1), logits(64, seed=2)
    before = torch.get_rng_state()
    loss = build(**options).discriminator(Critique(real), Critique(fake))
    assert torch.equal(loss, softplus(-real).mean() + softplus(fake).mean())
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("real_label", [(0.7, 1.0), (1.0, 0.7)])
def test_each_samples_label_is_drawn_evenly_between_two_bounds(real_label, build):
    real, fake = labels_told(build(real_label=real_label, fake_label=(0.0, 0.2)), logits(4000), logits(4000))
    for labels, low, high in ((real, 0.7, 1.0), (fake, 0.0, 0.2)):
        assert low - 1e-6 <= labels.min() < low + 0.01
        assert high - 0.01 < labels.max() <= high + 1e-6
        shares = labels.histc(4, low, high) / len(labels)
        assert (shares - 0.25).abs().max() < 0.03


def test_labels_are_drawn_anew_from_torchs_global_random_numbers(build):
    loss = build(real_label=(0.7, 1.0), flip=0.3)
    torch.manual_seed(1)
    first, second = (labels_told(loss, logits(), logits())[0] for _ in range(2))
    torch.manual_seed(1)
    assert torch.equal(labels_told(loss, logits(), logits())[0], first)
    assert not torch.equal(first, second)


def test_the_chance_of_a_flip_is_that_of_the_option_for_each_kind_by_itself(build):
    real, fake = (labels.round() for labels in labels_told(build(flip=0.2), logits(10_000), logits(10_000)))
    assert set(real.tolist()) == set(fake.tolist()) == {0.0, 1.0}
    assert 1 - real.mean() == pytest.approx(0.2, abs=0.015)
    assert fake.mean() == pytest.approx(0.2, abs=0.015)
    assert ((real == 0) & (fake == 1)).double().mean() == pytest.approx(0.04, abs=0.01)


def test_a_flipped_sample_is_told_a_label_of_the_other_kind(build):
    loss = build(real_label=(0.8, 0.9), fake_label=(0.1, 0.2), flip=0.3)
    for labels, own in zip(
        labels_told(loss, logits(4000), logits(4000)), ((0.8, 0.9), (0.1, 0.2)), strict=True
    ):
        high = (labels > 0.8 - 1e-6) & (labels < 0.9 + 1e-6)
        low = (labels > 0.1 - 1e-6) & (labels < 0.2 + 1e-6)
        assert (high | low).all()
        flipped = low if own[0] > 0.5 else high
        assert flipped.double().mean() == pytest.approx(0.3, abs=0.03)
        assert labels[flipped].unique().numel() > 0.99 * flipped.sum()  # drawn, too


def test_the_generators_aim_stays_as_it_is(build):
    fake = Critique(logits())
    told = {"real_label": (0.7, 0.9), "fake_label": 0.1, "flip": 0.3}
    assert torch.equal(build(**told).generator(None, fake), build().generator(None, fake))


@pytest.mark.parametrize("name", LOGISTIC)
def test_recipes_write_numbers_and_lists(name, registry):
    loss = f"{{name: {name}, real_label: [0.9, 1], fake_label: 0.1, flip: 0.05}}\n"
    options = parse_recipe(RECIPE + loss, registry=registry).loss.options
    assert (options.real_label, options.fake_label, options.flip) == ((0.9, 1.0), 0.1, 0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("real_label: 1.2", r":5:\d+ loss\.real_label: must be at most 1, not 1\.2"),
        ("fake_label: -0.1", r"loss\.fake_label: must be at least 0, not -0\.1"),
        ("real_label: [0.9, 1.1]", r"loss\.real_label\.1: must be at most 1, not 1\.1"),
        ("real_label: [0.8, 0.9, 1]", r"loss\.real_label: must have at most 2 items"),
        ("real_label: [0.9]", r"loss\.real_label\.1: is missing"),
        ("real_label: high", r"loss\.real_label: must be a number or a list, not 'high'"),
        ("flip: 0.5", r"loss\.flip: must be less than 0\.5, not 0\.5"),
        ("flip: -0.1", r"loss\.flip: must be at least 0, not -0\.1"),
        (
            "real_label: [0, 0.1], fake_label: [0.9, 1]",
            r"loss: real_label must be higher than fake_label, not 0 and 1: .* the same GAN",
        ),
        ("real_label: [0.4, 1], fake_label: [0, 0.5]", r"higher than fake_label, not 0\.4 and 0\.5"),
        ("real_label: 0.5, fake_label: 0.5", r"higher than fake_label, not 0\.5 and 0\.5"),
    ],
)
@pytest.mark.parametrize("name", LOGISTIC)
def test_labels_that_make_no_sense_are_refused_in_one_line(name, options, message, registry):
    with pytest.raises(RecipeError, match=message) as refused:
        parse_recipe(f"{RECIPE}{{name: {name}, {options}}}\n", registry=registry)
    assert "\n" not in str(refused.value)


def test_losses_without_labels_do_not_take_them(registry):
    with pytest.raises(RecipeError, match=r"loss\.real_label: there is no such key"):
        parse_recipe(RECIPE + "{name: hinge, real_label: 0.9}\n", registry=registry)
