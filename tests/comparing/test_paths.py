"""Datasets from wherever they are: every format that synthgen writes is read again, and what others write."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pandas as pd
import pytest
from digits_run import digits_run, exported, table_run
from tests_support import run

from synthgen.comparing.paths import read_path
from synthgen.errors import DataError, UsageError
from synthgen.export.images import png

SIGNALS = """\
name: waves
data: {{name: npz, path: "{data}"}}
latent: {{dim: 4}}
generator: {{name: mlp, width: 8}}
discriminator: {{name: mlp, width: 8}}
train: {{steps: 2, batch_size: 8, device: cpu, precision: fp32}}
export: null
report: none
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def digits(folder, registry):
    return digits_run(folder, registry)


@pytest.fixture(scope="module")
def rows(folder, registry):
    return table_run(folder, registry)


@pytest.fixture(scope="module")
def signals(folder, registry):
    rng = np.random.default_rng(0)
    np.savez(folder / "waves.npz", x=rng.normal(size=(20, 12)).astype("f4"), y=np.tile([7, 2], 10))
    (folder / "waves.yaml").write_text(SIGNALS.format(data=(folder / "waves.npz").as_posix()))
    return run(folder / "waves.yaml", folder / "waves", registry)


@pytest.mark.parametrize(
    "section",
    [
        {"format": "npz"},
        {"format": "idx"},
        {"format": "image_folder"},
        {"format": "huggingface"},
        {"format": "webdataset"},
        {"format": "csv"},
        {"format": "csv", "pixels": "png"},
        {"format": "parquet"},
        {"format": "parquet", "pixels": "list"},
        {"format": "parquet", "pixels": "png"},
    ],
    ids=lambda section: "-".join(section.values()),
)
def test_images_of_every_format_are_read_as_they_were_sampled(digits, tmp_path, registry, section):
    synthesizer, found = exported(digits, tmp_path / "out", registry, **section)
    x, y = synthesizer.sample(25, seed=3)
    numbers = np.array([label.number for label in found.classes])[found.y]
    order = np.argsort(y, kind="stable") if section["format"] == "image_folder" else np.arange(25)
    if section["format"] == "image_folder":  # by folder, which sort by name
        order = np.concatenate([np.flatnonzero(y == number) for number in sorted(set(y.tolist()))])
    assert found.kind == "images"
    assert found.classes == synthesizer.classes
    assert np.array_equal(found.x, x[order])
    assert np.array_equal(numbers, y[order])


@pytest.mark.parametrize("format_", ["npz", "csv", "parquet"])
def test_signals_of_every_format_are_read_as_they_were_sampled(signals, tmp_path, registry, format_):
    synthesizer, found = exported(signals, tmp_path / "out", registry, format=format_)
    x, y = synthesizer.sample(25, seed=3)
    assert found.kind == "signals"
    assert found.x.dtype == x.dtype
    assert np.array_equal(found.x, x)
    assert [found.classes[i].number for i in found.y] == y.tolist()


@pytest.mark.parametrize("format_", ["csv", "parquet"])
@pytest.mark.parametrize("shards", [20, 1000])
def test_tables_of_every_format_are_read_as_they_were_sampled(rows, tmp_path, registry, format_, shards):
    synthesizer, found = exported(rows, tmp_path / "out", registry, format=format_, shard_size=shards)
    x, _ = synthesizer.sample(25, seed=3)
    assert found.target == "kind"
    pd.testing.assert_frame_equal(found.x, x, check_dtype=False)
    if shards == 1000:  # the file in the folder is the dataset, too, without the real rows in it
        assert len(read_path(tmp_path / "out" / f"dataset.{format_}", registry)) == 25


def test_what_a_dataset_lacks_is_told(digits, tmp_path, registry):
    exported(digits, tmp_path / "out", registry, format="npz")
    manifest = tmp_path / "out" / "manifest.json"
    head = json.loads(manifest.read_text())
    (tmp_path / "out" / "dataset-00001-of-00004.npz").unlink()
    with pytest.raises(DataError, match=r"dataset-00001-of-00004\.npz: is missing"):
        read_path(tmp_path / "out", registry)
    manifest.write_text(json.dumps(head | {"format": {"name": "zarr"}}))
    with pytest.raises(DataError, match="in the format zarr, which only its plugin knows"):
        read_path(tmp_path / "out", registry)
    manifest.write_text(json.dumps(head | {"classes": [{}]}))
    with pytest.raises(DataError, match=r"manifest\.json: is not what synthgen writes"):
        read_path(tmp_path / "out", registry)


# --------------------------------------------------------------------------------------------------- paths


