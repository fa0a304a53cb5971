import gzip

import numpy as np
import pytest

from synthgen import DataError
from synthgen.data.sources.idx_files import read_idx, read_labelled_images

from ..helpers import idx_bytes

IMAGES = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)


def test_an_idx_file_is_read_plain_and_gzipped_whatever_its_name(tmp_path):
    (tmp_path / "plain").write_bytes(idx_bytes(IMAGES))
    (tmp_path / "plain.gz").write_bytes(idx_bytes(IMAGES))
    for name in ("zipped.gz", "zipped"):
        (tmp_path / name).write_bytes(gzip.compress(idx_bytes(IMAGES)))
    for name in ("plain", "plain.gz", "zipped.gz", "zipped"):
        array = read_idx(tmp_path / name)
        assert np.array_equal(array, IMAGES)
        assert array.flags.writeable


def test_values_wider_than_a_byte_are_big_endian(tmp_path):
    (tmp_path / "shorts").write_bytes(bytes([0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 0, 0xFF, 0xFF]))
    assert read_idx(tmp_path / "shorts").tolist() == [256, -1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty", b"", "not an IDX file"),
        ("text", b"hello world", "not an IDX file"),
        ("no-axes", bytes([0, 0, 8, 0]), "not an IDX file"),
        ("header", idx_bytes(IMAGES)[:9], "cut short within its header"),
        ("short", idx_bytes(IMAGES)[:-1], "39 bytes where its header announces 40"),
        ("long", idx_bytes(IMAGES) + b"x", "41 bytes where its header announces 40"),
        ("short.gz", gzip.compress(idx_bytes(IMAGES))[:-9], "cut short or corrupt"),
        ("bad.gz", gzip.compress(idx_bytes(IMAGES))[:12] + b"\xff" * 30, "corrupt"),
        ("axes", bytes([0, 0, 8, 70]) + bytes(4 * 70), "not an IDX file, or corrupt .*64"),
        ("bomb", gzip.compress(idx_bytes(IMAGES)[:4] + b"\xff" * 12), "announces 79,228,162,"),
    ],
)
def test_a_file_that_is_cut_short_or_no_idx_file_is_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=f"{name}: .*{message}"):
        read_idx(tmp_path / name)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES[0], np.zeros(4), r"images: holds uint8 \(3, 2\); images must be"),
        (IMAGES, np.zeros((4, 1)), r"labels: holds uint8 \(4, 1\); labels must be"),
        (IMAGES, np.zeros(3), "labels: 3 labels for the 4 images"),
        (IMAGES, np.array([0, 1, 2, 3]), "labels: label 3 is out of range, 0 to 2"),
    ],
)
def test_images_and_labels_that_do_not_belong_together_are_refused(tmp_path, images, labels, message):
    (tmp_path / "images").write_bytes(idx_bytes(images))
    (tmp_path / "labels").write_bytes(idx_bytes(labels))
    with pytest.raises(DataError, match=message):
        read_labelled_images(tmp_path / "images", tmp_path / "labels", n_classes=3)
