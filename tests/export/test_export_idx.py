"""IDX files, read by torchvision, by our own source and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests_support import write_shard
from torchvision.datasets import MNIST
from torchvision.datasets.mnist import read_image_file, read_label_file

from synthgen import ClassLabel, DatasetInfo, UnsupportedError
from synthgen.data.sources.idx import Idx
from synthgen.data.sources.idx_files import read_idx
from synthgen.export.idx import IdxExporter

CLASSES = (ClassLabel(3, "three"), ClassLabel(9, "nine"))
Y = [0, 1, 1, 0, 1, 1, 1]
NUMBERS = [3, 9, 9, 3, 9, 9, 9]


def exporter(**options):
    return IdxExporter(IdxExporter.Options(**options))


def images(*shape):
    return np.random.default_rng(0).integers(0, 256, (7, *shape), np.uint8)


def test_torchvision_reads_images_and_labels(tmp_path, batches):
    x = images(6, 5)
    write_shard(exporter(), batches.of(x, Y), DatasetInfo("noise", CLASSES, 7, 1), tmp_path)
    assert np.array_equal(read_image_file(str(tmp_path / "train-images-idx3-ubyte")).numpy(), x)
    assert read_label_file(str(tmp_path / "train-labels-idx1-ubyte")).tolist() == NUMBERS
    assert len(list(tmp_path.iterdir())) == 2


def test_torchvisions_mnist_takes_two_datasets_for_its_own(tmp_path, batches):
    raw = tmp_path / "MNIST" / "raw"
    x = images(28, 28)
    for prefix, part in (("train", slice(0, 7)), ("t10k", slice(2, 5))):
        info = DatasetInfo("noise", CLASSES, len(x[part]), 1)
        write_shard(exporter(prefix=prefix), batches.of(x[part], Y[part]), info, raw)
    train, test = MNIST(tmp_path), MNIST(tmp_path, train=False)
    assert np.array_equal(train.data.numpy(), x)
    assert train.targets.tolist() == NUMBERS
    assert np.array_equal(test.data.numpy(), x[2:5])


@pytest.mark.parametrize("gzip", [False, True])
@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_our_own_source_reads_them(tmp_path, batches, shape, gzip):
    x = images(*shape)
    write_shard(exporter(gzip=gzip), batches.of(x, Y), DatasetInfo("noise", CLASSES, 7, 1), tmp_path)
    end = "ubyte.gz" if gzip else "ubyte"
    files = {
        "images": tmp_path / f"train-images-idx{1 + len(shape)}-{end}",
        "labels": tmp_path / f"train-labels-idx1-{end}",
    }
    data = Idx(Idx.Options(**files)).load()
    assert np.array_equal(data.x, x)
    assert [data.classes[y].number for y in data.y] == NUMBERS


@pytest.mark.parametrize("number", [256, -1, 2**31 - 1])
def test_class_numbers_that_do_not_fit_a_byte_are_written_as_32_bits(tmp_path, batches, number):
    classes = (ClassLabel(3, "three"), ClassLabel(number, "other"))
    write_shard(exporter(), batches.of(images(2, 2), Y), DatasetInfo("noise", classes, 7, 1), tmp_path)
    labels = read_idx(tmp_path / "train-labels-idx1-int")
    assert labels.dtype == ">i4"
    assert labels.tolist() == [number if y else 3 for y in Y]


def test_class_numbers_beyond_32_bits_are_refused(tmp_path, batches):
    info = DatasetInfo("noise", (ClassLabel(1, "a"), ClassLabel(-(2**31) - 1, "b")), 7, 1)
    with pytest.raises(UnsupportedError, match="at most 32 bits, not -2147483649"):
        write_shard(exporter(), batches.of(images(2, 2), Y), info, tmp_path)


def test_originals_are_marked_in_a_file_of_their_own(tmp_path, batches):
    marked = (batch._replace(real=batch.start < 3) for batch in batches.of(images(2, 2), Y))
    write_shard(exporter(), marked, DatasetInfo("noise", CLASSES, 7, 1, real=3), tmp_path)
    assert read_idx(tmp_path / "train-real-idx1-ubyte").tolist() == [1, 1, 1, 0, 0, 0, 0]


def test_unlabelled_samples_have_no_file_of_labels(tmp_path, batches):
    write_shard(exporter(), batches.of(images(2, 2), [0] * 7), DatasetInfo("noise", (), 7, 1), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["train-images-idx3-ubyte"]


@pytest.mark.parametrize("prefix", ["", "a/b", "..", "a.b"])
def test_a_prefix_that_is_no_part_of_a_file_name_is_refused(prefix):
    with pytest.raises(ValueError, match="prefix"):
        exporter(prefix=prefix)
