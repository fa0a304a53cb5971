"""Whose turn it is at which step."""

from __future__ import annotations

import pytest

from synthgen.training.turns import Turns


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (Turns(), [1, 1, 1, 1]),
        (Turns(3), [3, 3, 3, 3]),
        (Turns((2, 1)), [2, 1, 2, 1]),
        (Turns(1, discriminator_every=2), [1, 0, 1, 0]),
        (Turns((1, 0, 5), discriminator_every=2), [1, 0, 5, 0, 0, 0]),
    ],
)
def test_discriminator_has_its_steps_in_turn(turns, expected):
    assert [turns.discriminator(step) for step in range(len(expected))] == expected


@pytest.mark.parametrize(
    ("every", "expected"), [(1, [True] * 4), (2, [False, True, False, True]), (0, [False] * 4)]
)
def test_generator_is_trained_at_every_nth_step_or_never(every, expected):
    turns = Turns(generator_every=every)
    assert [turns.generator(step) for step in range(4)] == expected


@pytest.mark.parametrize("turns", [Turns(2), Turns((2, 1)), Turns((0, 3, 1), 2), Turns(1, 3)])
def test_total_is_the_sum_over_the_steps(turns):
    for steps in range(15):
        assert turns.discriminator_total(steps) == sum(turns.discriminator(step) for step in range(steps))


@pytest.mark.parametrize(
    ("turns", "expected"),
    [(Turns(), [0]), (Turns((0, 2)), [0, 1]), (Turns(generator_every=0), [0]), (Turns(1, 2, 3), [0, 2])],
)
def test_first_steps_have_both_networks_unless_one_is_never_trained(turns, expected):
    assert turns.first == expected


def test_settings_that_never_meet_are_seen_in_a_whole_period():
    assert Turns((0, 1), discriminator_every=2).per_period == 0
