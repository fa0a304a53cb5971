"""Built-in networks: shapes, sizes, conditioning."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from synthgen import Condition, DataSpec, UnsupportedError
from synthgen.networks.blocks import ConditionalBatchNorm, Shuffle, StridedConv2d, TransposedConv2d

LABEL = (Condition(name="label", values=("a", "b", "c")),)


def build(registry, kind, name, spec, **options):
    registered = registry.find(kind, name)
    torch.manual_seed(0)
    return registered.build(registered.component.Options(**options), spec)


def generate(generator, n=4):
    noise = torch.randn(n, generator.noise_dim, generator=torch.Generator().manual_seed(1))
    condition = torch.eye(max(1, generator.condition_dim))[torch.arange(n) % max(1, generator.condition_dim)]
    return generator(noise, condition[:, : generator.condition_dim]), condition[:, : generator.condition_dim]


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 20, 12)])
@pytest.mark.parametrize("conditions", [(), LABEL], ids=["unconditional", "conditional"])
@pytest.mark.parametrize("name", ["dcgan", "resnet", "mlp"])
def test_pair_of_networks_makes_and_judges_samples_of_the_shape(name, conditions, shape, registry):
    spec = DataSpec(shape=shape, conditions=conditions, noise_dim=8)
    options = {"width": 8} if name == "mlp" else {"channels": 4}
    x, condition = generate(build(registry, "generator", name, spec, **options))
    assert x.shape == (4, *shape)
    assert x.abs().max() <= 1
    critique = build(registry, "discriminator", name, spec, **options)(x, condition)
    assert critique.logits.shape == (4,)


@pytest.mark.parametrize("norm", ["none", "batch", "conditional_batch"])
@pytest.mark.parametrize("upsampling", ["transposed", "nearest", "bilinear", "shuffle"])
def test_dcgan_generator_options_all_make_images(norm, upsampling, registry):
    spec = DataSpec(shape=(3, 16, 16), conditions=LABEL, noise_dim=8)
    generator = build(
        registry, "generator", "dcgan", spec, channels=4, depth=1, norm=norm, upsampling=upsampling
    )
    x, _ = generate(generator)
    assert x.shape == (4, 3, 16, 16)
    x.sum().backward()
    assert all(p.grad is not None for p in generator.parameters())


@pytest.mark.parametrize("conditioning", ["projection", "concat"])
@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("name", ["dcgan"])
def test_critique_depends_on_the_condition(name, norm, conditioning, registry):
    spec = DataSpec(shape=(1, 8, 8), conditions=LABEL)
    discriminator = build(
        registry, "discriminator", name, spec, channels=8, depth=1, norm=norm, conditioning=conditioning
    )
    x = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(0)).expand(3, -1, -1, -1)
    logits = discriminator.eval()(x, torch.eye(3)).logits
    assert logits.unique().numel() == 3


@pytest.mark.parametrize("name", ["dcgan", "resnet", "mlp"])
def test_samples_depend_on_noise_and_condition(name, registry):
    spec = DataSpec(shape=(1, 8, 8), conditions=LABEL, noise_dim=4)
    generator = build(registry, "generator", name, spec).eval()
    noise = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))
    a, b, c = torch.eye(3)
    one, other = generator(noise, torch.stack([a, a]))
    assert not torch.allclose(one, other)
    one, other = generator(noise[[0, 0]], torch.stack([b, c]))
    assert not torch.allclose(one, other)


def test_dcgan_has_the_layers_its_options_describe(registry):
    spec = DataSpec(shape=(1, 28, 28), conditions=LABEL, noise_dim=10)
    generator = build(registry, "generator", "dcgan", spec, channels=32, norm="none")
    first, second = (64 * 32 * 16 + 32), (32 * 1 * 16 + 1)
    assert sum(p.numel() for p in generator.parameters()) == 14 * 64 * 49 + first + second
    discriminator = build(registry, "discriminator", "dcgan", spec, channels=32, features=128)
    convs = (1 * 32 * 16 + 32) + (32 * 64 * 16 + 64)
    head = (64 * 49 + 1) * 128 + (128 + 1) + 3 * 128
    assert sum(p.numel() for p in discriminator.parameters()) == convs + head


@pytest.mark.parametrize("name", ["dcgan", "resnet"])
@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_size_that_cannot_be_halved_is_refused_with_sizes_that_can(kind, name, registry):
    with pytest.raises(UnsupportedError, match=r"multiples of 2, not 27×30.*\[2[68], 30\]"):
        build(registry, kind, name, DataSpec(shape=(1, 27, 30)))
    with pytest.raises(UnsupportedError, match=r"3 levels.*multiples of 8, not 28×27.*\[32, 24\]"):
        build(registry, kind, name, DataSpec(shape=(1, 28, 27)), levels=3)


def test_image_network_refuses_data_that_is_no_image(registry):
    with pytest.raises(UnsupportedError, match="mlp makes any shape"):
        build(registry, "generator", "dcgan", DataSpec(shape=(14,)))


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("layer", "plain"), [(TransposedConv2d, nn.ConvTranspose2d), (StridedConv2d, nn.Conv2d)]
)
def test_fast_convolution_equals_torchs_own_in_value_and_gradient(layer, plain, channels, memory_format):
    torch.manual_seed(0)
    inside, outside = (6, channels) if layer is TransposedConv2d else (channels, 6)
    fast = layer(inside, outside).double().to(memory_format=memory_format)
    x = torch.randn(2, inside, 8, 6, dtype=torch.float64).to(memory_format=memory_format).requires_grad_()
    slow_y = plain.forward(fast, x)
    fast_y = fast(x)
    torch.testing.assert_close(fast_y, slow_y)
    weight = torch.randn_like(slow_y)
    inputs = [x, *fast.parameters()]
    for a, b in zip(
        torch.autograd.grad((fast_y * weight).sum(), inputs),
        torch.autograd.grad((slow_y * weight).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(a, b)


def test_shuffle_doubles_the_size():
    assert Shuffle(4, 3)(torch.zeros(2, 4, 5, 6)).shape == (2, 3, 10, 12)


def test_conditional_batch_norm_starts_as_batch_norm_and_learns_a_scale_per_class():
    norm = ConditionalBatchNorm(3, 2)
    x = torch.randn(8, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    condition = torch.eye(2)[torch.arange(8) % 2]
    torch.testing.assert_close(norm(x, condition), nn.BatchNorm2d(3)(x))
    with torch.no_grad():
        norm.scale_shift.weight[0, 1] = 1.0  # twice the scale of channel 0 for the second class
    y = norm(x, condition)
    plain = nn.BatchNorm2d(3)(x)
    torch.testing.assert_close(y[1::2, 0], 2 * plain[1::2, 0])
    torch.testing.assert_close(y[::2], plain[::2])


def test_conditional_batch_norm_in_evaluation_is_batch_norm_then_scale_and_shift():
    torch.manual_seed(0)
    norm = ConditionalBatchNorm(3, 2)
    nn.init.normal_(norm.scale_shift.weight)
    x, condition = torch.randn(4, 3, 5, 6) * 3 + 1, torch.eye(2)[[0, 1, 1, 0]]
    for _ in range(3):
        norm(x, condition)
    norm.eval()
    scale, shift = norm.scale_shift(condition)[:, :, None, None].chunk(2, 1)
    assert torch.allclose(norm(x, condition), norm.norm(x) * scale + shift, atol=1e-5)
