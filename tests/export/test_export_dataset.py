import hashlib
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from synthgen import Exporter, Options
from synthgen.errors import PluginError, SynthgenError, UsageError
from synthgen.export.dataset import export_dataset
from synthgen.export.image_folder import ImageFolderExporter
from synthgen.export.npz import NpzExporter

EXPORTERS = {
    "image_folder": ImageFolderExporter(ImageFolderExporter.Options()),
    "npz": NpzExporter(NpzExporter.Options()),
}


def export(
    model, folder, format_="npz", *, seed=3, progress=None, exporter=None, originals=None, size=None, **plan
):
    plan = model.plan(**(plan or {"count": 30}))
    chosen = exporter or EXPORTERS[format_]
    return export_dataset(
        model,
        plan,
        chosen,
        format_,
        folder,
        seed=seed,
        progress=progress,
        originals=originals,
        shard_size=size,
    )


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("format_", EXPORTERS)
def test_the_same_seed_gives_the_same_bytes_of_every_file(make_model, tmp_path, format_):
    export(make_model(), tmp_path / "a", format_)
    export(make_model(), tmp_path / "b", format_)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    export(make_model(), tmp_path / "c", format_, seed=4)
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


@pytest.mark.parametrize("format_", EXPORTERS)
def test_the_manifest_lists_every_other_file_with_its_sum_and_size(make_model, tmp_path, format_):
    head = export(make_model(), tmp_path / "out", format_)
    files = contents(tmp_path / "out")
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest.pop("files") == {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
    }
    assert manifest == json.loads(json.dumps(head))
    assert len(files) == {"npz": 2, "image_folder": 31}[format_]


def test_the_manifest_says_what_the_dataset_is_and_where_it_comes_from(make_model, tmp_path):
    model = make_model()
    head = export(model, tmp_path / "out", "image_folder", per_class={"four": 2, "twelve": 5})
    assert head["data"]["name"] == "digits"
    assert head["data"]["notes"] == ["MNIST was not there"]
    assert head["classes"] == [
        {"number": 4, "name": "four", "count": 2, "folder": "four"},
        {"number": 12, "name": "twelve", "count": 5, "folder": "twelve"},
    ]
    assert (head["count"], head["shape"], head["seed"]) == (7, [6, 5], 3)
    assert head["model_hash"] == model.model_hash
    assert head["format"] == {"name": "image_folder", "options": {"compress_level": 1}}


def test_the_samples_in_the_dataset_are_those_that_the_model_samples(make_model, tmp_path):
    model = make_model(channels=3)
    export(model, tmp_path / "out", count=300)
    x, y = model.sample(300, seed=3)
    data = np.load(tmp_path / "out" / "dataset.npz")
    assert np.array_equal(data["x"], x)
    assert np.array_equal(data["y"], y)


def test_the_card_says_synthetic_of_what_and_counts(make_model, tmp_path):
    model = make_model()
    export(model, tmp_path / "out", "image_folder", per_class=4)
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert card.startswith(
        "# Synthetic digits\n\n**Every one of the 8 samples in this dataset is SYNTHETIC.**"
    )
    assert "> **Note:** MNIST was not there" in card
    assert "| 12 | twelve | 4 | `twelve` |" in card
    assert "- recipe: tiny_cgan\n- training steps: 70\n" in card
    assert model.model_hash in card
    assert "ImageFolder(" in card


@pytest.mark.parametrize(
    "plan",
    [
        {"count": 20},
        {"count": 20, "classes": ["twelve"]},
        {"per_class": 5},
        {"per_class": {"four": 2, 12: 7}},
    ],
)
def test_the_call_on_the_card_makes_the_same_samples_again(make_model, tmp_path, plan):
    model = make_model()
    export(model, tmp_path / "out", **plan)
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    arguments = re.search(r"\.sample\((.*)\)", card)[1]
    x, y = eval(f"model.sample({arguments})", {"model": model})
    data = np.load(tmp_path / "out" / "dataset.npz")
    assert np.array_equal(data["x"], x)
    assert np.array_equal(data["y"], y)


