import torch

from synthgen.grid_rows import grid_rows
from synthgen.spec import Condition, DataSpec

LABEL = Condition(name="label", values=("a", "b", "c"))
HEAT, WIND = Condition(name="heat"), Condition(name="wind")
CODES = torch.tensor([[0, 5.0, 1.0], [1, 1.0, 9.0], [1, 3.0, 2.0]], dtype=torch.float64)


def rows(conditions, codes, columns=3, most=20):
    return grid_rows(DataSpec(shape=(1, 8, 8), conditions=conditions), codes, columns, most)


def test_each_class_has_a_row_up_to_the_most():
    names, codes = rows((LABEL,), torch.zeros(5, 1, dtype=torch.int64))
    assert names == ["a", "b", "c"]
    assert codes.dtype == torch.int64
    assert codes[:, 0].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    names, codes = rows((LABEL,), torch.zeros(5, 1, dtype=torch.int64), most=2)
    assert (names, len(codes)) == (["a", "b"], 6)


def test_a_number_rises_from_row_to_row_and_names_them():
    names, codes = rows((HEAT, WIND), CODES[:, 1:])
    assert names == ["1", "3", "5"]
    assert codes[:, 0].tolist() == [1, 1, 1, 3, 3, 3, 5, 5, 5]
    assert codes[:, 1].tolist() == [2.0] * 9


def test_beside_classes_it_rises_from_left_to_right():
    names, codes = rows((LABEL, HEAT, WIND), CODES)
    assert names == ["a", "b", "c"]
    assert codes[:, 0].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert codes[:, 1].tolist() == [1, 3, 5] * 3
    assert codes[:, 2].tolist() == [2.0] * 9


def test_without_conditions_rows_have_no_names():
    names, codes = rows((), torch.empty(7, 0))
    assert names == [""] * 3
    assert codes.shape == (9, 0)
