"""What a network may know of the data: blocks, conditions, what its last layer goes through."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from synthgen import Block, Condition, DataSpec

COLOUR = Block(name="colour", kind="category", size=3)
AGE = Block(name="age", kind="number")


def test_blocks_fill_the_row():
    spec = DataSpec(shape=(4,), blocks=(COLOUR, AGE))
    assert spec.numel == 4
    for shape in ((5,), (1, 4), ()):
        with pytest.raises(ValidationError, match="blocks of 4 numbers do not fill samples of shape"):
            DataSpec(shape=shape, blocks=(COLOUR, AGE))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "number", "size": 2}, "block b: a number has size 1, not 2"),
        ({"kind": "category", "size": 2, "gate": 0}, "block b: only a number can have a gate"),
        ({"kind": "category", "size": 0}, "greater than 0"),
        ({"kind": "text"}, "'category' or 'number'"),
    ],
)
def test_a_block_that_makes_no_sense_is_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        Block(name="b", **fields)


@pytest.mark.parametrize("gate", [-1, 3, 4, 5])
def test_a_gate_that_is_no_position_of_a_category_is_refused(gate):
    gated = Block(name="pay", kind="number", gate=gate)
    with pytest.raises(ValidationError, match=f"block pay: its gate {gate} is no position of a category"):
        DataSpec(shape=(5,), blocks=(COLOUR, AGE, gated))


def test_a_gate_may_be_any_position_of_any_category():
    for gate in range(3):
        gated = Block(name="pay", kind="number", gate=gate)
        assert DataSpec(shape=(4,), blocks=(gated.model_copy(update={"gate": gate + 1}), COLOUR)).numel == 4
        assert DataSpec(shape=(4,), blocks=(COLOUR, gated)).numel == 4


def test_a_spec_survives_json_and_cannot_be_changed():
    spec = DataSpec(
        shape=(4,),
        conditions=(Condition(name="sex", values=("f", "m")), Condition(name="age", mean=40, scale=12)),
        blocks=(COLOUR, Block(name="pay", kind="number", gate=2)),
    )
    assert DataSpec.model_validate_json(spec.model_dump_json()) == spec
    with pytest.raises(ValidationError, match="frozen"):
        spec.shape = (5,)


def test_samples_without_blocks_go_through_tanh():
    assert isinstance(DataSpec(shape=(1, 8, 8)).activation(), nn.Tanh)
    assert isinstance(DataSpec(shape=(2, 128)).activation(0.5), nn.Tanh)


def test_conditions_are_one_hot_and_numbers_standardised_side_by_side():
    spec = DataSpec(
        shape=(1,),
        conditions=(
            Condition(name="age", mean=40, scale=10),
            Condition(name="sex", values=("f", "m")),
            Condition(name="raw"),
        ),
    )
    codes = torch.tensor([[50, 1, 3.5], [35, 0, -1]], dtype=torch.float64)
    condition = spec.encode_conditions(codes)
    assert spec.condition_dim == 4
    assert condition.dtype == torch.float32
    assert condition.tolist() == [[1, 0, 1, 3.5], [-0.5, 1, 0, -1]]


def test_numbers_far_from_zero_are_standardised_before_they_lose_their_digits():
    spec = DataSpec(shape=(1,), conditions=(Condition(name="time", mean=1.6e18, scale=1e9),))
    codes = torch.tensor([[1.6e18], [1.6e18 + 2e9]], dtype=torch.float64)
    assert spec.encode_conditions(codes).flatten().tolist() == [0, 2]


def test_a_condition_of_no_scale_is_refused():
    with pytest.raises(ValidationError, match="greater than 0"):
        Condition(name="age", scale=0)


def test_the_last_layer_of_other_ranges_is_a_sigmoid_over_them():
    raw = torch.linspace(-50, 50, 101)
    for low, high in ((0.0, 1.0), (-2.0, 6.0)):
        last = DataSpec(shape=(1, 4, 4), value_range=(low, high)).activation()
        assert torch.allclose(last(raw), low + (high - low) * torch.sigmoid(raw))
        assert (last(raw).min(), last(raw).max()) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("value_range", [(1.0, 1.0), (1.0, 0.0)])
def test_a_range_without_numbers_is_refused(value_range):
    with pytest.raises(ValidationError, match="must be a low and a higher number"):
        DataSpec(shape=(4,), value_range=value_range)
