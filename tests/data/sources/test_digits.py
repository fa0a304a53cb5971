import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_digits

from synthgen import ClassLabel, UnsupportedError
from synthgen.data.sources.digits import Digits


def load(**options):
    return Digits(Digits.Options(**options)).load()


def test_digits_are_grey_8_by_8_and_span_the_whole_range():
    dataset = load(split="all")
    assert (dataset.name, dataset.x.shape, dataset.x.dtype) == ("digits", (1797, 8, 8), np.uint8)
    assert dataset.y.dtype == np.int64
    assert dataset.classes == tuple(ClassLabel(n, str(n)) for n in range(10))
    assert np.array_equal(np.unique(dataset.x), np.rint(np.arange(17) * 255 / 16))
    assert np.array_equal(dataset.y, load_digits().target)


def test_train_and_test_part_every_class_four_to_one():
    train, test, everything = load(), load(split="test"), load(split="all")
    shares = np.bincount(test.y) / np.bincount(everything.y)
    assert np.bincount(train.y).tolist() == (np.bincount(everything.y) - np.bincount(test.y)).tolist()
    assert (abs(shares - 0.2) < 0.01).all()
    rows = {sample.tobytes() for sample in train.x}
    assert not any(sample.tobytes() in rows for sample in test.x)


@pytest.mark.parametrize(("size", "shape"), [(28, (28, 28)), ([12, 20], (12, 20))])
def test_size_scales_and_is_told_in_the_description(size, shape):
    dataset = load(split="test", size=size)
    assert dataset.x.shape[1:] == shape
    assert f"scaled from 8×8 to {shape[0]}×{shape[1]}" in dataset.description
    small = load(split="test")
    assert "scaled" not in small.description
    means = [d.x.reshape(len(d), -1).mean(1) for d in (small, dataset)]
    assert np.corrcoef(*means)[0, 1] > 0.98  # the same digits in the same order


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="no split 'val'; it has train, test and all"):
        Digits(Digits.Options(split="val"))


@pytest.mark.parametrize("size", [0, [28], [28, -1], "large"])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValidationError):
        Digits.Options(size=size)
