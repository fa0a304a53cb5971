import numpy as np
import pytest
from torchvision import datasets

from synthgen import DataError, DataNotFoundError, UnsupportedError
from synthgen.data.sources.fashion_mnist import FashionMnist
from synthgen.data.sources.kmnist import Kmnist
from synthgen.data.sources.mnist import Mnist

from ..helpers import mnist_like
from .conftest import write_mnist

BOTH = pytest.mark.parametrize("source", [FashionMnist, Kmnist])


def load(source, **options):
    return source(source.Options(**{"download": False, **options})).load()


@BOTH
@pytest.mark.parametrize("layout", ["{}/raw", "{}", "raw", "."])
@pytest.mark.parametrize("compress", [False, True])
def test_files_are_found_below_root_in_every_layout(tmp_path, cache, source, layout, compress):
    write_mnist(tmp_path / "data" / layout.format(source.torchvision_name), compress=compress)
    dataset = load(source, root=tmp_path / "data")
    assert np.array_equal(dataset.x, mnist_like(20, seed=20)[0])
    assert dataset.name == source.name
    assert source.image_size == (28, 28)


@BOTH
def test_classes_have_the_names_that_torchvision_gives_them(tmp_path, cache, source):
    write_mnist(tmp_path)
    classes = load(source, root=tmp_path, split="test").classes
    assert [label.name for label in classes] == getattr(datasets, source.torchvision_name).classes
    assert [label.number for label in classes] == list(range(10))


@BOTH
@pytest.mark.parametrize("layout", ["MNIST/raw", "raw", "."])
def test_files_in_a_shared_folder_that_may_be_mnists_are_not_taken(
    tmp_path, cache, monkeypatch, source, layout
):
    write_mnist(tmp_path / "data" / layout)
    monkeypatch.setenv("SYNTHGEN_DATA", str(tmp_path / "data"))
    assert len(load(Mnist)) == 20
    with pytest.raises(DataNotFoundError) as caught:
        load(source)
    assert f"{source.torchvision_name} was not found" in str(caught.value)
    assert f"into a folder {source.torchvision_name} and name the folder that holds it" in str(caught.value)
    write_mnist(tmp_path / "data" / source.torchvision_name / "raw")
    assert len(load(source)) == 20


@BOTH
def test_missing_files_are_downloaded_into_the_cache_once(cache, mirror, monkeypatch, source):
    assert len(load(source, download=True)) == 20
    monkeypatch.setattr(getattr(datasets, source.torchvision_name), "mirrors", [])
    assert len(load(source, download=True, split="test")) == 10
    assert [path.name for path in cache.iterdir()] == [source.torchvision_name]


@BOTH
def test_a_torn_pair_and_an_unknown_split_are_told(tmp_path, cache, source):
    write_mnist(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="incomplete: train-labels-idx1-ubyte is missing"):
        load(source, root=tmp_path)
    with pytest.raises(UnsupportedError, match=f"{source.name} has no split 'all'; it has train and test"):
        load(source, split="all")
