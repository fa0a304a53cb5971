"""What holds for every format: same bytes, whole manifest, bounded memory, going on, reading code that runs."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest
from tests_support import tree, write_shard

from synthgen import ClassLabel, Dataset, DatasetInfo, SampleBatch, UnsupportedError
from synthgen.export.csv_file import CsvExporter
from synthgen.export.dataset import export_dataset
from synthgen.export.huggingface import HuggingFaceExporter
from synthgen.export.idx import IdxExporter
from synthgen.export.originals import Originals
from synthgen.export.parquet import ParquetExporter
from synthgen.export.verify import verify_dataset
from synthgen.export.webdataset import WebDatasetExporter

FORMATS = {
    "idx": (IdxExporter, {}),
    "idx gzip": (IdxExporter, {"gzip": True}),
    "csv": (CsvExporter, {}),
    "csv png": (CsvExporter, {"pixels": "png"}),
    "parquet": (ParquetExporter, {}),
    "parquet list": (ParquetExporter, {"pixels": "list"}),
    "parquet png": (ParquetExporter, {"pixels": "png"}),
    "webdataset": (WebDatasetExporter, {}),
    "huggingface": (HuggingFaceExporter, {}),
}


def build(name):
    exporter, options = FORMATS[name]
    return exporter(exporter.Options(**options))


def originals(model, n=5):
    x = np.random.default_rng(1).integers(0, 256, (n, 6, 5), np.uint8)
    y = np.arange(n, dtype=np.int64) % max(1, len(model.classes))
    return Originals.of(Dataset("real", x, y, model.classes), "f")


def export(model, folder, name, exporter=None, **settings):
    return export_dataset(
        model, model.plan(30), exporter or build(name), name.split()[0], folder, seed=3, **settings
    )


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_dataset_is_the_same_bytes_and_verifies(make_model, tmp_path, name):
    model = make_model()
    for copy in ("a", "b"):
        export(model, tmp_path / copy, name, originals=originals(model), shard_size=20)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert verify_dataset(tmp_path / "a") == []


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_that_went_on_is_the_same_bytes(make_model, tmp_path, name, monkeypatch):
    model = make_model()
    export(model, tmp_path / "whole", name, shard_size=12)
    exporter = build(name)
    write = exporter.write

    def stopped(batches, info, shard, folder):
        write(batches, info, shard, folder)
        if shard.index == 1:
            raise KeyboardInterrupt

    exporter.write = stopped
    with pytest.raises(KeyboardInterrupt):
        export(model, tmp_path / "out", name, exporter, shard_size=12)
    export(model, tmp_path / "out", name, shard_size=12)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # webdataset leaves files to the garbage collector
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("classes", [((4, "four"), (12, "12")), ()], ids=["labels", "no labels"])
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "huggingface"])
def test_the_reading_code_on_the_card_runs(make_model, tmp_path, monkeypatch, name, classes, shards):
    model = make_model(classes=classes)
    export(model, tmp_path / "out", name, shard_size=-(-30 // shards))
    monkeypatch.chdir(tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    names = {}
    exec(re.findall(r"```python\n(.*?)```", card, re.S)[-1], names)
    x, y = model.sample(30, seed=3)
    if name == "webdataset":
        read = list(names["data"])
        names["x"] = np.stack([np.asarray(sample[0].convert("L")) for sample in read])
        names["y"] = [sample[-1] for sample in read]
    assert np.array_equal(names["x"], x)
    assert not classes or np.array_equal(names["y"], y)


@pytest.mark.parametrize("name", FORMATS)
def test_samples_are_on_disk_before_the_last_one_comes(tmp_path, name, monkeypatch):
    monkeypatch.setattr("synthgen.export.parquet.ROW_GROUP_BYTES", 20_000)
    rng = np.random.default_rng(0)
    sizes = []

    def watched():  # wide enough to be noticed behind a file's buffer
        for start in range(0, 400, 40):
            sizes.append(sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()))
            yield SampleBatch(rng.integers(0, 256, (40, 20, 20), np.uint8), np.zeros(40, np.int64), start)

    write_shard(build(name), watched(), DatasetInfo("noise", (ClassLabel(0, "a"),), 400, 3), tmp_path)
    assert len(sizes) == 10
    assert sizes[-1] >= 100_000


@pytest.mark.parametrize("x", [np.zeros((2, 3, 3), np.int32), np.zeros((2, 3, 3, 4), np.uint8)])
@pytest.mark.parametrize("name", FORMATS)
def test_what_is_no_grey_or_rgb_image_is_refused(tmp_path, batches, name, x):
    with pytest.raises(UnsupportedError, match=f"'{name.split()[0]}' writes uint8 images"):
        write_shard(build(name), batches.of(x, [0, 0]), DatasetInfo("noise", (), 2, 1), tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_no_file_holds_the_name_of_the_folder(make_model, tmp_path, name):
    model = make_model()
    export(model, tmp_path / "conspicuous_folder", name)
    assert not [n for n, data in tree(tmp_path).items() if b"conspicuous_folder" in data]
    assert os.listdir(tmp_path) == ["conspicuous_folder"]  # noqa: PTH208