def test_the_reading_code_on_the_card_runs(make_model, tmp_path, monkeypatch):
    export(make_model(), tmp_path / "npz")
    export(make_model(), tmp_path / "image_folder", "image_folder")
    for format_ in EXPORTERS:
        monkeypatch.chdir(tmp_path / format_)
        card = (tmp_path / format_ / "README.md").read_text("utf-8")
        code = re.findall(r"```python\n(.*?)```", card, re.S)[-1]
        names = {}
        exec(code.replace("PATH/OF/THIS/FOLDER", "."), names)
        assert len(names["x"] if format_ == "npz" else names["data"]) == 30


def test_a_model_without_labels_exports_without_labels(make_model, tmp_path):
    head = export(make_model(classes=()), tmp_path / "out", "image_folder", count=3)
    assert head["classes"] == []
    assert (tmp_path / "out" / "unlabelled" / "2.png").is_file()
    assert "No labels." in (tmp_path / "out" / "README.md").read_text("utf-8")


def test_progress_is_told_in_samples(make_model, tmp_path):
    told = []
    export(make_model(), tmp_path / "out", progress=told.append, count=600)
    assert told == [0, 256, 256, 88]


class Odd(Exporter):
    """Does what a test says."""

    def __init__(self, act):
        super().__init__(Options())
        self.act = act

    def write(self, batches, info, shard, folder):
        folder.write(f"half-{shard.index}", b"")
        self.act(batches)


def interrupt(batches):
    raise KeyboardInterrupt


def fill_disk(batches):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda batches: 1 / 0, PluginError, "exporter 'odd' failed: ZeroDivisionError"),
        (lambda batches: next(iter(batches)), PluginError, "took 256 of 300 samples"),
        (fill_disk, SynthgenError, "cannot write .*: No space left"),
        (interrupt, KeyboardInterrupt, None),
    ],
)
def test_an_exporter_that_fails_leaves_nothing(make_model, tmp_path, act, error, message):
    with pytest.raises(error, match=message):
        export(make_model(), tmp_path / "out", "odd", exporter=Odd(act), count=300)
    assert not any(tmp_path.iterdir())


def test_an_exporter_may_take_its_samples_one_by_one(make_model, tmp_path):
    head = export(make_model(), tmp_path / "out", "odd", exporter=Odd(lambda batches: next(iter(batches))))
    assert head["count"] == 30


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("manifest.json", "is written by synthgen itself"),
        ("README.md", "is written by synthgen itself"),
        (
            "same.bin",
            "same.bin is there already: a name is written once, and every shard needs names of its own",
        ),
    ],
)
def test_a_file_name_that_an_exporter_must_not_take_is_told(make_model, tmp_path, name, message):
    class Same(Odd):
        def write(self, batches, info, shard, folder):
            list(batches)
            folder.write(name, b"")

    with pytest.raises(PluginError, match=f"exporter 'odd' failed: ValueError: .*{message}"):
        export(make_model(), tmp_path / "out", "odd", exporter=Same(None), size=10)


def test_a_taken_folder_is_refused_before_anything_is_made(make_model, tmp_path):
    told = []
    (tmp_path / "mine").touch()
    with pytest.raises(UsageError, match="exists"):
        export(make_model(), tmp_path, progress=told.append)
    assert told == []
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_an_exporter_of_somebody_else_needs_write_alone(make_model, tmp_path):
    head = export(make_model(), tmp_path / "out", "odd", exporter=Odd(list))
    assert "folder" not in head["classes"][0]
    assert "How to read it" not in (tmp_path / "out" / "README.md").read_text("utf-8")


def test_settings_are_imported_without_torch():
    code = "import sys, synthgen.export.settings; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
