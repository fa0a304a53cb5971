"""The two networks as synthgen builds them: sizes, conditions, options, penalties."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from synthgen import Condition, DataSpec, UnsupportedError

pytest.importorskip("synthgen_sagan", reason="needs pip install -e plugins/synthgen-sagan")

from synthgen_sagan import SAGANDiscriminator, SAGANGenerator
from synthgen_sagan.layers import SelfAttention
from synthgen_sagan.plan import make_plan

LABEL = (Condition(name="label", values=("a", "b", "c")),)
TEMPERATURE = (Condition(name="temperature"),)


def build(network, spec, **options):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    made = network(network.Options(**{"channels": 8, "widening": 2, **options}), spec)
    return made.to(memory_format=torch.channels_last)


def conditions(spec, count=3):
    return torch.rand(count, 1) if spec.conditions == TEMPERATURE else torch.eye(3)[:, : spec.condition_dim]


@pytest.mark.parametrize("conditioned_on", [(), LABEL, TEMPERATURE], ids=["nothing", "label", "number"])
@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 40, 56), (3, 64, 32)])
def test_networks_make_and_judge_images_of_the_shape(shape, conditioned_on):
    spec = DataSpec(shape=shape, conditions=conditioned_on, noise_dim=8)
    condition = conditions(spec)
    x = build(SAGANGenerator, spec)(torch.randn(3, 8), condition)
    assert x.shape == (3, *shape)
    assert x.abs().max() <= 1
    assert x.is_contiguous(memory_format=torch.channels_last)
    critique = build(SAGANDiscriminator, spec)(x, condition)
    assert critique.logits.shape == (3,)
    assert critique.logits.isfinite().all()


@pytest.mark.parametrize(
    ("size", "base", "attention"),
    [((32, 32), (4, 4), 16), ((64, 64), (4, 4), 16), ((40, 56), (5, 7), 20), ((128, 96), (8, 6), 12)],
)
def test_image_is_halved_while_its_sides_allow_and_attention_is_near_16(size, base, attention):
    plan = make_plan(DataSpec(shape=(3, *size)), None, "it")
    assert plan.base == base
    assert plan.attention is not None
    assert min(size) // 2**plan.attention == attention


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 28, 28), r"sagan is for images of 32×32 or more .* multiples of 8, not 28×28.*\[32, 32\]"),
        ((3, 24, 64), r"not 24×64; .*for instance \[32, 64\]"),
        ((3, 44, 61), r"not 44×61; .*for instance \[48, 64\]"),
        ((14,), r"sagan is for images, not for samples of shape \(14,\)"),
    ],
)
@pytest.mark.parametrize("network", [SAGANGenerator, SAGANDiscriminator])
def test_data_it_cannot_make_is_refused_with_what_it_can(network, shape, message):
    with pytest.raises(UnsupportedError, match=message):
        build(network, DataSpec(shape=shape))


@pytest.mark.parametrize("network", [SAGANGenerator, SAGANDiscriminator])
def test_attention_sits_at_the_side_asked_for_or_nowhere(network):
    spec = DataSpec(shape=(3, 64, 64))

    def sides(**options):
        made, found = build(network, spec, **options), []
        for module in made.modules():
            if isinstance(module, SelfAttention):
                module.register_forward_hook(lambda _, inputs, __: found.append(inputs[0].shape[-1]))
        inputs = torch.randn(2, 64) if network is SAGANGenerator else torch.randn(2, 3, 64, 64)
        made(inputs, torch.zeros(2, 0))
        return found

    assert sides() == [16]
    assert sides(attention=32) == [32]
    assert sides(attention=0) == []
    with pytest.raises(UnsupportedError, match=r"shorter side is 12 .*there are 32, 16, 8, or 0"):
        build(network, spec, attention=12)


@pytest.mark.parametrize("network", [SAGANGenerator, SAGANDiscriminator])
def test_spectral_norm_is_on_every_convolution_or_on_none(network):
    spec = DataSpec(shape=(3, 32, 32), conditions=LABEL)
    for wanted in (True, False):
        convolutions = [
            m for m in build(network, spec, spectral_norm=wanted).modules() if isinstance(m, nn.Conv2d)
        ]
        assert len(convolutions) > 8
        assert {nn.utils.parametrize.is_parametrized(m, "weight") for m in convolutions} == {wanted}


def test_what_a_class_learns_the_others_learn_less():
    spec = DataSpec(shape=(3, 32, 32), conditions=LABEL, noise_dim=8)
    generator = build(SAGANGenerator, spec)
    noise, condition = torch.randn(3, 8), torch.eye(3)

    def brightness():
        return generator(noise, condition).mean((1, 2, 3))

    before = brightness()
    before[0].backward()  # the first class alone learns to be bright
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if "modulation" in name:
                parameter.add_(parameter.grad.sign(), alpha=0.01)
    gained = (brightness() - before).tolist()
    assert gained[0] > 0.01
    assert gained[0] > 2 * max(gained[1:])


def test_critique_depends_on_the_condition():
    discriminator = build(SAGANDiscriminator, DataSpec(shape=(3, 32, 32), conditions=LABEL)).eval()
    logits = discriminator(torch.randn(1, 3, 32, 32).expand(3, -1, -1, -1), torch.eye(3)).logits
    assert logits.unique().numel() == 3


@pytest.mark.parametrize(
    ("spectral", "precision"),
    [(True, torch.float32), (False, torch.float32), (True, torch.bfloat16)],
    ids=["spectral norm", "none", "spectral norm, bf16"],
)
def test_gradient_penalty_reaches_every_weight_of_the_discriminator(spectral, precision):
    discriminator = build(
        SAGANDiscriminator, DataSpec(shape=(3, 32, 32), conditions=LABEL), spectral_norm=spectral
    )
    for module in discriminator.modules():
        if isinstance(module, SelfAttention):
            nn.init.ones_(module.gamma)
    x = torch.randn(3, 3, 32, 32, requires_grad=True)
    before = discriminator(
        x, torch.eye(3)
    ).logits  # synthgen has another pass through it before the penalty's
    logits = discriminator(x, torch.eye(3)).logits
    (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    (before.mean() + slope.square().sum()).backward()
    for name, parameter in discriminator.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert name == "logit.bias" or parameter.grad.abs().sum() > 0, name


def test_generator_tells_conditions_apart_before_its_norms_have_learnt_to():
    spec = DataSpec(shape=(3, 32, 32), conditions=LABEL, noise_dim=8)
    noise = torch.randn(1, 8).expand(3, 8)
    x = build(SAGANGenerator, spec).eval()(noise, torch.eye(3))
    assert not torch.allclose(x[0], x[1], atol=1e-4)


@pytest.mark.parametrize("features", [0, 6], ids=["sum over places", "layer over places"])
def test_only_a_layer_of_features_tells_where_things_are(features):
    spec = DataSpec(shape=(3, 32, 32), conditions=LABEL)
    discriminator = build(SAGANDiscriminator, spec, features=features, spectral_norm=False).eval()
    discriminator.layers = nn.Identity()  # what it is given is the smallest map
    x, condition = torch.randn(2, 16, 4, 4), torch.eye(3)[:2]
    turned = x.flip(2, 3)
    same = torch.allclose(
        discriminator(x, condition).logits, discriminator(turned, condition).logits, atol=1e-5
    )
    assert same is (features == 0)
