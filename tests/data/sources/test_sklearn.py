import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_breast_cancer

from synthgen import ClassLabel, DataError, UnsupportedError
from synthgen.data.loading import check_dataset
from synthgen.data.sources.sklearn_sets import SklearnSet


def load(dataset: str, **options):
    return check_dataset(SklearnSet(SklearnSet.Options(dataset=dataset, **options)).load(), "sklearn")


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [
        ("breast_cancer", (569, 31), ["malignant", "benign"]),
        ("wine", (178, 14), ["class_0", "class_1", "class_2"]),
        ("iris", (150, 5), ["setosa", "versicolor", "virginica"]),
        ("digits", (1797, 65), list("0123456789")),
        ("diabetes", (442, 11), []),
        ("linnerud", (20, 6), []),
    ],
)
def test_each_set_is_a_table_with_its_own_classes(name, shape, classes):
    dataset = load(name)
    assert dataset.x.shape == shape
    assert dataset.classes == tuple(ClassLabel(*pair) for pair in enumerate(classes))
    assert dataset.target == ("target" if classes else None)
    assert dataset.description.endswith(", as embedded in scikit-learn.")
    assert dataset.notes == ()


def test_labels_and_numbers_are_those_of_scikit_learn():
    dataset, raw = load("breast_cancer"), load_breast_cancer(as_frame=True)
    assert np.array_equal(dataset.y, raw.target)
    assert dataset.x["target"].tolist() == raw.target_names[raw.target].tolist()
    assert dataset.x.drop(columns="target").equals(raw.data)


def test_the_number_that_diabetes_is_about_is_a_column_in_its_own_unit():
    frame = load("diabetes").x
    assert frame["target"].between(25, 346).all()
    assert frame["age"].between(19, 79).all()


def test_columns_can_be_chosen():
    assert list(load("iris", columns=["petal width (cm)"]).x) == ["petal width (cm)", "target"]
    with pytest.raises(
        DataError, match=r"has no column 'petal width' \(option columns\)\. Did you mean petal width \(cm\)"
    ):
        load("iris", columns=["petal width"])


def test_other_sets_are_refused():
    with pytest.raises(ValidationError, match="breast_cancer"):
        SklearnSet.Options(dataset="california")


# splits, which all tables have


def test_train_and_test_part_the_rows_by_class_in_their_order():
    whole, train, test = (load("wine", split=split) for split in ("all", "train", "test"))
    assert (len(train), len(test)) == (142, 36)
    assert np.allclose(np.bincount(test.y) / 36, np.bincount(whole.y) / 178, atol=0.02)
    rows = {
        part: [tuple(row) for row in part_of.x.to_numpy()]
        for part, part_of in {"train": train, "test": test}.items()
    }
    every = [tuple(row) for row in whole.x.to_numpy()]
    assert sorted(rows["train"] + rows["test"]) == sorted(every)
    assert [row for row in every if row in set(rows["test"])] == rows["test"]
    assert train.x["target"].cat.codes.tolist() == train.y.tolist()


def test_size_and_seed_of_the_split_are_options():
    assert len(load("wine", split="test", test_size=0.5)) == 89
    seeds = [load("wine", split="test", split_seed=seed).x for seed in (0, 0, 1)]
    assert seeds[0].equals(seeds[1])
    assert not seeds[0].equals(seeds[2])


def test_a_table_without_classes_is_split_as_well():
    assert [len(load("diabetes", split=split)) for split in ("train", "test")] == [353, 89]


def test_too_few_rows_to_divide_are_told():
    with pytest.raises(
        DataError, match=r"wine: 178 rows of 3 classes are too few to divide with test_size: 0\.001"
    ):
        load("wine", split="test", test_size=0.001)


def test_another_split_is_refused_at_once():
    with pytest.raises(UnsupportedError, match="a table has no split 'valid'; it has train, test and all"):
        SklearnSet(SklearnSet.Options(dataset="wine", split="valid"))
