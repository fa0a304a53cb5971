import zipfile

import numpy as np
import pytest
from tests_support import arrays, write_shard

from synthgen import ClassLabel, DatasetInfo, UnsupportedError
from synthgen.export.npz import NpzExporter
from synthgen.export.shards import ShardCutter, Tally, plan_shards

CLASSES = (ClassLabel(30, "drei ßig"), ClassLabel(-1, "other"))


def exporter(**options):
    return NpzExporter(NpzExporter.Options(**options))


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("shape", [(8, 6, 5), (8, 6, 5, 3)])
def test_numpy_reads_samples_numbers_and_classes(tmp_path, batches, shape, compress):
    x = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    y = np.array([0, 1, 1, 0, 1, 1, 1, 0])
    write_shard(exporter(compress=compress), batches.of(x, y), DatasetInfo("noise", CLASSES, 8, 1), tmp_path)
    with np.load(tmp_path / "dataset.npz", allow_pickle=False) as data:
        assert np.array_equal(data["x"], x)
        assert data["x"].dtype == np.uint8
        assert np.array_equal(data["y"], np.where(y == 0, 30, -1))
        assert data["y"].dtype == data["numbers"].dtype == np.int64
        assert data["classes"].tolist() == ["drei ßig", "other"]
        assert data["numbers"].tolist() == [30, -1]


def test_unlabelled_samples_have_no_labels(tmp_path, batches):
    write_shard(
        exporter(), batches.of(np.ones((5, 2, 2), np.uint8), [0] * 5), DatasetInfo("n", (), 5, 1), tmp_path
    )
    with np.load(tmp_path / "dataset.npz") as data:
        assert data.files == ["x"]
        assert data["x"].shape == (5, 2, 2)


def test_rows_of_a_transposed_array_are_written_in_their_order(tmp_path, batches):
    x = np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(0, 2, 1)
    write_shard(exporter(), batches.of(x, [0, 0]), DatasetInfo("n", (), 2, 1), tmp_path)
    assert np.array_equal(arrays(tmp_path / "dataset.npz")["x"], x)


def test_the_file_does_not_know_the_time_of_day(tmp_path, batches):
    write_shard(
        exporter(),
        batches.of(np.ones((5, 2, 2), np.uint8), [0] * 5),
        DatasetInfo("n", CLASSES, 5, 1),
        tmp_path,
    )
    members = zipfile.ZipFile(tmp_path / "dataset.npz").infolist()
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}


def test_samples_are_written_as_they_come(tmp_path, batches):
    x = np.random.default_rng(0).integers(0, 256, (10, 100, 100), np.uint8)
    sizes = []

    def watched():
        for batch in batches.of(x, [0] * 10, size=2):
            sizes.append((tmp_path / "dataset.npz").stat().st_size)
            yield batch

    write_shard(exporter(), watched(), DatasetInfo("n", (), 10, 1), tmp_path)
    assert len(sizes) == 5
    assert sizes[-1] >= 60_000


def test_objects_are_refused(tmp_path, batches):
    x = np.array([[object()]])
    with pytest.raises(UnsupportedError, match="not of Python objects"):
        write_shard(exporter(), batches.of(x, [0]), DatasetInfo("n", (), 1, 1), tmp_path)


def test_shards_are_files_of_their_own_and_real_samples_are_marked(tmp_path, batches):
    x = np.arange(7, dtype=np.uint8)[:, None, None].repeat(2, 1)
    info = DatasetInfo("n", CLASSES, 7, 1, real=3, shards=2)
    real = (batch._replace(real=batch.start < 3) for batch in batches.of(x, [0, 1, 0, 1, 0, 1, 0]))
    cutter = ShardCutter(real, Tally.begin(2, None), None)
    for shard in plan_shards(7, 5):
        write_shard(exporter(), cutter.take(shard.count), info, tmp_path, shard)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "dataset-00000-of-00002.npz",
        "dataset-00001-of-00002.npz",
    ]
    parts = [arrays(path) for path in sorted(tmp_path.iterdir())]
    assert [len(part["x"]) for part in parts] == [5, 2]
    assert np.array_equal(np.concatenate([part["x"] for part in parts]), x)
    assert np.concatenate([part["real"] for part in parts]).tolist() == [True] * 3 + [False] * 4
