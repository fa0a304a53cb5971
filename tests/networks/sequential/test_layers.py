"""What the layers compute, alone and together."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from synthgen import Block
from synthgen.losses.adversarial import NonSaturating
from synthgen.networks.sequential.modules import Dropout


def through(build, spec, layers, x, condition=None):
    """A generator whose noise is this flat tensor, in evaluation."""
    return build("generator", spec, layers).eval()(
        x, torch.zeros(len(x), 0) if condition is None else condition
    )


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("relu", F.relu),
        ("leaky_relu", lambda x: F.leaky_relu(x, 0.2)),
        ("{leaky_relu: 0.3}", lambda x: F.leaky_relu(x, 0.3)),
        ("elu", F.elu),
        ("{elu: 0.5}", lambda x: F.elu(x, 0.5)),
        ("selu", F.selu),
        ("tanh", torch.tanh),
        ("sigmoid", torch.sigmoid),
        ("linear", lambda x: x),
        ("softmax", lambda x: F.softmax(x, 1)),
    ],
)
def test_activation_is_the_same_as_a_layer_and_as_an_option(name, function, build, spec):
    x = torch.tensor([[-2.0, -0.5, 0.5, 2.0]])
    data = spec(4, noise_dim=4, conditions=())
    assert torch.equal(through(build, data, f"[{name}]", x), function(x))
    network = build("generator", data, f"[{{dense: 4, activation: {name}}}]")
    dense = network.layers[0]
    torch.testing.assert_close(network(x, x[:, :0]), function(F.linear(x, dense.weight, dense.bias)))


def test_flat_numbers_go_through_pixels_channels_first_in_memory_as_in_keras(build, spec):
    data = spec(2, 2, 3, noise_dim=12, conditions=())
    x = torch.arange(12.0)[None]
    image = through(build, data, "[reshape: [2, 2, 3]]", x)
    keras = np.arange(12).reshape(2, 3, 2)  # (height, width, channels)
    assert np.array_equal(image[0].numpy(), keras.transpose(2, 0, 1))
    assert torch.equal(through(build, data, "[reshape: [2, 2, 3], flatten, reshape: [2, 2, 3]]", x), image)
    other = through(build, data, "[reshape: [2, 2, 3], reshape: [3, 2, 2], reshape: [2, 2, 3]]", x)
    assert torch.equal(other, image)
    assert image.is_contiguous(memory_format=torch.channels_last)


def test_signals_are_reshaped_and_flattened_too(build, spec):
    data = spec(2, 5, noise_dim=10, conditions=())
    x = torch.randn(3, 10)
    y = through(build, data, "[reshape: [2, 5], batch_norm, layer_norm, flatten, reshape: [2, 5]]", x)
    assert y.shape == (3, 2, 5)


@pytest.mark.parametrize("shape", [(6,), (2, 4, 4)], ids=["flat", "map"])
def test_batch_norm_has_keras_momentum_and_epsilon(shape, build, spec):
    data = spec(*shape, noise_dim=int(np.prod(shape)), conditions=())
    reshape = [{"reshape": list(shape)}]
    network = build("generator", data, [*reshape, {"batch_norm": 0.8, "epsilon": 0.5}])
    x = torch.randn(32, int(np.prod(shape)), generator=torch.Generator().manual_seed(0)) * 3 + 5
    y = network(x, x[:, :0])
    axes = [0, *range(2, y.dim())]
    before = network.layers[0](x)
    mean, variance = before.mean(axes), before.var(axes, unbiased=False)
    torch.testing.assert_close(y.var(axes, unbiased=False), variance / (variance + 0.5), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(network.layers[1].running_mean, 0.2 * mean)
    by_name = build("generator", data, [*reshape, "batch_norm"]).layers[1]
    assert (by_name.momentum, by_name.eps) == (pytest.approx(0.01), 1e-3)


def test_layer_norm_is_over_units_or_the_channels_of_each_pixel(build, spec):
    x = torch.randn(4, 48, generator=torch.Generator().manual_seed(0)) * 3 + 5
    flat = through(build, spec(48, noise_dim=48, conditions=()), "[layer_norm]", x)
    torch.testing.assert_close(flat.mean(1), torch.zeros(4), rtol=0, atol=1e-5)
    y = through(build, spec(3, 4, 4, noise_dim=48, conditions=()), "[reshape: [3, 4, 4], layer_norm]", x)
    torch.testing.assert_close(y.mean(1), torch.zeros(4, 4, 4), rtol=0, atol=1e-5)
    variance = y.var(1, unbiased=False)
    assert 0.9 < variance.mean() <= 1


def test_upsampling_pooling_and_zeros_change_maps_as_keras_does(build, spec):
    x = torch.arange(4.0)[None]
    data = lambda *shape: spec(*shape, noise_dim=4, conditions=())  # noqa: E731
    square = "reshape: [1, 2, 2]"
    large = through(build, data(1, 4, 4), f"[{square}, upsample]", x)
    assert large[0, 0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    smooth = through(build, data(1, 4, 4), f"[{square}, {{upsample: 2, mode: bilinear}}]", x)
    assert smooth[0, 0, 0].tolist() == [0, 0.25, 0.75, 1]  # half-pixel centres, edges repeated
    padded = through(build, data(1, 3, 5), f"[{square}, {{zero_pad: [[0, 1], [1, 2]]}}]", x)
    assert padded[0, 0].tolist() == [[0, 0, 1, 0, 0], [0, 2, 3, 0, 0], [0, 0, 0, 0, 0]]
    assert through(build, data(1, 4, 4), f"[{square}, zero_pad]", x).sum() == x.sum()
    assert through(build, data(1, 1, 1), f"[{square}, max_pool]", x).item() == 3
    hanging = through(build, data(1, 2, 2), f"[{square}, {{max_pool: 2, stride: 1, padding: same}}]", -1 - x)
    assert hanging[0, 0].tolist() == [[-1, -2], [-3, -4]]  # what hangs over the edge is no zero


def test_dropout_drops_its_share_and_keeps_the_mean_in_training_alone():
    x = torch.ones(50, 4, 10, 10).contiguous(memory_format=torch.channels_last)
    torch.manual_seed(0)
    y = Dropout(0.4)(x)
    dropped = (y == 0).float().mean().item()
    assert dropped == pytest.approx(0.4, abs=0.02)
    assert y.mean().item() == pytest.approx(1, abs=0.03)
    assert y[y != 0].unique().numel() == 1
    assert not torch.equal(y, Dropout(0.4)(x))
    assert torch.equal(Dropout(0.4).eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)
    # neighbours are independent: four come from one random word
    low = (y == 0).float().permute(0, 2, 3, 1).reshape(-1, 4)
    assert torch.corrcoef(low.T).fill_diagonal_(0).abs().max() < 0.06


def test_embedding_is_a_table_of_classes_without_bias_and_multiplies(build, spec, condition):
    data = spec(8)
    network = build("generator", data, "[{embedding: 8}, multiply]")
    noise = torch.randn(6, 8)
    table = network.layers[0][0].weight.T
    assert table.shape == (3, 8)
    assert table.abs().max() <= 0.05
    torch.testing.assert_close(network(noise, condition()), noise * table[torch.arange(6) % 3])


def test_embeddings_own_layers_may_end_in_a_map_beside_the_stream(build, spec, condition):
    layers = """
    - reshape: [2, 2, 2]
    - {embedding: 5, layers: [{dense: 4, activation: relu}, {reshape: [1, 2, 2]}]}
    - concat
    """
    network = build("generator", spec(3, 2, 2), layers)
    noise = torch.randn(6, 8)
    y = network(noise, condition())
    assert torch.equal(y[:, :2], network.layers[0](noise))
    assert torch.equal(y[:3, 2], y[3:, 2])


def test_concat_alone_joins_the_condition_as_numbers_or_as_planes(build, spec, condition):
    noise = torch.randn(6, 8)
    flat = build("generator", spec(11), "[concat]")(noise, condition())
    assert torch.equal(flat, torch.cat([noise, condition()], 1))
    maps = build("generator", spec(5, 2, 2), "[reshape: [2, 2, 2], concat]")(noise, condition())
    assert torch.equal(maps[:, 2:], condition()[:, :, None, None].expand(-1, -1, 2, 2))
    assert maps.is_contiguous(memory_format=torch.channels_last)


def test_concat_without_a_condition_adds_nothing(build, spec):
    noise = torch.randn(6, 8)
    network = build("generator", spec(8, conditions=()), "[concat]")
    assert torch.equal(network(noise, noise[:, :0]), noise)


@pytest.mark.parametrize(
    ("initializer", "bound"),
    [
        ("he_uniform", (6 / 8) ** 0.5),
        ("glorot_uniform", (6 / 208) ** 0.5),
        ("uniform", 0.05),
        ("{uniform: 0.3}", 0.3),
    ],
)
def test_uniform_initialisers_have_keras_bounds_and_biases_start_at_zero(initializer, bound, build, spec):
    layers = f"[{{dense: 200, initializer: {initializer}}}]"
    dense = build("generator", spec(200, conditions=()), layers).layers[0]
    assert 0.95 * bound < dense.weight.abs().max() <= bound
    assert dense.bias.abs().max() == 0


@pytest.mark.parametrize(("initializer", "deviation"), [("normal", 0.05), ("{normal: 0.02}", 0.02)])
def test_normal_initialiser_has_its_deviation(initializer, deviation, build, spec):
    layers = f"[{{dense: 500, initializer: {initializer}, bias: false}}]"
    dense = build("generator", spec(500, conditions=()), layers).layers[0]
    assert dense.weight.std().item() == pytest.approx(deviation, rel=0.05)
    assert dense.bias is None


def test_he_uniform_counts_a_transposed_kernels_fan_in_from_its_outputs_as_keras_does(build, spec):
    layers = """
    - reshape: [2, 2, 2]
    - {conv_transpose: 50, kernel: 4, stride: 2, padding: same, initializer: he_uniform}
    """
    weight = build("generator", spec(50, 4, 4, conditions=()), layers).layers[1].weight
    bound = (6 / (50 * 16)) ** 0.5
    assert 0.95 * bound < weight.abs().max() <= bound


def test_rows_with_categories_are_drawn(build, spec, condition):
    blocks = (Block(name="colour", kind="category", size=3), Block(name="size", kind="number"))
    network = build("generator", spec(4, blocks=blocks), "[concat, {dense: 4}]")
    y = network(torch.randn(6, 8), condition())
    assert torch.equal(y[:, :3].sum(1), torch.ones(6))
    assert set(y[:, :3].unique().tolist()) == {0.0, 1.0}


HEADS = {
    "validity": [{"dense": 1, "activation": "sigmoid"}],
    "class": [{"dense": "classes"}, "softmax"],
}


def test_heads_give_validity_and_classes_as_logits(build, spec, condition):
    network = build("discriminator", spec(1, 4, 4), "[flatten, {dense: 5, activation: relu}]", heads=HEADS)
    network.meet(NonSaturating(NonSaturating.Options()))
    x = torch.randn(6, 1, 4, 4) * 50
    critique = network(x, condition())
    assert critique.logits.shape == (6,)
    assert critique.class_logits.shape == (6, 3)
    features = network.trunk(x, condition())
    torch.testing.assert_close(critique.logits, F.linear(features, network.validity[0].weight).flatten())
    assert critique.class_logits.abs().max() > 1


def test_summary_has_each_layers_name_and_place_and_says_what_the_loss_has(build, spec):
    network = build(
        "discriminator",
        spec(1, 4, 4),
        "[{embedding: 16, layers: [reshape: [1, 4, 4]]}, multiply, flatten]",
        heads=HEADS,
    )
    network.meet(NonSaturating(NonSaturating.Options()))
    named = [module for module in network.modules() if hasattr(module, "summary_name")]
    assert [(m.summary_place, m.summary_name, m.summary_activation) for m in named] == [
        ("layers.0", "embedding", ""),
        ("layers.0.layers.0", "reshape", ""),
        ("layers.1", "multiply", ""),
        ("layers.2", "flatten", ""),
        ("heads.validity.0", "dense", "sigmoid, in the loss"),
        ("heads.class.0", "dense", "linear"),
        ("heads.class.1", "softmax", "in the loss"),
    ]
    parameters = sum(
        p.numel() for m in network.modules() if hasattr(m, "summary_name") for p in m.parameters()
    )
    assert parameters == sum(p.numel() for p in network.parameters())


def test_validity_may_be_a_map_of_one_pixel(build, spec, condition):
    network = build("discriminator", spec(1, 4, 4), "[{conv: 1, kernel: 4}]")
    assert network(torch.randn(6, 1, 4, 4), condition()).logits.shape == (6,)


EVERY_LAYER = """
- {embedding: 8}
- multiply
- concat
- {dense: 32, activation: elu}
- batch_norm
- {reshape: [8, 2, 2]}
- layer_norm
- upsample
- {conv: 8, kernel: 3, activation: relu, padding: same}
- {conv_transpose: 8, kernel: 5, stride: 2, padding: same}
- {leaky_relu: 0.2}
- {dropout: 0.2}
- {zero_pad: 1}
- {max_pool: 3, stride: 1}
- selu
- {conv: channels, kernel: 3, padding: same, activation: tanh}
"""


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16], ids=["fp32", "bf16"])
def test_network_of_every_layer_learns_copies_and_keeps_its_state(precision, build, spec, condition):
    data = spec(1, 8, 8)
    network = build("generator", data, EVERY_LAYER).to(memory_format=torch.channels_last)
    noise = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", precision, enabled=precision is not torch.float32):
        y = network(noise, condition())
    y.float().square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    copy, other = deepcopy(network).eval(), build("generator", data, EVERY_LAYER).eval()
    other.load_state_dict(network.state_dict())
    expected = network.eval()(noise, condition())
    assert torch.equal(copy(noise, condition()), expected)
    torch.testing.assert_close(other(noise, condition()), expected)
    assert [m.summary_name for m in copy.layers[2:]] == [m.summary_name for m in network.layers[2:]]


def test_discriminator_of_many_layers_takes_a_gradient_penalty(build, spec, condition):
    layers = """
    - concat
    - {conv: 8, kernel: 3, stride: 2, padding: same, activation: leaky_relu}
    - {conv: 8, kernel: 4, padding: same, activation: elu}
    - {max_pool: 2, padding: same}
    - layer_norm
    - {conv: 2, kernel: 3, padding: same, activation: softmax}
    - flatten
    - {dropout: 0.3}
    - {dense: 1, activation: sigmoid}
    """
    network = build("discriminator", spec(1, 8, 8), layers)
    x = torch.randn(6, 1, 8, 8, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(x, condition()).logits.sum(), x, create_graph=True)
    gradient.square().sum().backward()
    assert network.validity[1].weight.grad.abs().sum() > 0
