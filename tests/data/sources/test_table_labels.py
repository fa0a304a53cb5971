import numpy as np
import pandas as pd
import pytest

from synthgen import DataError
from synthgen.data.sources.csv_file import CsvFile
from synthgen.data.sources.table_labels import find_labels


def labels(values, task="auto", **options):
    found = find_labels(pd.Series(values, name="y", **options), task, "toy")
    return found and ([tuple(label) for label in found.classes], found.y.tolist())


@pytest.mark.parametrize(
    ("values", "classes", "y"),
    [
        (["b", "a", "b"], [(0, "a"), (1, "b")], [1, 0, 1]),
        ([True, False, True], [(0, "False"), (1, "True")], [1, 0, 1]),
        ([10, -2, 9, 9], [(-2, "-2"), (9, "9"), (10, "10")], [2, 0, 1, 1]),
        ([1.0, 0.0, 1.0], [(0, "0.0"), (1, "1.0")], [1, 0, 1]),
        (pd.Categorical(["lo", "hi", "lo"], ["lo", "none", "hi"]), [(0, "lo"), (1, "hi")], [0, 1, 0]),
        (pd.Categorical([3, 5, 3], [5, 3]), [(5, "5"), (3, "3")], [1, 0, 1]),
        (pd.array([2, 1, 2], "Int64"), [(1, "1"), (2, "2")], [1, 0, 1]),
        (pd.array(["x", "y", "x"], "string[pyarrow]"), [(0, "x"), (1, "y")], [0, 1, 0]),
    ],
)
def test_classes_come_in_the_order_of_their_values_and_whole_numbers_keep_theirs(values, classes, y):
    assert labels(values) == (classes, y)


def test_numbers_of_many_values_and_dates_are_no_labels():
    assert labels(range(21)) is None
    assert labels([0.5, 1.0, 1.0]) is None
    assert labels(pd.to_datetime(["2020-01-01", "2020-01-02"])) is None
    assert labels([1, 2, 2], "regression") is None
    assert labels([1.5, None, 2], "regression") is None
    assert len(labels(range(20))[0]) == 20


def test_a_task_that_is_given_is_taken():
    assert labels([0.5, 1.0, 0.5], "classification") == ([(0, "0.5"), (1, "1.0")], [0, 1, 0])
    assert len(labels(range(30), "classification")[0]) == 30
    with pytest.raises(DataError, match=r"target 'y' is .*; task: regression needs numbers"):
        labels(["a", "b"], "regression")


@pytest.mark.parametrize("values", [["a", None, "b", None], [1, np.nan, 2, np.nan]])
def test_a_label_that_is_missing_is_told_with_its_first_row(values):
    with pytest.raises(
        DataError, match=r"toy: target 'y' is missing in 2 of 4 rows, first in row 2; drop these rows or fill"
    ):
        labels(values)


def test_text_that_differs_from_row_to_row_is_no_label():
    names = [f"name {i}" for i in range(50)]
    with pytest.raises(DataError, match="target 'y' has 50 different values in 50 rows; a label has few"):
        labels(names)
    assert len(labels(names, "classification")[0]) == 50


def test_values_of_several_types_that_read_alike_are_refused():
    with pytest.raises(DataError, match="target 'y' has '1' as int and str; its values must be of one type"):
        labels([1, "1", "2"], dtype=object)
    assert labels([1, "b", "a"], dtype=object)[0] == [(0, "1"), (1, "a"), (2, "b")]


def test_odd_labels_are_noted():
    assert find_labels(pd.Series(["a", "a"], name="y"), "auto", "toy").notes == (
        "target y has one class only, a",
    )
    alone = find_labels(pd.Series(["a", "b", "a", "c"], name="y"), "auto", "toy")
    assert alone.notes == ("target y: one row only of b, c",)


def test_the_only_row_of_a_class_is_for_training_and_the_other_part_does_without_the_class(tmp_path):
    path = tmp_path / "toy.csv"
    path.write_text("x,y\n" + "".join(f"{i},{10 + i % 2 * 10}\n" for i in range(20)) + "20,5\n")
    parts = [
        CsvFile(CsvFile.Options(path=path, target="y", split=split)).load() for split in ("train", "test")
    ]
    assert [[label.number for label in part.classes] for part in parts] == [[5, 10, 20], [10, 20]]
    assert [np.bincount(part.y).tolist() for part in parts] == [[1, 8, 8], [2, 2]]
    assert all((part.x["y"] == [part.classes[y].number for y in part.y]).all() for part in parts)


def test_a_target_that_is_a_number_is_noted(tmp_path):
    path = tmp_path / "toy.csv"
    path.write_text("x,y\n1,0.25\n2,0.5\n")
    dataset = CsvFile(CsvFile.Options(path=path, target="y")).load()
    assert (dataset.target, dataset.classes) == (None, ())
    assert dataset.notes == ("target y is a number: a column like others, and no label",)