def test_a_folder_of_tables_is_one_table(tmp_path, registry):
    for name, value in (("b", 2), ("a", 1)):
        (tmp_path / f"{name}.csv").write_text(f"n,m\n{value},x\n")
    assert read_path(tmp_path, registry).x["n"].tolist() == [1, 2]
    assert read_path(f"{tmp_path}/*.csv", registry).x["n"].tolist() == [1, 2]


def test_what_lies_beside_tables_is_no_table(tmp_path, registry):
    (tmp_path / "a.csv").write_text("n,m\n1,x\n")
    (tmp_path / "README.txt").write_text("Rows,made\nby,me\n")
    assert read_path(tmp_path, registry).x["n"].tolist() == [1]
    (tmp_path / "b.tsv").write_text("n\tm\n1\tx\n")
    with pytest.raises(UsageError, match=r"holds files \*\.csv and \*\.tsv; name those of one kind"):
        read_path(tmp_path, registry)


def test_options_of_sources_reach_those_that_have_them(tmp_path, registry):
    (tmp_path / "a.tsv").write_text("n;m\n1;?\n2;x\n")
    found = read_path(tmp_path / "a.tsv", registry, settings=["separator=';'", "missing=['?']", "size=8"])
    assert found.x["m"].isna().tolist() == [True, False]


def test_how_a_run_reads_its_data_holds_for_other_data_of_that_kind(tmp_path, registry):
    (tmp_path / "a.csv").write_text("1;?;p\n2;x;q\n")
    like = {
        "name": "csv",
        "header": False,
        "separator": ";",
        "missing": ["?"],
        "target": "column_9",
        "limit": 1,
    }
    found = read_path(tmp_path / "a.csv", registry, like=like)
    assert found.x["column_1"].isna().tolist() == [True, False]


def tar(path, members):
    with tarfile.open(path, "w") as file:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return path


def picture(value, shape=(8, 8)):
    return png(np.full(shape, value, np.uint8), 1)


def test_tar_files_of_others_are_read(tmp_path, registry):
    tar(tmp_path / "b.tar", {"x/2.jpg.txt": b"?", "x/2.png": picture(2, (8, 8, 3)), "x/2.cls": b"dog\n"})
    tar(tmp_path / "a.tar", {"1.cls": b"cat", "1.png": picture(1), "1.json": b'{"class": "Cat"}'})
    found = read_path(tmp_path, registry)
    assert found.x[:, 0, 0].tolist() == [[1, 1, 1], [2, 2, 2]]
    assert [found.classes[y].name for y in found.y] == ["Cat", "dog"]
    assert read_path(tar(tmp_path / "c.tar", {"1.png": picture(1)}), registry).classes == ()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.txt": b""}, "no pictures in it"),
        ({"1.png": picture(1), "2.png": picture(2, (9, 8))}, "1 is 8×8, 2 is 9×8"),
        ({"1.png": picture(1), "1.cls": b"0", "2.png": picture(2)}, "2 has no label, others have"),
        ({"1.png": b"no picture"}, "the picture 1 cannot be read"),
        ({"1.png": picture(1), "1.json": b"{"}, "what 1 says of its label cannot be read"),
    ],
)
def test_tar_files_that_are_no_data_are_told(members, message, tmp_path, registry):
    with pytest.raises(DataError, match=rf"a\.tar: .*{message}"):
        read_path(tar(tmp_path / "a.tar", members), registry)


def test_a_tar_file_that_is_cut_short_is_told(tmp_path, registry):
    whole = tar(tmp_path / "a.tar", {f"{i}.png": picture(i) for i in range(99)}).read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[:3000])
    with pytest.raises(DataError, match=r"a\.tar: cannot be read, cut short or corrupt"):
        read_path(tmp_path / "a.tar", registry)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone.csv", "--real gone.csv: there is no such file, nor in the folder SYNTHGEN_DATA"),
        ("gone", "--real gone: there is no such folder, file or source"),
        ("imge_folder", r"--real imge_folder: .* Did you mean image_folder"),
        ("npz", "--real npz: this source needs path"),
    ],
)
def test_a_path_where_nothing_is_is_told(path, message, registry):
    with pytest.raises(UsageError, match=message):
        read_path(path, registry)


def test_folders_that_are_no_data_are_told(tmp_path, registry, digits):
    with pytest.raises(DataError, match="no class folders in it"):
        read_path(tmp_path, registry)
    with pytest.raises(UsageError, match=r"--real .* is the folder of a run"):
        read_path(digits.path, registry)
    with pytest.raises(UsageError, match="this run has exported no dataset; make one: synthgen export"):
        read_path(digits.path, registry, option="--synthetic")
    (tmp_path / "no.bin").write_text("words")
    with pytest.raises(UsageError, match=r"--real .*no\.bin: not a kind of file that a source reads"):
        read_path(tmp_path / "no.bin", registry)
