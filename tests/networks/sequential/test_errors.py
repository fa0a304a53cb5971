"""A network that does not fit says which layer, what comes in and what would fit."""

from __future__ import annotations

import pytest

from synthgen import Condition, UnsupportedError

G, D = "generator sequential: ", "discriminator sequential: "

GENERATORS = {
    "[{dense: 3000}, {reshape: [64, 7, 7]}]": (
        "layer 1 (reshape): cannot make (64, 7, 7) = 3136 numbers of 3000; a dense layer of 3136 "
        "before it would fit"
    ),
    "[{dense: 1568}, {reshape: [7, 7, 32]}, {conv_transpose: 1, kernel: 4, stride: 4, padding: same}]": (
        "layer 2 (conv_transpose): gives (1, 28, 128), but samples are (1, 28, 28); strides, upsampling "
        "and padding that give this height and width would fit; or has layer 1 its channels last? They "
        "come first: [32, 7, 7]"
    ),
    "[{dense: 900}, {reshape: [1, 30, 30]}]": (
        "layer 1 (reshape): gives (1, 30, 30), but samples are (1, 28, 28); strides, upsampling and "
        "padding that give this height and width would fit, or images of 30×30"
    ),
    "[{dense: 3000}, {reshape: [64, 5, 5]}]": (
        "layer 1 (reshape): cannot make (64, 5, 5) = 1600 numbers of 3000; a dense layer of 1600 "
        "before it, or {reshape: [120, 5, 5]}, would fit"
    ),
    "[{reshape: [2, 2, 2]}, {reshape: [5]}]": (
        "layer 1 (reshape): cannot make (5,) = 5 numbers of (2, 2, 2) = 8; flatten and a dense layer "
        "of 5 before it would fit"
    ),
    "[{reshape: [2, 2, 2]}, {dense: 4}]": (
        "layer 1 (dense): takes flat numbers, not (2, 2, 2); a flatten before it would fit"
    ),
    "[{dense: 6272}, {conv: 4, kernel: 3}]": (
        "layer 1 (conv): takes maps (channels, height, width), not (6272,); a reshape before it, such"
        " as {reshape: [128, 7, 7]}, would fit"
    ),
    "[{conv_transpose: 4, kernel: 3}]": (
        "layer 0 (conv_transpose): takes maps (channels, height, width), not (8,); a reshape before "
        "it would fit"
    ),
    "[upsample]": (
        "layer 0 (upsample): takes maps (channels, height, width), not (8,); a reshape before it would fit"
    ),
    "[{reshape: [2, 2, 2]}, {conv: 4, kernel: 3}]": (
        "layer 1 (conv): its window of 3×3 is larger than (2, 2, 2); one of at most 2, or padding: "
        "same, would fit"
    ),
    "[{reshape: [2, 2, 2]}, {max_pool: 3}]": (
        "layer 1 (max_pool): its window of 3×3 is larger than (2, 2, 2); one of at most 2, or "
        "padding: same, would fit"
    ),
    "[multiply]": "layer 0 (multiply): nothing waits to multiply (8,) by; an embedding before it would fit",
    "[{embedding: 5}, multiply]": "layer 1 (multiply): cannot multiply (8,) by (5,); an embedding of 8 would fit",
    "[{embedding: 8, layers: [reshape: [2, 2, 2]]}, multiply]": (
        "layer 1 (multiply): cannot multiply (8,) by (2, 2, 2); an embedding of 8 and a flatten among"
        " its layers would fit"
    ),
    "[{reshape: [2, 2, 2]}, {embedding: 5}, multiply]": (
        "layer 2 (multiply): cannot multiply (2, 2, 2) by (5,); an embedding of 8 with layers: "
        "[{reshape: [2, 2, 2]}] would fit"
    ),
    "[{reshape: [2, 2, 2]}, {embedding: 4, layers: [reshape: [1, 4, 1]]}, concat]": (
        "layer 2 (concat): cannot put (1, 4, 1) beside (2, 2, 2); {reshape: [1, 2, 2]} as the last of"
        " the embedding's layers would fit"
    ),
    "[{embedding: 4, layers: [reshape: [1, 4, 1]]}, concat]": (
        "layer 1 (concat): cannot put (1, 4, 1) beside (8,); a flatten as the last of the embedding's"
        " layers would fit"
    ),
    "[{embedding: 4}, {dense: 784}, {reshape: [1, 28, 28]}]": (
        "layer 0 (embedding): nothing joins what it gives; a multiply or concat after it would"
    ),
    "[{embedding: 4}, {embedding: 4}, concat]": (
        "layer 1 (embedding): that of layer 0 still waits; a multiply or concat between would fit"
    ),
    "[{embedding: 4, layers: [relu, {reshape: [5]}]}, concat]": (
        "layer 0 (embedding): layer 1 (reshape): cannot make (5,) = 5 numbers of 4; a dense layer of "
        "5 before it would fit"
    ),
    "[{dense: 784}]": (
        "layer 0 (dense): gives (784,), but samples are (1, 28, 28); {reshape: [1, 28, 28]} after it "
        "would fit"
    ),
    "[{dense: 700}, relu]": (
        "layer 1 (relu): gives (700,), but samples are (1, 28, 28); a last {dense: 784} and {reshape:"
        " [1, 28, 28]} would fit"
    ),
    "[{dense: 1568}, {reshape: [2, 28, 28]}]": (
        "layer 1 (reshape): gives (2, 28, 28), but samples are (1, 28, 28); a last {conv: channels, "
        "kernel: 3, padding: same} would fit"
    ),
    "[{dense: 49}, {reshape: [1, 7, 7]}]": (
        "layer 1 (reshape): gives (1, 7, 7), but samples are (1, 28, 28); maps 4 times as large "
        "would, by a conv_transpose of stride 4 or {upsample: 4}"
    ),
    "[{dense: 45}, {reshape: [1, 5, 9]}]": (
        "layer 1 (reshape): gives (1, 5, 9), but samples are (1, 28, 28); strides, upsampling and "
        "padding that give this height and width would fit"
    ),
}


