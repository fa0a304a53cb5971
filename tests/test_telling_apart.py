import numpy as np
import pytest

from synthgen.telling_apart import told_apart


def rows(seed, n=2000):
    random = np.random.default_rng(seed)
    kind = random.integers(0, 4, n)
    return np.stack([kind, kind + random.normal(size=n)], 1).astype(np.float32)


def test_rows_of_one_distribution_are_not_told_apart():
    assert told_apart(rows(0), rows(1), [4, 0]) == pytest.approx(0.5, abs=0.05)


def test_a_lost_relation_is_told_though_each_column_is_right():
    made = rows(0)
    made[:, 1] = np.random.default_rng(2).permutation(made[:, 1])
    assert told_apart(made, rows(1), [4, 0]) > 0.65


def test_a_category_of_very_many_values_is_taken_as_a_number():
    random = np.random.default_rng(0)
    made, real = random.integers(0, 3000, (2, 500, 1)).astype(np.float32)
    assert told_apart(made, real, [3000]) == pytest.approx(0.5, abs=0.1)
