import gzip

import numpy as np
import pytest

from synthgen import ClassLabel, DataError, DataNotFoundError
from synthgen.data.sources.idx import Idx

from ..helpers import idx_bytes

X = np.arange(4 * 8 * 9, dtype=np.uint16).astype(np.uint8).reshape(4, 8, 9)
SHORTS = bytes([0, 0, 0x0B, 1, 0, 0, 0, 4]) + np.array([300, -2, 300, 7], ">i2").tobytes()
FLOATS = bytes([0, 0, 0x0D, 1, 0, 0, 0, 4]) + np.arange(4, dtype=">f4").tobytes()


def load(tmp_path, x=X, labels=None, **options):
    (tmp_path / "pictures.bin").write_bytes(idx_bytes(x))
    if labels is not None:
        content = labels if isinstance(labels, bytes) else idx_bytes(np.array(labels))
        (tmp_path / "labels.bin").write_bytes(content)
        options["labels"] = tmp_path / "labels.bin"
    return Idx(Idx.Options(images=tmp_path / "pictures.bin", **options)).load()


def test_labels_of_any_numbers_become_classes_in_order(tmp_path):
    dataset = load(tmp_path, labels=SHORTS)
    assert dataset.name == "pictures.bin"
    assert np.array_equal(dataset.x, X)
    assert dataset.classes == (ClassLabel(-2, "-2"), ClassLabel(7, "7"), ClassLabel(300, "300"))
    assert dataset.y.dtype == np.int64
    assert dataset.y.tolist() == [2, 0, 2, 1]


def test_gzipped_files_of_any_name_are_read(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(X)))
    (tmp_path / "b").write_bytes(gzip.compress(SHORTS))
    dataset = Idx(Idx.Options(images=tmp_path / "a.gz", labels=tmp_path / "b")).load()
    assert dataset.name == "a"
    assert np.array_equal(dataset.x, X)
    assert dataset.y.tolist() == [2, 0, 2, 1]


def test_without_labels_the_images_are_unlabelled(tmp_path):
    dataset = load(tmp_path)
    assert dataset.classes == ()
    assert dataset.y.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("channels", "shape"), [(1, (4, 8, 9)), (3, (4, 8, 9, 3))])
def test_a_last_axis_of_one_is_grey_and_of_three_rgb(tmp_path, channels, shape):
    x = np.repeat(X[..., None], channels, axis=3)
    dataset = load(tmp_path, x)
    assert dataset.x.shape == shape
    assert np.array_equal(dataset.x.ravel(), x.ravel())


@pytest.mark.parametrize(
    ("labels", "names", "classes"),
    [
        (SHORTS, ["a", "b", "c"], [(-2, "a"), (7, "b"), (300, "c")]),
        ([1, 2, 1, 3], ["a", "b", "c"], [(1, "a"), (2, "b"), (3, "c")]),
        ([0, 2, 0, 2], ["a", "b", "c"], [(0, "a"), (2, "c")]),
    ],
)
def test_names_go_by_order_or_where_there_are_more_by_number(tmp_path, labels, names, classes):
    assert list(load(tmp_path, labels=labels, names=names).classes) == classes


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"labels": SHORTS, "names": ["a", "b"]}, r"labels.bin: 2 names for 3 class numbers, -2 to 300"),
        ({"labels": SHORTS, "names": ["a", "b", "a"]}, "option names has 'a' more than once"),
        ({"names": ["a"]}, "has no labels to go with the names"),
        ({"labels": FLOATS}, r"labels.bin: holds >f4 \(4,\); labels must be integers"),
        ({"labels": [[1], [2], [3], [4]]}, r"labels.bin: holds uint8 \(4, 1\)"),
        ({"labels": [1, 2, 3]}, "labels.bin: 3 labels for the 4 images of pictures.bin"),
        ({"x": X[0]}, r"pictures.bin: holds uint8 \(8, 9\); images must be uint8"),
        ({"x": X[:0]}, r"pictures.bin: holds uint8 \(0, 8, 9\)"),
        ({"x": np.zeros((2, 3, 8, 8))}, "put the channels last"),
        ({"split": "test"}, "an IDX file has no splits, so no 'test'"),
    ],
)
def test_what_does_not_fit_is_told_with_its_file(tmp_path, given, message):
    with pytest.raises(DataError, match=message):
        load(tmp_path, **given)


def test_missing_files_are_told_with_their_option(tmp_path):
    with pytest.raises(DataNotFoundError, match=r"gone: no such file \(option images\)"):
        Idx(Idx.Options(images=tmp_path / "gone")).load()
    (tmp_path / "pictures.bin").write_bytes(idx_bytes(X))
    with pytest.raises(DataNotFoundError, match=r"gone: no such file \(option labels\)"):
        Idx(Idx.Options(images=tmp_path / "pictures.bin", labels=tmp_path / "gone")).load()


def test_more_images_than_memory_are_refused(tmp_path, little_memory):
    with pytest.raises(DataError, match=r"pictures.bin: 4 images of 8×9 grey need 0.0 MB of memory; 0.0 MB"):
        load(tmp_path)
