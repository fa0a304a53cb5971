"""Which conditions are drawn together."""

from __future__ import annotations

import numpy as np

from synthgen.data.codecs.condition_table import MOST_ROWS, ConditionTable

UNIFORM = np.random.default_rng(0).random(20_000)


def test_combinations_are_drawn_as_often_as_they_occur():
    codes = np.array([[0, 0]] * 70 + [[0, 1]] * 20 + [[1, 1]] * 10)
    table = ConditionTable.of(codes)
    assert (table.codes.tolist(), table.counts.tolist()) == ([[0, 0], [0, 1], [1, 1]], [70, 20, 10])
    drawn = table.draw(UNIFORM, {}, {})
    assert abs((drawn == [0, 0]).all(1).mean() - 0.7) < 0.02
    assert not (drawn == [1, 0]).all(1).any()


def test_wanted_and_fixed_codes_are_had_and_the_rest_occurs_with_them():
    codes = np.array([[0, 0, 5], [0, 1, 6], [1, 1, 7], [1, 1, 8]])
    table = ConditionTable.of(codes)
    labels = np.arange(len(UNIFORM)) % 2
    drawn = table.draw(UNIFORM, {0: labels}, {1: 1})
    assert np.array_equal(drawn[:, 0], labels)
    assert (drawn[:, 1] == 1).all()
    assert set(drawn[labels == 0, 2]) == {6}
    assert set(drawn[labels == 1, 2]) == {7, 8}


def test_what_never_occurs_together_is_had_all_the_same():
    table = ConditionTable.of(np.array([[0, 0, 5], [1, 1, 7]]))
    drawn = table.draw(UNIFORM, {0: np.zeros(len(UNIFORM), np.int64)}, {1: 1})
    assert np.array_equal(np.unique(drawn, axis=0), [[0, 1, 5]])
    assert np.array_equal(np.unique(table.draw(UNIFORM, {}, {1: 9}), axis=0), [[0, 9, 5], [1, 9, 7]])


def test_with_a_number_that_does_not_occur_goes_what_goes_with_the_nearest():
    ages = np.repeat(np.arange(1000.0), 2)
    table = ConditionTable.of(np.stack([ages // 500, ages], 1), numbers=[1])
    assert set(table.draw(UNIFORM, {}, {1: 250.5})[:, 0]) == {0}
    assert set(table.draw(UNIFORM, {}, {1: 499.5})[:, 0]) == {0, 1}
    assert (table.draw(UNIFORM, {}, {1: 250.5})[:, 1] == 250.5).all()


def test_of_very_many_combinations_some_are_kept():
    codes = np.random.default_rng(0).random((MOST_ROWS + 5000, 2))
    table = ConditionTable.of(codes, numbers=[0, 1])
    assert abs(len(table.codes) - MOST_ROWS) < 500
    assert set(map(tuple, table.codes)) <= set(map(tuple, codes))


def test_of_very_many_combinations_those_of_a_rare_class_are_kept():
    label = np.zeros(10 * MOST_ROWS)
    label[-30:] = 1
    number = np.random.default_rng(0).random(len(label)) + label
    table = ConditionTable.of(np.stack([label, number], 1), numbers=[1])
    assert table.counts_at(0, 2, {})[1] == 30
    assert abs(table.counts_at(0, 2, {})[0] / len(label) - 1) < 0.05
    drawn = table.draw(UNIFORM, {0: np.ones(len(UNIFORM))}, {})
    assert set(drawn[:, 1]) == set(number[-30:])


def test_a_table_comes_back_from_its_arrays():
    table = ConditionTable.of(np.array([[0, 0.5], [1, 0.5], [1, 2.5]]), numbers=[1])
    back = ConditionTable.from_tensors(table.tensors())
    assert np.array_equal(back.draw(UNIFORM, {}, {1: 0.7}), table.draw(UNIFORM, {}, {1: 0.7}))
