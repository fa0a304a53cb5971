import os
from pathlib import Path

import numpy as np
import pytest
from torchvision.datasets import MNIST

from synthgen import ClassLabel, DataError, DataNotFoundError, UnsupportedError
from synthgen.data.sources.mnist import Mnist

from ..helpers import idx_bytes, mnist_like
from .conftest import write_mnist


def load(**options):
    return Mnist(Mnist.Options(**{"download": False, **options})).load()


@pytest.mark.parametrize("layout", ["MNIST/raw", "raw", "."])
@pytest.mark.parametrize("compress", [False, True])
def test_files_are_found_below_root_in_every_layout(tmp_path, cache, layout, compress):
    write_mnist(tmp_path / "data" / layout, compress=compress)
    dataset = load(root=tmp_path / "data")
    x, y = mnist_like(20, seed=20)
    assert np.array_equal(dataset.x, x)
    assert np.array_equal(dataset.y, y)
    assert (dataset.name, dataset.x.dtype, dataset.y.dtype) == ("mnist", np.uint8, np.int64)
    assert dataset.classes == tuple(ClassLabel(n, str(n)) for n in range(10))


def test_split_test_has_its_own_files(tmp_path, cache):
    write_mnist(tmp_path)
    assert len(load(root=tmp_path, split="test")) == 10


def test_root_comes_before_the_variable_and_that_before_the_cache(tmp_path, cache, monkeypatch):
    for n, folder in ((30, tmp_path / "root"), (40, tmp_path / "variable"), (50, cache)):
        folder.mkdir(parents=True)
        for name, array in zip(("images-idx3", "labels-idx1"), mnist_like(n), strict=True):
            (folder / f"train-{name}-ubyte").write_bytes(idx_bytes(array))
    assert len(load()) == 50
    monkeypatch.setenv("SYNTHGEN_DATA", str(tmp_path / "variable"))
    assert len(load()) == 40
    assert len(load(root=tmp_path / "root")) == 30
    assert len(load(root=tmp_path / "nothing there")) == 40


def test_missing_files_are_told_with_every_place_and_what_to_do(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("SYNTHGEN_DATA", "/some/where")
    with pytest.raises(DataNotFoundError) as caught:
        load(root="/else/where")
    message = str(caught.value)
    for part in (
        "option root: /else/where",
        "environment variable SYNTHGEN_DATA: /some/where",
        f"cache folder: {cache}",
        "download: switched off",
        "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
        "name that folder by the option root or the environment variable SYNTHGEN_DATA",
    ):
        assert part in message


def test_missing_files_are_downloaded_into_the_cache_once(cache, mirror, monkeypatch):
    assert len(load(download=True)) == 20
    assert (cache / "MNIST/raw/t10k-labels-idx1-ubyte").is_file()
    monkeypatch.setattr(MNIST, "mirrors", [])
    assert len(load(download=True, split="test")) == 10


def test_a_download_that_fails_is_one_of_the_places_looked_in(cache, mirror):
    for file in mirror.iterdir():
        file.unlink()
    with pytest.raises(DataNotFoundError, match=r"download: http://127\.0\.0\.1.* answered 404"):
        load(download=True)


def test_a_file_cut_short_is_named_and_no_other_place_is_tried(tmp_path, cache):
    write_mnist(tmp_path)
    write_mnist(cache)
    file = tmp_path / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(DataError, match="train-images-idx3-ubyte: cut short") as caught:
        load(root=tmp_path)
    assert not isinstance(caught.value, DataNotFoundError)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
def test_images_without_labels_and_the_reverse_are_told(tmp_path, cache, name):
    write_mnist(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=f"incomplete: {name} is missing") as caught:
        load(root=tmp_path)
    assert not isinstance(caught.value, DataNotFoundError)


def test_images_of_another_size_are_not_mnist(tmp_path, cache):
    write_mnist(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(np.zeros((20, 8, 9), np.uint8)))
    with pytest.raises(DataError, match="train-images-idx3-ubyte: images of 8×9; MNIST's are 28×28"):
        load(root=tmp_path)


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="no split 'valid'; it has train and test"):
        Mnist(Mnist.Options(split="valid"))


@pytest.mark.skipif(not os.environ.get("SYNTHGEN_DATA"), reason="real MNIST: SYNTHGEN_DATA is not set")
@pytest.mark.parametrize(("split", "count", "ones"), [("train", 60_000, 6742), ("test", 10_000, 1135)])
def test_real_mnist_is_whole(split, count, ones):
    dataset = load(root=Path(os.environ["SYNTHGEN_DATA"]), split=split)
    assert dataset.x.shape == (count, 28, 28)
    assert (dataset.y == 1).sum() == ones
