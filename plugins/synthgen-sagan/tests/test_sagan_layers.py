"""The layers: attention as in the paper, convolutions in their cheaper form, spectral norm."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

pytest.importorskip("synthgen_sagan", reason="needs pip install -e plugins/synthgen-sagan")

from synthgen_sagan.generator import ConditionalBatchNorm
from synthgen_sagan.layers import SelfAttention, conv_of_doubled, halved_conv, prepared


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(
    ("fast", "plain"),
    [
        (conv_of_doubled, lambda x, conv: conv(F.interpolate(x, scale_factor=2, mode="nearest"))),
        (halved_conv, lambda x, conv: F.avg_pool2d(conv(x), 2)),
    ],
    ids=["doubled", "halved"],
)
def test_resampling_convolution_equals_the_plain_two_in_value_and_gradient(fast, plain, memory_format):
    conv = nn.Conv2d(3, 5, 3, padding=1).double().to(memory_format=memory_format)
    x = torch.randn(2, 3, 6, 4, dtype=torch.float64).to(memory_format=memory_format).requires_grad_()
    expected, y = plain(x, conv), fast(x, conv)
    torch.testing.assert_close(y, expected)
    weight = torch.randn_like(y)
    wanted = torch.autograd.grad((expected * weight).sum(), [x, *conv.parameters()])
    found = torch.autograd.grad((y * weight).sum(), [x, *conv.parameters()])
    torch.testing.assert_close(found, wanted)


def test_attention_is_the_identity_at_first():
    x = torch.randn(2, 16, 6, 4)
    assert torch.equal(SelfAttention(16, spectral=True)(x), x)


def test_attention_is_what_the_paper_says_place_by_place():
    layer = SelfAttention(16, spectral=False)
    nn.init.constant_(layer.gamma, 0.7)
    x = torch.randn(1, 16, 4, 6)
    keys = F.max_pool2d(layer.key(x), 2).flatten(2)[0]
    values = F.max_pool2d(layer.value(x), 2).flatten(2)[0]
    assert keys.shape == (2, 6)
    assert values.shape == (8, 6)
    y = layer(x)
    for row, column in ((0, 0), (3, 5), (2, 1)):
        scores = layer.query(x)[0, :, row, column] @ keys  # no scale
        seen = (values * scores.softmax(0)).sum(1)
        expected = x[0, :, row, column] + 0.7 * layer.output.weight.flatten(1) @ seen
        torch.testing.assert_close(y[0, :, row, column], expected)


def test_attention_reaches_the_last_row_and_column_of_odd_maps():
    layer = SelfAttention(8, spectral=False)
    nn.init.ones_(layer.gamma)
    x = torch.randn(1, 8, 5, 7, requires_grad=True)
    layer(x)[0, :, 0, 0].sum().backward()
    assert x.grad is not None
    assert x.grad[0, :, 4].abs().sum() > 0
    assert x.grad[0, :, :, 6].abs().sum() > 0


def test_attention_can_be_differentiated_twice():
    layer = SelfAttention(8, spectral=True).double().eval()
    nn.init.ones_(layer.gamma)
    x = torch.randn(1, 8, 4, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x, fast_mode=True)
    assert torch.autograd.gradgradcheck(layer, x, fast_mode=True)


def test_spectral_norm_brings_the_largest_singular_value_to_one():
    layer = prepared(nn.Conv2d(4, 6, 3), spectral=True)
    with torch.no_grad():
        layer.parametrizations.weight.original.mul_(7)
        for _ in range(20):
            layer(torch.zeros(1, 4, 3, 3))
    assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.02)


def test_spectral_norm_iterates_in_training_only():
    layer = prepared(nn.Linear(5, 5), spectral=True)
    before = {name: buffer.clone() for name, buffer in layer.named_buffers()}
    assert before
    layer.eval()(torch.zeros(1, 5))
    assert all(torch.equal(buffer, before[name]) for name, buffer in layer.named_buffers())
    layer.train()(torch.zeros(1, 5))
    assert not all(torch.equal(buffer, before[name]) for name, buffer in layer.named_buffers())


def test_conditional_batch_norm_starts_as_batch_norm_and_learns_a_scale_for_each_class():
    norm = ConditionalBatchNorm(3, 2)
    x, condition = torch.randn(8, 3, 4, 4), torch.eye(2)[torch.arange(8) % 2]
    plain = nn.BatchNorm2d(3)(x)
    torch.testing.assert_close(norm(x, condition), plain)
    assert norm.modulation is not None
    with torch.no_grad():
        norm.modulation.weight[0, 1] = 1.0  # twice the scale of channel 0 for the second class
    y = norm(x, condition)
    torch.testing.assert_close(y[1::2, 0], 2 * plain[1::2, 0])
    torch.testing.assert_close(y[::2], plain[::2])
    torch.testing.assert_close(y[:, 1:], plain[:, 1:])
