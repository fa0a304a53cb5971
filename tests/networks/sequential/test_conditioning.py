"""Networks that take no condition where the data has one are doubted, for their samples' labels mean nothing."""

from __future__ import annotations

import pytest

from synthgen import Condition

ONE = (Condition(name="label", values=("five",)),)
TEMPERATURE = (Condition(name="temperature"),)

GENERATOR = "[{dense: 16}, {reshape: [1, 4, 4]}]"
TAKING = "[concat, {dense: 16}, {reshape: [1, 4, 4]}]"
DISCRIMINATOR = "[flatten, {dense: 1}]"


@pytest.mark.parametrize(
    ("kind", "layers", "said"),
    [
        (
            "generator",
            GENERATOR,
            "generator.layers: none takes the condition, so samples do not depend on the class; an embedding with a"
            " multiply, or a concat would fit",
        ),
        (
            "discriminator",
            DISCRIMINATOR,
            "discriminator: no layer takes the condition, so nothing teaches the class; an embedding with a"
            " multiply, a concat or a class head would fit",
        ),
    ],
)
def test_a_network_that_does_not_take_the_class_is_doubted(kind, layers, said, build, spec):
    without = ", or data without classes (of most images: data.labelled=false)"
    assert build(kind, spec(1, 4, 4), layers).doubts() == [said + without]


def test_a_number_that_is_not_taken_is_doubted_without_words_of_classes(build, spec):
    for kind, layers in (("generator", GENERATOR), ("discriminator", DISCRIMINATOR)):
        (said,) = build(kind, spec(1, 4, 4, conditions=TEMPERATURE), layers).doubts()
        assert "class" not in said and "labelled" not in said


def test_networks_that_take_the_condition_are_not(build, spec):
    branch = "[{embedding: 8}, multiply, {dense: 16}, {reshape: [1, 4, 4]}]"
    assert build("generator", spec(1, 4, 4), TAKING).doubts() == []
    assert build("generator", spec(1, 4, 4), branch).doubts() == []
    assert build("discriminator", spec(1, 4, 4), "[flatten, concat, {dense: 1}]").doubts() == []
    heads = {"validity": [{"dense": 1}], "class": [{"dense": "classes"}]}
    assert build("discriminator", spec(1, 4, 4), "[flatten]", heads=heads).doubts() == []


@pytest.mark.parametrize("conditions", [(), ONE])
def test_nothing_is_asked_where_all_samples_are_of_one_kind(conditions, build, spec):
    assert build("generator", spec(1, 4, 4, conditions=conditions), GENERATOR).doubts() == []
    assert build("discriminator", spec(1, 4, 4, conditions=conditions), DISCRIMINATOR).doubts() == []
