"""Tar files, read with the webdataset library and with tarfile."""

from __future__ import annotations

import io
import tarfile

import numpy as np
import pytest
import webdataset as wds
from tests_support import write_shard

from synthgen import ClassLabel, DatasetInfo
from synthgen.export.shards import ShardCutter, Tally, plan_shards
from synthgen.export.webdataset import WebDatasetExporter, tar_member

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
"""The library leaves the files that it reads to the garbage collector."""

CLASSES = (ClassLabel(3, "drei ß"), ClassLabel(12, "twelve"))
Y = [0, 1, 1, 0, 1, 1, 1]


def exporter(**options):
    return WebDatasetExporter(WebDatasetExporter.Options(**options))


def images(*shape):
    return np.random.default_rng(0).integers(0, 256, (7, *shape), np.uint8)


def marked(batches, x, y=Y):
    return (batch._replace(real=batch.start < 3) for batch in batches.of(x, y))


def samples(files):
    return list(wds.WebDataset(str(files), shardshuffle=False).decode("pil"))


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_webdataset_reads_pixels_and_class_numbers_of_all_shards(tmp_path, batches, shape):
    x = images(*shape)
    info = DatasetInfo("noise", CLASSES, 7, 1, real=3, shards=2)
    cutter = ShardCutter(marked(batches, x), Tally.begin(2, None), None)
    for shard in plan_shards(7, 4):
        write_shard(exporter(), cutter.take(shard.count), info, tmp_path, shard)
    read = samples(tmp_path / "dataset-{000000..000001}.tar")
    assert [s["__key__"] for s in read] == ["0_real", "1_real", "2_real", "3", "4", "5", "6"]
    assert [s["cls"] for s in read] == [3, 12, 12, 3, 12, 12, 12]
    assert read[3]["json"] == {"label": 3, "class": "drei ß", "real": False}
    assert read[2]["json"] == {"label": 12, "class": "twelve", "real": True}
    for sample, image in zip(read, x, strict=True):  # the library gives grey images as RGB
        pixels = np.asarray(sample["png"])
        assert np.array_equal(pixels, image if image.ndim == 3 else np.stack([image] * 3, -1))


def test_unlabelled_samples_are_pictures_alone(tmp_path, batches):
    write_shard(exporter(), batches.of(images(2, 2), [0] * 7), DatasetInfo("n", (), 7, 1), tmp_path)
    (sample, *_) = samples(tmp_path / "dataset-000000.tar")
    assert {key for key in sample if not key.startswith("__")} == {"png"}


def test_unlabelled_originals_are_still_marked(tmp_path, batches):
    info = DatasetInfo("n", (), 7, 1, real=3)
    write_shard(exporter(), marked(batches, images(2, 2), [0] * 7), info, tmp_path)
    assert [s["json"]["real"] for s in samples(tmp_path / "dataset-000000.tar")] == [True] * 3 + [False] * 4


def test_metadata_is_left_out_if_not_wanted(tmp_path, batches):
    info = DatasetInfo("noise", CLASSES, 7, 1)
    write_shard(exporter(metadata=False), batches.of(images(2, 2), Y), info, tmp_path)
    assert "json" not in samples(tmp_path / "dataset-000000.tar")[0]


def test_members_have_no_time_and_no_owner(tmp_path, batches):
    write_shard(exporter(), batches.of(images(2, 2), Y), DatasetInfo("noise", CLASSES, 7, 1), tmp_path)
    with tarfile.open(tmp_path / "dataset-000000.tar") as archive:
        members = archive.getmembers()
    assert [m.name for m in members[:4]] == ["0.png", "0.cls", "0.json", "1.png"]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {(0, 0, 0, "", "", 0o644)}


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 70_000])
@pytest.mark.parametrize("name", ["0.png", "0" * 90 + "_real.json"])
def test_a_member_is_byte_for_byte_what_tarfile_writes(name, size):
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    header = tarfile.TarInfo(name)
    header.size = size
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(header, io.BytesIO(content))
    member = tar_member(name, content)
    assert whole.getvalue().startswith(member)
    assert not any(whole.getvalue()[len(member) :])


def test_a_name_too_long_for_a_header_is_refused():
    with pytest.raises(ValueError, match="does not fit a tar header"):
        tar_member("a" * 101, b"")


@pytest.mark.parametrize("count", [1, 5, 7])
def test_the_end_is_as_tarfile_writes_it(tmp_path, batches, count):
    """Whole records, and at least two blocks of zeros."""
    info = DatasetInfo("n", (), count, 1)
    write_shard(exporter(), batches.of(images(20, 20)[:count], [0] * count), info, tmp_path)
    content = (tmp_path / "dataset-000000.tar").read_bytes()
    assert len(content) % tarfile.RECORDSIZE == 0
    assert not any(content[-1024:])
