"""Every form of a convolution gives what padding by hand, or the gradient of a convolution, gives."""

from __future__ import annotations

from copy import deepcopy
from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from synthgen.networks.sequential.convolutions import Conv, ConvTranspose
from synthgen.networks.sequential.shapes import (
    conv_padding,
    conv_size,
    conv_transpose_crop,
    conv_transpose_size,
)

CASES = [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (1, 2), (3, 2), (4, 2), (5, 2), (2, 3), (4, 3)]
"""Kernels and strides."""
CHANNELS = [(1, 6), (6, 1), (3, 3), (6, 5)]
"""Few to many, many to few, and so on: each has a form of its own."""
MEMORY_FORMATS = (torch.contiguous_format, torch.channels_last)


def conv(inside, outside, kernel, stride, padding, sides):
    zeros = tuple(conv_padding(side, kernel, stride, padding) for side in sides)
    torch.manual_seed(0)
    return Conv(inside, outside, kernel, stride, zeros, nn.Identity())


def transposed(inside, outside, kernel, stride, padding):
    torch.manual_seed(0)
    return ConvTranspose(
        inside, outside, kernel, stride, conv_transpose_crop(kernel, stride, padding), nn.Identity()
    )


def sample(*shape, memory_format=torch.contiguous_format):
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(1))
    return x.contiguous(memory_format=memory_format)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel", "stride"), CASES)
def test_convolution_is_that_of_the_padded_map(kernel, stride, padding):
    above, beside = (conv_padding(side, kernel, stride, padding) for side in (7, 8))
    for (inside, outside), memory_format in product(CHANNELS, MEMORY_FORMATS):
        layer = conv(inside, outside, kernel, stride, padding, (7, 8)).to(memory_format=memory_format)
        x = sample(2, inside, 7, 8, memory_format=memory_format)
        expected = F.conv2d(F.pad(x, (*beside, *above)), layer.weight, layer.bias, stride)
        assert expected.shape[2:] == tuple(conv_size(side, kernel, stride, padding) for side in (7, 8))
        torch.testing.assert_close(layer(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel", "stride"), CASES)
def test_transposed_convolution_is_the_gradient_of_a_convolution(kernel, stride, padding):
    sides = [conv_transpose_size(side, kernel, stride, padding) for side in (5, 6)]
    above, beside = (conv_padding(side, kernel, stride, padding) for side in sides)
    for (inside, outside), memory_format in product(CHANNELS, MEMORY_FORMATS):
        layer = transposed(inside, outside, kernel, stride, padding).to(memory_format=memory_format)
        x = sample(2, inside, 5, 6, memory_format=memory_format)
        image = torch.zeros(2, outside, *sides, requires_grad=True)
        forward = F.conv2d(F.pad(image, (*beside, *above)), layer.weight, None, stride)
        expected = torch.autograd.grad(forward, image, x)[0] + layer.bias[:, None, None]
        torch.testing.assert_close(layer(x), expected, rtol=1e-4, atol=1e-5)


FORMS = {
    "to few": lambda: (conv(2, 1, 3, 1, "same", (4, 5)), 2),
    "from few": lambda: (conv(1, 5, 3, 2, "same", (4, 5)), 1),
    "transposed to one": lambda: (transposed(2, 1, 5, 2, "same"), 2),
    "plain": lambda: (conv(5, 5, 3, 2, "same", (4, 5)), 5),
    "plain transposed": lambda: (transposed(2, 5, 5, 2, "same"), 2),
}


@pytest.mark.parametrize("form", FORMS)
def test_gradients_can_be_taken_twice(form):
    layer, inside = FORMS[form]()
    x = torch.randn(1, inside, 4, 5, dtype=torch.double, generator=torch.Generator().manual_seed(0))
    assert torch.autograd.gradgradcheck(layer.double(), x.requires_grad_())


@pytest.mark.parametrize("form", FORMS)
def test_parameters_are_those_of_the_plain_layer_and_learn_under_bf16(form):
    layer, inside = FORMS[form]()
    plain = (nn.ConvTranspose2d if isinstance(layer, ConvTranspose) else nn.Conv2d)(
        inside, layer.out_channels, layer.kernel_size
    )
    assert {name: value.shape for name, value in layer.state_dict().items()} == {
        name: value.shape for name, value in plain.state_dict().items()
    }
    layer = deepcopy(layer).to(memory_format=torch.channels_last)
    x = sample(3, inside, 4, 5, memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(x)
    torch.testing.assert_close(y.float(), layer(x), rtol=0.05, atol=0.05)
    y.float().square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in layer.parameters())


def test_layer_without_bias_adds_none():
    few = Conv(4, 1, 3, 1, ((1, 1), (1, 1)), nn.Identity(), bias=False)
    one = ConvTranspose(4, 1, 4, 2, (1, 1), nn.Identity(), bias=False)
    for layer in (few, one):
        assert layer.bias is None
        assert layer(torch.zeros(1, 4, 4, 4)).abs().max() == 0
