"""Networks for signals: any length, any number of channels, conditioning."""

from __future__ import annotations

import pytest
import torch

from synthgen import Condition, DataSpec, UnsupportedError
from synthgen.networks.conv1d import _fold, _unfold

LABEL = (Condition(name="label", values=("a", "b", "c")),)


def build(registry, kind, spec, **options):
    registered = registry.find(kind, "conv1d")
    torch.manual_seed(0)
    return registered.build(registered.component.Options(channels=4, **options), spec)


def inputs(spec, n=4):
    noise = torch.randn(n, spec.noise_dim, generator=torch.Generator().manual_seed(1))
    return noise, torch.eye(3)[torch.arange(n) % 3][:, : spec.condition_dim]


@pytest.mark.parametrize("shape", [(1, 8), (3, 9), (2, 15), (1, 100), (64, 33), (1, 4096)])
@pytest.mark.parametrize("conditions", [(), LABEL], ids=["unconditional", "conditional"])
def test_pair_of_networks_makes_and_judges_signals_of_any_length(conditions, shape, registry):
    spec = DataSpec(shape=shape, conditions=conditions, noise_dim=8)
    noise, condition = inputs(spec)
    generator = build(registry, "generator", spec)
    x = generator(noise, condition)
    assert x.shape == (4, *shape)
    assert x.abs().max() <= 1
    discriminator = build(registry, "discriminator", spec)
    logits = discriminator(x, condition).logits
    assert logits.shape == (4,)
    logits.sum().backward()
    parameters = [*generator.parameters(), *discriminator.parameters()]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in parameters)


@pytest.mark.parametrize("norm", ["none", "batch", "conditional_batch"])
@pytest.mark.parametrize("kernel", [3, 9])
def test_generator_options_all_make_signals(kernel, norm, registry):
    spec = DataSpec(shape=(2, 50), conditions=LABEL, noise_dim=8)
    generator = build(registry, "generator", spec, depth=1, hidden=6, norm=norm, kernel=kernel)
    x = generator(*inputs(spec))
    assert x.shape == (4, 2, 50)
    x.sum().backward()
    assert all(p.grad is not None for p in generator.parameters())


def test_every_value_of_a_signal_is_made_and_judged(registry):
    spec = DataSpec(shape=(2, 43), noise_dim=8)
    x = build(registry, "generator", spec)(*inputs(spec, 64))
    assert x.std(0).min() > 0.01
    x = x.detach().requires_grad_()
    build(registry, "discriminator", spec)(x, torch.empty(64, 0)).logits.sum().backward()
    assert x.grad.abs().amax(0).min() > 0


def test_samples_depend_on_noise_and_condition(registry):
    spec = DataSpec(shape=(1, 16), conditions=LABEL, noise_dim=8)
    generator = build(registry, "generator", spec)
    noise, condition = inputs(spec)
    x = generator(noise, condition)
    assert not torch.allclose(x, generator(noise.roll(1, 0), condition))
    assert not torch.allclose(x, generator(noise, condition.roll(1, 1)))


@pytest.mark.parametrize("conditioning", ["projection", "concat"])
def test_critique_depends_on_the_condition(conditioning, registry):
    spec = DataSpec(shape=(1, 20), conditions=LABEL)
    discriminator = build(registry, "discriminator", spec, depth=1, conditioning=conditioning)
    x = torch.randn(1, 1, 20, generator=torch.Generator().manual_seed(0)).expand(3, -1, -1)
    assert discriminator(x, torch.eye(3)).logits.unique().numel() == 3


def test_logits_of_long_signals_do_not_vanish_at_the_start(registry):
    spec = DataSpec(shape=(1, 4096))
    x = torch.rand(8, 1, 4096, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert build(registry, "discriminator", spec)(x, torch.empty(8, 0)).logits.std() > 1e-3


def test_gradient_penalties_can_be_taken(registry):
    spec = DataSpec(shape=(1, 21))
    discriminator = build(registry, "discriminator", spec)
    x = torch.randn(4, 1, 21, generator=torch.Generator().manual_seed(0)).requires_grad_()
    logits = discriminator(x, torch.empty(4, 0)).logits
    (gradient,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    gradient.square().sum().backward()
    assert all(stage.shrink.weight.grad.abs().sum() > 0 for stage in discriminator.stages)


def test_channels_double_up_to_the_most(registry):
    spec = DataSpec(shape=(1, 128))
    widths = [s.shrink.out_channels for s in build(registry, "discriminator", spec, max_channels=10).stages]
    assert widths == [4, 8, 10, 10]
    doublings = [s.enlarge for s in build(registry, "generator", spec, max_channels=10).stages]
    assert [(conv.in_channels, conv.out_channels) for conv in doublings] == [
        (10, 20),
        (10, 16),
        (8, 8),
        (4, 2),
    ]


def test_unfolding_lays_channels_side_by_side_and_folding_undoes_it():
    x = torch.arange(12.0).view(1, 4, 1, 3)  # values 0, 1, 2 of the first channel
    unfolded = _unfold(x)
    assert unfolded[0, :, 0].tolist() == [[0, 6, 1, 7, 2, 8], [3, 9, 4, 10, 5, 11]]
    assert torch.equal(_fold(unfolded), x)


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((14,), "residual_mlp makes rows of tables"),
        ((1, 28, 28), "dcgan makes images"),
        ((1, 2, 3, 4), "mlp makes any shape"),
        ((2, 7), "signals of 8 values or more, not 7; mlp makes any length"),
    ],
)
def test_data_of_another_kind_is_refused_with_the_network_that_fits(shape, message, kind, registry):
    with pytest.raises(UnsupportedError, match=f"{kind} conv1d .*{message}"):
        build(registry, kind, DataSpec(shape=shape))
