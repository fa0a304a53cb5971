"""The Hugging Face format, read with the `datasets` library, offline."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import yaml
from tests_support import write_shard

from synthgen import ClassLabel, Dataset, DatasetInfo
from synthgen.export.dataset import export_dataset
from synthgen.export.huggingface import HuggingFaceExporter
from synthgen.export.originals import Originals

EXPORTER = HuggingFaceExporter(HuggingFaceExporter.Options())
CLASSES = ((4, "07"), (12, "NA"), (2, "ß: x"))


@pytest.fixture
def load(tmp_path, monkeypatch):
    """`datasets.load_dataset`, with a cache of its own and no network."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return datasets.load_dataset


def export(model, folder, **settings):
    """Export 20 samples; returns them, and their classes' numbers."""
    export_dataset(model, model.plan(20), EXPORTER, "huggingface", folder, seed=3, **settings)
    return model.sample(20, seed=3)


def pixels(data):
    return np.stack([np.asarray(image) for image in data["image"]])


@pytest.mark.parametrize("channels", [1, 3])
def test_load_dataset_gives_the_pixels_and_labels_with_the_names_of_the_classes(
    make_model, tmp_path, load, channels
):
    model = make_model(classes=CLASSES, channels=channels)
    x, y = export(model, tmp_path / "out")
    splits = load(str(tmp_path / "out"))
    assert list(splits) == ["train"]
    data = splits["train"]
    assert data.column_names == ["image", "sample", "label"]
    assert np.array_equal(pixels(data), x)
    assert data.features["label"].names == ["07", "NA", "ß: x"]
    assert [CLASSES[label][0] for label in data["label"]] == y.tolist()


def test_the_reading_code_on_the_card_puts_shards_in_order_and_originals_are_marked(
    make_model, tmp_path, load
):
    model = make_model(classes=CLASSES)
    real = Dataset(
        "r", np.zeros((5, 6, 5), np.uint8), np.array([0, 1, 2, 2, 2]), tuple(ClassLabel(*c) for c in CLASSES)
    )
    x, _ = export(model, tmp_path / "out", originals=Originals.of(real, "f"), shard_size=7)
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", card, re.S)[-1]
    names = {}
    exec(code.replace("PATH/OF/THIS/FOLDER", (tmp_path / "out").as_posix()), names)
    data = names["data"]
    assert data["sample"][:] == list(range(25))
    assert data["real"][:] == [True] * 5 + [False] * 20
    assert data["label"][:5] == [0, 1, 2, 2, 2]
    assert np.array_equal(pixels(data)[5:], x)
    assert len(list((tmp_path / "out" / "data" / "train").iterdir())) == 4


def test_without_the_card_a_label_is_the_name_of_its_class(make_model, tmp_path, load):
    model = make_model(classes=CLASSES)
    _, y = export(model, tmp_path / "out")
    data = load("imagefolder", data_dir=str(tmp_path / "out" / "data"), split="train")
    names = dict(CLASSES)
    assert data["label"][:] == [names[number] for number in y.tolist()]


def test_unlabelled_samples_have_no_labels(make_model, tmp_path, load):
    x, _ = export(make_model(classes=()), tmp_path / "out")
    data = load(str(tmp_path / "out"), split="train")
    assert data.column_names == ["image", "sample"]
    assert np.array_equal(pixels(data), x)


def test_the_metadata_is_a_line_a_picture(tmp_path, batches):
    info = DatasetInfo("n", (ClassLabel(7, "007"),), 12, 2)
    write_shard(EXPORTER, batches.of(np.zeros((12, 2, 2), np.uint8), [0] * 12), info, tmp_path)
    train = tmp_path / "data" / "train"
    rows = [json.loads(line) for line in (train / "metadata.jsonl").read_text("utf-8").splitlines()]
    assert rows[3] == {"file_name": "03.png", "sample": 3, "label": "007"}
    assert {row["file_name"] for row in rows} == {p.name for p in train.glob("*.png")}
    assert len(rows) == 12


@pytest.mark.parametrize(
    ("count", "size"), [(999, "n<1K"), (1_000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**7, "n>10M")]
)
def test_the_card_begins_with_what_the_hub_reads(count, size):
    head = EXPORTER.front_matter(DatasetInfo("mnist", (ClassLabel(7, "no"),), count, 8))
    assert yaml.safe_load(yaml.safe_dump(head)) == head
    assert head["size_categories"] == [size]
    assert head["tags"] == ["synthetic"]
    assert head["task_categories"] == ["image-classification"]
    assert head["dataset_info"]["features"][-1] == {
        "name": "label",
        "dtype": {"class_label": {"names": {"0": "no"}}},
    }


def test_the_pretty_name_does_not_call_real_samples_synthetic():
    assert EXPORTER.front_matter(DatasetInfo("mnist", (), 9, 1))["pretty_name"] == "Synthetic mnist"
    head = EXPORTER.front_matter(DatasetInfo("mnist", (), 9, 1, real=3))
    assert head["pretty_name"] == "mnist, real and synthetic"
