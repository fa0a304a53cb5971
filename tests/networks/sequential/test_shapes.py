"""Sizes and paddings by Keras' rules, against literal figures."""

from __future__ import annotations

import pytest

from synthgen.networks.sequential.shapes import (
    conv_padding,
    conv_size,
    conv_transpose_crop,
    conv_transpose_size,
    map_of,
)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "out", "zeros"),
    [
        (28, 5, 1, "same", 28, (2, 2)),
        (28, 4, 1, "same", 28, (1, 2)),
        (28, 3, 2, "same", 14, (0, 1)),
        (28, 5, 2, "same", 14, (1, 2)),
        (28, 4, 2, "same", 14, (1, 1)),
        (7, 3, 2, "same", 4, (1, 1)),
        (7, 2, 3, "same", 3, (0, 1)),
        (8, 1, 2, "same", 4, (0, 0)),
        (28, 4, 1, "valid", 25, (0, 0)),
        (25, 4, 2, "valid", 11, (0, 0)),
        (28, 5, 2, "valid", 12, (0, 0)),
        (5, 5, 3, "valid", 1, (0, 0)),
    ],
)
def test_convolutions_have_keras_sizes_and_zeros(size, kernel, stride, padding, out, zeros):
    assert conv_size(size, kernel, stride, padding) == out
    assert conv_padding(size, kernel, stride, padding) == zeros


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "out", "crop"),
    [
        (7, 4, 2, "same", 14, (1, 1)),
        (7, 5, 2, "same", 14, (1, 2)),
        (7, 3, 2, "same", 14, (0, 1)),
        (7, 5, 1, "same", 7, (2, 2)),
        (7, 2, 3, "same", 21, (0, -1)),
        (7, 4, 2, "valid", 16, (0, 0)),
        (7, 5, 2, "valid", 17, (0, 0)),
        (4, 2, 3, "valid", 12, (0, -1)),
        (1, 7, 1, "valid", 7, (0, 0)),
    ],
)
def test_transposed_convolutions_have_keras_sizes(size, kernel, stride, padding, out, crop):
    assert conv_transpose_size(size, kernel, stride, padding) == out
    assert conv_transpose_crop(kernel, stride, padding) == crop


@pytest.mark.parametrize(
    ("numbers", "image", "found"),
    [
        (6272, (1, 28, 28), (128, 7, 7)),
        (784, (1, 28, 28), (16, 7, 7)),
        (100, (1, 28, 28), None),
        (18, (3, 6, 6), (2, 3, 3)),
        (64, (2,), None),
    ],
)
def test_a_map_is_proposed_that_can_be_enlarged_to_the_image(numbers, image, found):
    assert map_of(numbers, image) == found