@pytest.mark.parametrize("layers", GENERATORS)
def test_generator_that_does_not_fit_says_where_and_what_would(layers, build, spec):
    with pytest.raises(UnsupportedError) as caught:
        build("generator", spec(1, 28, 28), layers)
    assert str(caught.value) == G + GENERATORS[layers]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            "[{embedding: 8}, multiply]",
            "layer 0 (embedding): there is no condition in this data that could be embedded; leave it out",
        ),
        (
            "[multiply]",
            "layer 0 (multiply): nothing waits to multiply (8,) by; an embedding before it would fit; but"
            " there is no condition in this data",
        ),
        (
            "[{dense: classes}]",
            "layer 0 (dense): there are no classes in this data to make of (8,); a number would fit",
        ),
        (
            "[{reshape: [2, 2, 2]}, {conv: channels, kernel: 1}]",
            "layer 1 (conv): samples of shape (5,) have no channels to make of (2, 2, 2); a number would fit",
        ),
        (
            "[{reshape: [2, 2, 2]}]",
            "layer 0 (reshape): gives (2, 2, 2), but samples are (5,); a last flatten, {dense: 5} would fit",
        ),
    ],
)
def test_what_the_data_has_not_is_said(layers, message, build, spec):
    with pytest.raises(UnsupportedError) as caught:
        build("generator", spec(5, conditions=()), layers)
    assert str(caught.value) == G + message


def test_a_number_is_no_label_to_count_classes_of(build, spec):
    data = spec(5, conditions=(Condition(name="temperature"),))
    with pytest.raises(UnsupportedError, match="no classes"):
        build("generator", data, "[{dense: classes}]")


@pytest.mark.parametrize(
    ("layers", "heads", "message"),
    [
        (
            "[flatten, {dense: 10}]",
            None,
            "layer 1 (dense): gives (10,), but there must be one number; {dense: 1} in its place would fit",
        ),
        (
            "[{conv: 4, kernel: 3}]",
            None,
            "layer 0 (conv): gives (4, 26, 26), but there must be one number; flatten and {dense: 1} after it would"
            " fit",
        ),
        (
            "[flatten]",
            {"validity": ["relu"]},
            "head validity: layer 0 (relu): gives (784,), but there must be one number; {dense: 1} after it would"
            " fit",
        ),
        (
            "[flatten]",
            {"validity": [{"dense": 1}], "class": [{"dense": 5}, "softmax"]},
            "head class: layer 1 (softmax): gives (5,), but there must be 3 numbers, one for each class; {dense:"
            " classes} after it would fit",
        ),
    ],
)
def test_head_that_ends_in_other_numbers_says_what_would_fit(layers, heads, message, build, spec):
    with pytest.raises(UnsupportedError) as caught:
        build("discriminator", spec(1, 28, 28), layers, **({"heads": heads} if heads else {}))
    assert str(caught.value) == D + message


def test_class_head_needs_classes(build, spec):
    heads = {"validity": [{"dense": 1}], "class": [{"dense": 5}]}
    with pytest.raises(UnsupportedError) as caught:
        build("discriminator", spec(5, conditions=()), "[relu]", heads=heads)
    assert str(caught.value) == D + "head class: there are no classes in this data; leave it out"
