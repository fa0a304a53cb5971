import io
import pickle
import tarfile

import numpy as np
import pytest
from torchvision.datasets import CIFAR10

from synthgen import ClassLabel, DataError, DataNotFoundError, UnsupportedError
from synthgen.data.sources.cifar10 import Cifar10

from .conftest import batch_pickle, cifar_batches, write_cifar10, write_cifar10_archive

PIXELS = bytes(3072)


def load(**options):
    return Cifar10(Cifar10.Options(**{"download": False, **options})).load()


@pytest.mark.parametrize("place", ["cifar-10-batches-py", "."])
def test_batches_become_rgb_images_in_order(tmp_path, cache, place):
    write_cifar10(tmp_path / "data" / place)
    dataset = load(root=tmp_path / "data")
    batches = [cifar_batches()[f"data_batch_{n}"] for n in range(1, 6)]
    assert (dataset.name, dataset.x.shape, dataset.x.dtype) == ("cifar10", (20, 32, 32, 3), np.uint8)
    assert np.array_equal(dataset.x, np.concatenate([p.transpose(0, 2, 3, 1) for p, _ in batches]))
    assert dataset.y.dtype == np.int64
    assert np.array_equal(dataset.y, np.concatenate([labels for _, labels in batches]))
    assert dataset.classes[0] == ClassLabel(0, "airplane")
    assert dataset.classes[9] == ClassLabel(9, "truck")
    assert Cifar10.image_size == (32, 32)


def test_the_made_batches_are_of_the_format_that_torchvision_reads(tmp_path):
    write_cifar10(tmp_path)
    pixels, labels = cifar_batches()["test_batch"]
    entry = pickle.loads((tmp_path / "test_batch").read_bytes(), encoding="latin1")
    assert np.array_equal(entry["data"].reshape(4, 3, 32, 32), pixels)
    assert entry["labels"] == labels.tolist()


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_archive_serves_as_well_as_its_folder(tmp_path, cache, split):
    write_cifar10_archive(tmp_path / "a/cifar-10-python.tar.gz")
    write_cifar10(tmp_path / "b")
    packed, unpacked = (load(root=tmp_path / name, split=split) for name in ("a", "b"))
    assert np.array_equal(packed.x, unpacked.x)
    assert np.array_equal(packed.y, unpacked.y)
    assert len(packed) == (20 if split == "train" else 4)


def test_the_variable_and_the_cache_are_looked_in(tmp_path, cache, monkeypatch):
    write_cifar10(cache / "cifar-10-batches-py")
    assert len(load(split="test")) == 4
    write_cifar10(tmp_path / "variable/cifar-10-batches-py")
    (cache / "cifar-10-batches-py/test_batch").write_bytes(b"")
    monkeypatch.setenv("SYNTHGEN_DATA", str(tmp_path / "variable"))
    assert len(load(split="test")) == 4


def test_a_missing_set_is_told_with_every_place_and_what_to_do(cache):
    with pytest.raises(DataNotFoundError) as caught:
        load(root="/else/where")
    for part in (
        "CIFAR10 was not found",
        "option root: /else/where",
        f"cache folder: {cache}",
        "switched off",
        "cifar-10-python.tar.gz",
        "the environment variable SYNTHGEN_DATA",
    ):
        assert part in str(caught.value)


def test_a_missing_set_is_downloaded_into_the_cache_once(cache, mirror, monkeypatch):
    assert len(load(download=True)) == 20
    assert [path.name for path in cache.iterdir()] == ["cifar-10-batches-py"]
    monkeypatch.setattr(CIFAR10, "url", "http://127.0.0.1:1/none")
    assert len(load(download=True, split="test")) == 4


def test_a_missing_batch_is_named(tmp_path, cache):
    write_cifar10(tmp_path)
    (tmp_path / "data_batch_3").unlink()
    with pytest.raises(DataError, match="incomplete: data_batch_3 is missing"):
        load(root=tmp_path)


def test_an_archive_cut_short_or_without_the_batches_is_named(tmp_path, cache):
    archive = tmp_path / "cifar-10-python.tar.gz"
    write_cifar10_archive(archive)
    archive.write_bytes(archive.read_bytes()[:20_000])
    with pytest.raises(DataError, match=r"tar\.gz: cannot be read, cut short or corrupt"):
        load(root=tmp_path)
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("cifar-10-batches-py/data_batch_1"), io.BytesIO())
    with pytest.raises(DataError, match=r"tar\.gz: test_batch not in its folder"):
        load(root=tmp_path, split="test")


class Evil:
    def __reduce__(self):
        return print, ("run by a pickle",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps(Evil(), 2), r"test_batch: asks for .*\.print; only the official"),
        (pickle.dumps({"data": Evil()}, 2), r"asks for .*\.print"),
        (batch_pickle(PIXELS, (1, 3072), [3])[:-700], "cut short or corrupt"),
        (b"", "cut short or corrupt"),
        (b"hello", "cut short or corrupt"),
        (batch_pickle(PIXELS[1:], (1, 3072), [3]), "3,071 bytes for an array of 1 × 3072"),
        (batch_pickle(PIXELS, (3, 1024), [3]), r"'data' is uint8 \(3, 1024\); it must be \(N, 3072\)"),
        (batch_pickle(b"", (0, 3072), []), r"'data' is uint8 \(0, 3072\)"),
        (batch_pickle(PIXELS, (1, 3072), [3, 4]), "2 labels for 1 images"),
        (batch_pickle(PIXELS, (1, 3072), [10]), "label 10 is out of range, 0 to 9"),
        (batch_pickle(PIXELS, (1, 3072), [3]).replace(b"U\x02u1", b"U\x02i1"), "not of bytes in rows"),
        (pickle.dumps([1], 2), "not a batch of CIFAR-10"),
        (pickle.dumps({"data": [1]}, 2), "not a batch of CIFAR-10"),
    ],
)
def test_a_batch_that_is_not_what_it_should_be_is_named_and_runs_nothing(
    tmp_path, cache, capsys, content, message
):
    (tmp_path / "test_batch").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load(root=tmp_path, split="test")
    assert capsys.readouterr().out == ""


def test_too_little_memory_is_told_before_anything_is_read(tmp_path, cache, little_memory):
    (tmp_path / "test_batch").write_bytes(b"never read")
    with pytest.raises(DataError, match=r"10,000 images of 32×32 RGB need 61\.4 MB"):
        load(root=tmp_path, split="test")


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="cifar10 has no split 'valid'; it has train and test"):
        Cifar10(Cifar10.Options(split="valid"))
