import numpy as np
import pytest

from synthgen import ClassLabel, DataError, SourceOptions
from synthgen.data.selection import select
from synthgen.errors import UsageError

from .helpers import make_dataset, make_table


def chosen(dataset):
    return dataset.x[:, 0, 0].tolist()


def test_nothing_asked_for_leaves_the_dataset_as_it_is():
    dataset = make_dataset()
    assert select(dataset, SourceOptions(), 0) is dataset


def test_classes_by_name_and_number_come_in_the_order_asked_for():
    dataset = make_dataset(names=["cat", "dog", "eel"], numbers=[7, 8, 9])
    kept = select(dataset, SourceOptions(classes=["eel", 7]), 0)
    assert kept.classes == (ClassLabel(9, "eel"), ClassLabel(7, "cat"))
    assert kept.y.dtype == np.int64
    assert kept.y.tolist() == [1, 0, 1, 0, 1, 0, 1, 1]
    assert chosen(kept) == [0, 2, 3, 5, 6, 8, 9, 11]


def test_an_unknown_class_is_told_with_near_matches_and_the_list():
    dataset = make_dataset(names=["cat", "dog", "eel"])
    with pytest.raises(
        UsageError, match=r"no class 'dgo'. Did you mean dog\? Classes: cat \(0\), dog \(1\), eel"
    ):
        select(dataset, SourceOptions(classes=["dgo"]), 0)


@pytest.mark.parametrize("classes", [["cat", "cat"], ["cat", 0]])
def test_a_class_given_twice_is_refused(classes):
    with pytest.raises(UsageError, match="'cat' is given twice"):
        select(make_dataset((2, 2), ["cat", "dog"]), SourceOptions(classes=classes), 0)


def test_an_empty_list_of_classes_is_refused():
    with pytest.raises(UsageError, match="list is empty"):
        select(make_dataset(), SourceOptions(classes=[]), 0)


def test_per_class_number_keeps_so_many_of_each_in_the_sources_order():
    kept = select(make_dataset((9, 9)), SourceOptions(per_class=4), 0)
    assert np.bincount(kept.y).tolist() == [4, 4]
    assert chosen(kept) == sorted(chosen(kept))
    assert kept.notes == ()


def test_per_class_list_goes_by_the_order_of_the_classes_kept():
    options = SourceOptions(classes=[2, 0], per_class=[1, 3])
    kept = select(make_dataset((5, 5, 5)), options, 0)
    assert np.bincount(kept.y).tolist() == [1, 3]
    assert kept.classes[0].number == 2


def test_per_class_mapping_by_name_or_number_leaves_other_classes_whole():
    options = SourceOptions(per_class={"cat": 2, "8": 1})
    kept = select(make_dataset((5, 5, 5), ["cat", "dog", "eel"], [7, 8, 9]), options, 0)
    assert np.bincount(kept.y).tolist() == [2, 1, 5]


def test_asking_for_more_than_there_is_keeps_all_and_says_so(caplog):
    kept = select(make_dataset((5, 2)), SourceOptions(per_class=4, limit=50), 0)
    assert np.bincount(kept.y).tolist() == [4, 2]
    assert kept.notes == (
        "fewer than per_class asks for (class 1: 2 of 4); all are used",
        "fewer samples than limit asks for (6 of 50); all are used",
    )
    assert len(caplog.records) == 2


def test_limit_draws_with_the_seed_and_a_larger_limit_keeps_what_a_smaller_kept():
    dataset = make_dataset((40, 40))
    some, same, other, more = (
        set(chosen(select(dataset, SourceOptions(limit=n), seed)))
        for n, seed in ((20, 1), (20, 1), (20, 2), (30, 1))
    )
    assert len(some) == 20
    assert some == same != other
    assert some < more


@pytest.mark.parametrize(
    ("per_class", "message"),
    [
        ([1, 2], r"2 numbers for 3 classes \(class 0 \(0\), class 1"),
        ({"class 9": 1}, "no class 'class 9'. Did you mean"),
        ({"class 0": 1, "0": 1}, "given twice, by name and by number"),
    ],
)
def test_per_class_that_does_not_fit_the_classes_is_refused(per_class, message):
    with pytest.raises(UsageError, match=message):
        select(make_dataset(), SourceOptions(per_class=per_class), 0)


def test_a_class_left_without_samples_is_named():
    with pytest.raises(DataError, match=r"toy: no samples of class class 1; name the others"):
        select(make_dataset((3, 0, 3)), SourceOptions(), 0)
    with pytest.raises(DataError, match="with limit: 1"):
        select(make_dataset((3, 3)), SourceOptions(limit=1), 0)


@pytest.mark.parametrize("options", [{"classes": [1]}, {"per_class": 2}])
def test_data_without_labels_cannot_be_selected_by_class(options):
    dataset = make_dataset((4,), classes=())
    with pytest.raises(DataError, match="no labels"):
        select(dataset, SourceOptions(**options), 0)


def test_data_without_labels_can_be_limited():
    assert len(select(make_dataset((4,), classes=()), SourceOptions(limit=3), 0)) == 3


def test_a_part_that_does_not_fit_beside_the_whole_is_refused(monkeypatch):
    dataset = make_dataset((9, 9, 9), ["a", "b", "c"], [0, 1, 2], (8, 8))
    monkeypatch.setattr("synthgen.data.sources.memory.available_memory", lambda: 10 * 64)
    assert len(select(dataset, SourceOptions(limit=10), 0)) == 10
    assert len(select(dataset, SourceOptions(), 0)) == 27
    with pytest.raises(DataError, match=r"toy: .*11 of its 27 images .*need 0\.0 MB .* 0\.0 MB are free"):
        select(dataset, SourceOptions(limit=11), 0)


def test_a_table_is_limited_with_its_rows_whole_and_counted_anew():
    table = make_table()
    kept = select(table, SourceOptions(limit=6), 0)
    assert kept.x.index.tolist() == list(range(6))
    rows = table.x.iloc[kept.x["number"].astype(int)].reset_index(drop=True)
    assert rows.equals(kept.x)
    assert kept.x["number"].is_monotonic_increasing
    assert "abc"[kept.y[0]] == kept.x["kind"][0]


def test_classes_of_a_table_leave_the_rows_that_have_them():
    kept = select(make_table(), SourceOptions(classes=["c", "a"]), 0)
    assert [label.name for label in kept.classes] == ["c", "a"]
    assert [kept.classes[i].name for i in kept.y] == kept.x["kind"].tolist() == list("ac") * 4
    assert kept.target == "kind"


def test_per_class_of_a_table_keeps_so_many_rows_of_each():
    kept = select(make_table(), SourceOptions(per_class={"a": 1, "b": 2}), 0)
    assert kept.x["kind"].value_counts().to_dict() == {"a": 1, "b": 2, "c": 4}
    assert kept.x.index.equals(make_table().x.index[:7])


def test_a_tables_types_stay_when_rows_are_taken():
    table = make_table(make_table().x.astype({"colour": "category", "number": "Int64"}))
    kept = select(table, SourceOptions(limit=3), 0)
    assert kept.x.dtypes.equals(table.x.dtypes)


def test_numbers_go_with_the_samples_that_are_kept():
    dataset = make_dataset(given={"heat": np.arange(12.0)})
    options = SourceOptions(classes=["class 2", "class 0"], per_class=3, limit=5)
    kept = select(dataset, options, 0)
    assert len(kept) == 5
    assert kept.given["heat"].tolist() == chosen(kept)
