import hashlib
import socket
import time

import pytest
from torchvision.datasets import CIFAR10, MNIST

from synthgen.data.sources.download import DownloadFailed, download

FILES = [
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_download_leaves_the_unpacked_files_and_nothing_else(tmp_path, mirror, capsys):
    download("MNIST", tmp_path / "data")
    assert names(tmp_path / "data") == ["MNIST"]
    assert names(tmp_path / "data/MNIST/raw") == FILES
    assert capsys.readouterr().out == ""
    assert socket.getdefaulttimeout() is None


def test_files_join_what_is_in_the_folder_already(tmp_path, mirror):
    raw = tmp_path / "data/MNIST/raw"
    raw.mkdir(parents=True)
    (raw / "notes.txt").write_text("mine")
    download("MNIST", tmp_path / "data")
    assert names(raw) == ["notes.txt", *FILES]


def test_a_mirror_that_answers_is_used_beside_one_that_does_not(tmp_path, mirror, silent_mirror, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", [silent_mirror, *MNIST.mirrors])
    start = time.monotonic()
    download("MNIST", tmp_path / "data", timeout=20)
    assert time.monotonic() - start < 10
    assert names(tmp_path / "data/MNIST/raw") == FILES


def test_mirrors_that_never_answer_are_given_up_together(tmp_path, silent_mirror, monkeypatch):
    monkeypatch.setattr(MNIST, "mirrors", [silent_mirror + "a/", silent_mirror + "b/"])
    start = time.monotonic()
    with pytest.raises(DownloadFailed, match=r"a/ .*; .*b/ "):
        download("MNIST", tmp_path / "data", timeout=0.3)
    assert time.monotonic() - start < 3
    assert not (tmp_path / "data").exists()


def test_a_download_that_fails_half_way_leaves_nothing(tmp_path, mirror):
    (mirror / f"{FILES[1]}.gz").write_bytes(b"not what was promised")  # the last to be downloaded
    with pytest.raises(DownloadFailed, match="not found or corrupted"):
        download("MNIST", tmp_path / "data")
    assert names(tmp_path / "data") == []


def test_a_mirror_without_the_file_says_so(tmp_path, mirror):
    (mirror / f"{FILES[2]}.gz").unlink()
    with pytest.raises(DownloadFailed, match="answered 404"):
        download("MNIST", tmp_path / "data")


def test_a_folder_that_cannot_be_made_is_told(tmp_path, mirror):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(DownloadFailed, match="File exists"):
        download("MNIST", tmp_path / "data")


def test_an_archive_leaves_its_unpacked_folder_and_nothing_else(tmp_path, mirror, capsys):
    download("CIFAR10", tmp_path / "data")
    assert names(tmp_path / "data") == ["cifar-10-batches-py"]
    batches = [f"data_batch_{n}" for n in range(1, 6)]
    assert names(tmp_path / "data/cifar-10-batches-py") == ["batches.meta", *batches, "test_batch"]
    assert names(tmp_path) == ["data", "mirror"]
    assert capsys.readouterr().out == ""


def test_an_archive_that_is_not_what_was_promised_leaves_nothing(tmp_path, mirror):
    (mirror / CIFAR10.filename).write_bytes(b"something else")
    with pytest.raises(DownloadFailed, match="not found or corrupted"):
        download("CIFAR10", tmp_path / "data")
    assert names(tmp_path / "data") == []


def test_an_archive_that_cannot_be_unpacked_leaves_nothing(tmp_path, mirror, monkeypatch):
    (mirror / CIFAR10.filename).write_bytes(b"no archive at all")
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(b"no archive at all").hexdigest())
    with pytest.raises(DownloadFailed):
        download("CIFAR10", tmp_path / "data")
    assert names(tmp_path / "data") == []


def test_an_archive_from_a_mirror_that_never_answers_is_given_up(tmp_path, silent_mirror, monkeypatch):
    monkeypatch.setattr(CIFAR10, "url", silent_mirror + CIFAR10.filename)
    start = time.monotonic()
    with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1"):
        download("CIFAR10", tmp_path / "data", timeout=0.3)
    assert time.monotonic() - start < 3
    assert not (tmp_path / "data").exists()
