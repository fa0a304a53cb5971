"""Datasets that count with the real data: classes topped up, originals included."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests_support import arrays

from synthgen import ClassLabel, Dataset
from synthgen.errors import UsageError
from synthgen.export.dataset import export_dataset
from synthgen.export.npz import NpzExporter
from synthgen.export.originals import Originals
from synthgen.sampling import balancing_plan

CLASSES = tuple(ClassLabel(n, name) for n, name in ((4, "four"), (12, "twelve"), (7, "seven")))


def real_data(classes, n=30):
    x = np.random.default_rng(0).integers(0, 256, (n, 6, 5), np.uint8)
    return Dataset("real", x, np.arange(n, dtype=np.int64) % len(classes), classes)


def export(model, folder, originals, plan=None):
    exporter = NpzExporter(NpzExporter.Options())
    head = export_dataset(model, plan or model.plan(40), exporter, "npz", folder, originals=originals)
    return head, arrays(folder / "dataset.npz")


def test_originals_come_first_and_are_marked(make_model, tmp_path):
    model = make_model()
    dataset = real_data(model.classes)
    head, data = export(model, tmp_path / "out", Originals.of(dataset, "f"))
    assert (head["count"], head["real"], head["synthetic"]) == (70, 30, 40)
    assert np.array_equal(data["x"][:30], dataset.x)
    assert data["y"][:4].tolist() == [4, 12, 4, 12]
    assert data["real"].tolist() == [True] * 30 + [False] * 40
    assert np.array_equal(data["x"][30:], model.sample(40)[0])
    assert [entry["real"] for entry in head["classes"]] == [15, 15]
    assert sum(entry["count"] for entry in head["classes"]) == 70


def test_only_the_originals_of_wanted_classes_are_included(make_model, tmp_path):
    model = make_model()
    originals = Originals.of(real_data(model.classes), "f", classes=[1])
    head, data = export(model, tmp_path / "out", originals, model.plan(5, classes=["twelve"]))
    assert data["y"].tolist() == [12] * 20
    assert [entry["real"] for entry in head["classes"]] == [0, 15]


def test_the_card_warns_of_real_samples(make_model, tmp_path):
    model = make_model()
    export(model, tmp_path / "out", Originals.of(real_data(model.classes), "f"))
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "**40 of the 70 samples in this dataset are SYNTHETIC.**" in card
    assert "**The first 30 are REAL**" in card
    assert "| number | class | samples | of them real |" in card
    assert "| 4 | four |" in card


def test_a_dataset_without_originals_has_no_marks(make_model, tmp_path):
    head, data = export(make_model(), tmp_path / "out", None)
    assert "real" not in data
    assert head["real"] == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert "real" not in manifest["classes"][0]


def test_balancing_tops_every_class_up_to_the_largest():
    plan = balancing_plan(CLASSES, (10, 25, 3))
    assert plan.per_class == (15, 0, 22)
    assert plan.count == 37


def test_balancing_some_classes_leaves_the_others():
    assert balancing_plan(CLASSES, (10, 25, 3), ["seven"]).per_class == (0, 0, 22)


def test_balanced_classes_and_no_classes_are_refused():
    with pytest.raises(UsageError, match="nothing to balance"):
        balancing_plan(CLASSES, (10, 10, 10))
    with pytest.raises(UsageError, match="without labels"):
        balancing_plan((), ())
