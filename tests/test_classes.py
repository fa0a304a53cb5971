"""Classes go by name or number."""

import numpy as np
import pytest

from synthgen import ClassLabel
from synthgen.classes import find_class, list_classes
from synthgen.errors import UsageError

PETS = (ClassLabel(7, "cat"), ClassLabel(3, "dog"), ClassLabel(0, "newt"))


@pytest.mark.parametrize(("wanted", "index"), [("cat", 0), (7, 0), ("7", 0), (np.int64(3), 1), ("newt", 2)])
def test_classes_go_by_name_or_number(wanted, index):
    assert find_class(PETS, wanted) == index


def test_a_text_of_digits_is_a_name_first_and_a_number_is_a_number_first():
    shifted = (ClassLabel(0, "1"), ClassLabel(1, "2"))
    assert find_class(shifted, "1") == 0
    assert find_class(shifted, 1) == 1
    assert find_class(shifted, "0") == 0
    assert find_class(shifted, 2) == 1


@pytest.mark.parametrize("wanted", ["dgo", True, 1.5, 12, "-3"])
def test_what_is_no_class_is_refused(wanted):
    with pytest.raises(UsageError, match=f"there is no class '{wanted}'"):
        find_class(PETS, wanted)


def test_messages_list_the_first_classes_and_count_the_rest():
    many = [ClassLabel(i, str(i)) for i in range(25)]
    assert list_classes(many).endswith("18, 19 and 5 more")
