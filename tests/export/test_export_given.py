"""Samples that were made at a number beside their class: every format says which."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from tests_support import arrays, tree

from synthgen import Dataset, DataSpec, Options
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.sources.npz import Npz
from synthgen.export.csv_file import CsvExporter
from synthgen.export.dataset import export_dataset
from synthgen.export.huggingface import HuggingFaceExporter
from synthgen.export.idx import IdxExporter
from synthgen.export.image_folder import ImageFolderExporter
from synthgen.export.npz import NpzExporter
from synthgen.export.originals import Originals
from synthgen.export.parquet import ParquetExporter
from synthgen.export.webdataset import WebDatasetExporter

FORMATS = {
    "npz": (NpzExporter, {}),
    "image_folder": (ImageFolderExporter, {}),
    "idx": (IdxExporter, {}),
    "idx gzip": (IdxExporter, {"gzip": True}),
    "csv": (CsvExporter, {}),
    "csv png": (CsvExporter, {"pixels": "png"}),
    "parquet": (ParquetExporter, {}),
    "parquet list": (ParquetExporter, {"pixels": "list"}),
    "webdataset": (WebDatasetExporter, {}),
    "huggingface": (HuggingFaceExporter, {}),
}
READ_BY_CARD = [name for name in FORMATS if name not in ("webdataset", "huggingface")]
CLASSES = ((4, "four"), (12, "twelve"))


@pytest.fixture(params=[CLASSES, ()], ids=["labels", "no labels"])
def real(request, make_model):
    """Forty real images, each given its heat and wind."""
    rng = np.random.default_rng(0)
    classes = make_model(classes=request.param).classes
    y = np.arange(40) % max(1, len(classes))
    given = {"heat": np.sort(rng.random(40)) / 3, "wind": rng.random(40) - 7}
    return Dataset("real", rng.integers(0, 256, (40, 6, 5), np.uint8), y, classes, given=given)


@pytest.fixture
def model(make_model, real):
    codec = ImageCodec(ImageCodec.Options()).fit(real)
    spec = DataSpec(shape=(1, 6, 5), conditions=codec.conditions(real), noise_dim=4)
    unconditioned = make_model(classes=[(label.number, label.name) for label in real.classes])
    generator = type(unconditioned.generator)(Options(), spec)
    return replace(unconditioned, generator=generator, codec=codec, spec=spec)


def export(model, folder, name, **settings):
    exporter, options = FORMATS[name]
    built = exporter(exporter.Options(**options))
    return export_dataset(model, model.plan(30), built, name.split()[0], folder, seed=3, **settings)


def wanted(model, name):
    """The numbers of the thirty samples, as the model streams them."""
    return np.concatenate([batch.given[name] for batch in model.stream(model.plan(30), 3)])


def test_a_stream_tells_real_numbers_that_go_with_the_class(model, real):
    batches = list(model.stream(model.plan(300), 3))
    assert sum(len(batch.given["heat"]) for batch in batches) == 300
    pairs = {*zip(real.y.tolist(), real.given["heat"].tolist(), real.given["wind"].tolist(), strict=True)}
    for batch in batches:
        assert {*zip(batch.y.tolist(), *(v.tolist() for v in batch.given.values()), strict=True)} <= pairs
    later = next(model.stream(model.plan(300), 3, start=290))
    assert later.given["wind"].tolist() == batches[-1].given["wind"][-10:].tolist()


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("name", READ_BY_CARD)
def test_the_reading_code_on_the_card_finds_the_numbers(model, tmp_path, monkeypatch, name, shards):
    head = export(model, tmp_path / "out", name, shard_size=-(-30 // shards))
    assert head["given"] == ["heat", "wind"]
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "Each is written with what it was made at: `heat`, `wind`." in card
    monkeypatch.chdir(tmp_path / "out")
    names = {}
    code = re.findall(r"```python\n(.*?)```", card, re.S)[-1].replace("PATH/OF/THIS/FOLDER", ".")
    exec(code, names)
    if name == "image_folder":
        names |= names["metadata"].sort_index(key=lambda files: files.str.split("/").str[-1])
    assert np.array_equal(names["heat"], wanted(model, "heat"))
    assert np.array_equal(names["wind"], wanted(model, "wind"))


def test_image_folders_metadata_has_file_class_and_numbers(model, tmp_path):
    export(model, tmp_path / "out", "image_folder")
    with (tmp_path / "out" / "metadata.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    heat = wanted(model, "heat")
    label = ["label"] if model.classes else []
    assert list(rows[0]) == ["file_name", *label, "heat", "wind"]
    assert [float(row["heat"]) for row in rows] == heat.tolist()
    assert all((tmp_path / "out" / row["file_name"]).is_file() for row in rows)
    if label:
        assert all(row["file_name"].startswith(row["label"] + "/") for row in rows)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # webdataset leaves files to the garbage collector
def test_webdataset_has_the_numbers_in_its_json(model, tmp_path, monkeypatch):
    export(model, tmp_path / "out", "webdataset")
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path / "out")
    names = {}
    exec(re.findall(r"```python\n(.*?)```", card, re.S)[-1], names)
    records = [sample[-1] for sample in names["data"]]
    assert [record["heat"] for record in records] == wanted(model, "heat").tolist()
    assert ("class" in records[0]) == bool(model.classes)


def test_hugging_face_reads_the_numbers_as_columns(model, tmp_path):
    datasets = pytest.importorskip("datasets")
    export(model, tmp_path / "out", "huggingface")
    data = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert data["heat"][:] == wanted(model, "heat").tolist()
    assert data.features["wind"].dtype == "float64"


@pytest.mark.parametrize("name", FORMATS)
def test_originals_come_with_the_numbers_that_they_were_recorded_with(model, real, tmp_path, name):
    originals = Originals.of(real, "f")
    export(model, tmp_path / "out", name, originals=originals, shard_size=17)
    if name == "npz":
        parts = [arrays(path) for path in sorted((tmp_path / "out").glob("*.npz"))]
        heat = np.concatenate([part["heat"] for part in parts])
        assert heat.tolist() == [*real.given["heat"], *wanted(model, "heat")]
        assert np.concatenate([part["real"] for part in parts]).tolist() == [True] * 40 + [False] * 30
    if name == "huggingface":
        lines = [p.read_text().splitlines() for p in sorted((tmp_path / "out").rglob("metadata.jsonl"))]
        rows = [json.loads(line) for part in lines for line in part]
        assert [row["wind"] for row in rows[:40]] == real.given["wind"].tolist()
    export(model, tmp_path / "again", name, originals=originals, shard_size=17)
    assert tree(tmp_path / "out") == tree(tmp_path / "again")


def test_originals_can_be_asked_for_by_their_number(model, real):
    value = float(real.given["heat"][7])
    found = Originals.of(real, "f").having((("heat", value),), model.codec)
    assert found.index.tolist() == [7]


def test_an_exported_archive_is_read_back_with_its_numbers(model, tmp_path):
    export(model, tmp_path / "out", "npz")
    options = Npz.Options(path=tmp_path / "out" / "dataset.npz", given=["heat", "wind"])
    dataset = Npz(options).load()
    assert dataset.classes == model.classes
    assert dataset.given["wind"].tolist() == wanted(model, "wind").tolist()


def test_without_numbers_nothing_is_said_of_them(make_model, tmp_path):
    for name in ("npz", "image_folder"):
        assert "given" not in export(make_model(), tmp_path / name, name)
        assert not (tmp_path / name / "metadata.csv").exists()
        assert "made at" not in (tmp_path / name / "README.md").read_text()
