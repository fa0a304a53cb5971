"""Residual networks for rows of tables, which make anything else, too."""

from __future__ import annotations

import io
from copy import deepcopy

import pytest
import torch

from synthgen import Block, Condition, Critique, DataSpec
from synthgen.networks.residual_mlp import ResidualBlock

CONDITIONS = (Condition(name="label", values=("a", "b", "c")), Condition(name="age", mean=40, scale=10))
BLOCKS = (
    Block(name="sort", kind="category", size=3),
    Block(name="size", kind="number"),
    Block(name="pay", kind="category", size=2),
    Block(name="pay", kind="number", gate=5),
)
KINDS = {
    "image": {"shape": (3, 8, 8)},
    "signal": {"shape": (2, 16)},
    "table": {"shape": (7,), "blocks": BLOCKS},
    "numbers": {"shape": (2,), "blocks": (BLOCKS[1],) * 2},
}


def pair(registry, spec, **options):
    torch.manual_seed(0)
    for kind in ("generator", "discriminator"):
        found = registry.find(kind, "residual_mlp")
        yield found.build(found.component.Options(**{"width": 8, **options}), spec)


def inputs(spec, n=6):
    random = torch.Generator().manual_seed(1)
    codes = torch.stack([torch.arange(n) % 3, 30.0 + torch.arange(n)], 1)
    condition = spec.encode_conditions(codes)
    return torch.randn(n, spec.noise_dim, generator=random), condition


@pytest.mark.parametrize("conditions", [(), CONDITIONS], ids=["unconditional", "conditional"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blocks", [0, 2])
def test_a_pair_makes_and_judges_samples_of_any_kind_and_learns(kind, conditions, blocks, registry):
    spec = DataSpec(**KINDS[kind], conditions=conditions, noise_dim=5)
    generator, discriminator = pair(registry, spec, blocks=blocks)
    noise, condition = inputs(spec)
    x = generator(noise, condition)
    assert x.shape == (6, *spec.shape)
    critique = discriminator(x, condition)
    assert isinstance(critique, Critique)
    assert critique.logits.shape == (6,)
    critique.logits.square().sum().backward()
    for network in (generator, discriminator):
        assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_images_and_signals_are_between_minus_one_and_one(registry):
    for kind in ("image", "signal"):
        spec = DataSpec(**KINDS[kind], noise_dim=5)
        generator, _ = pair(registry, spec)
        noise, condition = inputs(spec)
        assert 0.5 < generator(100 * noise, condition).abs().max() <= 1


def test_rows_have_their_categories_drawn_and_their_gates_kept(registry):
    spec = DataSpec(**KINDS["table"], conditions=CONDITIONS, noise_dim=5)
    generator, _ = pair(registry, spec)
    noise, condition = inputs(spec, 50)
    with torch.no_grad():
        x = generator.eval()(noise, condition)
    assert (x[:, :3].sum(1) == 1).all()
    assert (x[:, 4:6].sum(1) == 1).all()
    closed = x[:, 5] == 0
    assert 0 < closed.sum() < 50
    assert not x[closed, 6].any()
    assert x[~closed, 6].all()


def test_samples_and_critique_depend_on_noise_and_on_every_condition(registry):
    spec = DataSpec(**KINDS["numbers"], conditions=CONDITIONS, noise_dim=5)
    generator, discriminator = pair(registry, spec)
    noise, _ = inputs(spec)
    noise = noise[[0, 1, 0, 0]]
    condition = spec.encode_conditions(torch.tensor([[0, 40.0], [0, 40], [1, 40], [0, 50]]))
    x = generator(noise, condition)
    assert len(x.unique(dim=0)) == 4
    logits = discriminator(x[[0, 0, 0, 1]], condition[[0, 2, 3, 0]]).logits
    assert len(logits.unique()) == 4


def test_the_temperature_is_that_of_the_draws(registry):
    spec = DataSpec(**KINDS["table"], noise_dim=5)
    found = registry.find("generator", "residual_mlp")
    generator = found.build(found.component.Options(temperature=0.3), spec)
    assert generator.activation.temperature == 0.3


def test_a_block_starts_as_the_identity_and_its_layers_can_still_learn():
    torch.manual_seed(0)
    block, h = ResidualBlock(4), torch.randn(3, 4)
    out = block(h)
    shift = out - h
    assert torch.allclose(shift, shift[:1].expand(3, 4), atol=1e-6)  # no more than a bias
    out.square().sum().backward()
    assert block.outer.weight.grad.abs().sum() > 0


def test_depth_adds_two_layers_a_block(registry):
    spec = DataSpec(shape=(7,), noise_dim=5)
    for extra in (0, 1):
        shallow, deep = (list(pair(registry, spec, blocks=n))[extra] for n in (1, 3))
        sizes = [sum(p.numel() for p in network.parameters()) for network in (shallow, deep)]
        assert sizes[1] - sizes[0] == 2 * 2 * (8 * 8 + 8)


def test_networks_are_copied_and_pickled_whole(registry):
    spec = DataSpec(**KINDS["table"], conditions=CONDITIONS, noise_dim=5)
    generator, discriminator = pair(registry, spec)
    noise, condition = inputs(spec)

    def judged(generator, discriminator):
        torch.manual_seed(2)
        return discriminator(generator(noise, condition), condition).logits

    expected = judged(generator, discriminator)
    file = io.BytesIO()
    torch.save((generator, discriminator), file)
    file.seek(0)
    for copies in (deepcopy((generator, discriminator)), torch.load(file, weights_only=False)):
        assert torch.equal(judged(*copies), expected)


def test_what_is_saved_is_the_layers_weights_and_the_calibration_and_nothing_of_the_layout(registry):
    spec = DataSpec(**KINDS["table"], noise_dim=5)
    generator, _ = pair(registry, spec)
    saved = {name.split(".")[0] for name in generator.state_dict()}
    assert saved <= {"body", "head", "activation"}
    assert all("calibration" in name for name in generator.state_dict() if name.startswith("activation"))
