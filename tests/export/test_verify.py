"""`synthgen verify` and `verify_dataset`: what has become of a dataset."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest
from click.testing import CliRunner

from synthgen.cli import main
from synthgen.errors import DataError, UsageError
from synthgen.export.dataset import export_dataset
from synthgen.export.image_folder import ImageFolderExporter
from synthgen.export.verify import Problem, verify_dataset
from synthgen.files import sha256_file


@pytest.fixture
def dataset(make_model, tmp_path):
    """A dataset of 12 pictures and a card."""
    model = make_model()
    exporter = ImageFolderExporter(ImageFolderExporter.Options())
    export_dataset(model, model.plan(per_class=6), exporter, "image_folder", tmp_path / "run" / "dataset")
    return tmp_path / "run" / "dataset"


def synthgen(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def rewrite(dataset, change):
    """Change the manifest as a function of its content says."""
    path = dataset / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")


def test_a_whole_dataset_is_ok(dataset):
    assert verify_dataset(dataset) == []
    size = sum(p.stat().st_size for p in dataset.rglob("*") if p.is_file() and p.name != "manifest.json")
    result = synthgen("verify", dataset)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"ok: 13 files, {size / 1000:.1f} kB\n"


def test_the_folder_of_a_run_stands_for_its_dataset(dataset):
    (dataset.parent / "run.json").touch()
    assert synthgen("verify", dataset.parent).stdout.startswith("ok: 13 files")


def test_every_problem_is_told_on_a_line_of_its_own(dataset):
    (dataset / "four" / "00.png").unlink()
    changed = dataset / "four" / "02.png"
    content = bytearray(changed.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    with (dataset / "twelve" / "01.png").open("ab") as file:
        file.write(b"\0")
    (dataset / "four" / "mine.txt").touch()
    size = (dataset / "twelve" / "01.png").stat().st_size
    assert verify_dataset(dataset) == [
        Problem("four/00.png", "missing"),
        Problem("twelve/01.png", "changed", f"{size} bytes, not {size - 1}"),
        Problem("four/02.png", "changed"),
        Problem("four/mine.txt", "not in the manifest"),
    ]
    result = synthgen("verify", dataset)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "missing: four/00.png",
        f"changed: twelve/01.png ({size} bytes, not {size - 1})",
        "changed: four/02.png",
        "not in the manifest: four/mine.txt",
    ]
    assert result.stderr == f"synthgen: 4 files are not as the manifest of {dataset} says\n"


def test_json_tells_the_same(dataset):
    assert json.loads(synthgen("verify", dataset, "--json").stdout)["ok"] is True
    shutil.rmtree(dataset / "four")
    (dataset / "four").touch()
    result = synthgen("verify", "--json", dataset)
    content = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (content["ok"], content["files"]) == (False, 13)
    assert [p["problem"] for p in content["problems"]] == ["missing"] * 6 + ["not in the manifest"]
    assert content["problems"][0] == {"file": "four/00.png", "problem": "missing", "detail": ""}


def test_a_folder_in_the_place_of_a_file_is_told(dataset):
    (dataset / "four" / "00.png").unlink()
    (dataset / "four" / "00.png").mkdir()
    (problem,) = verify_dataset(dataset)
    assert (problem.file, problem.what) == ("four/00.png", "missing")
    assert "something else" in problem.detail


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_still_compared(dataset, monkeypatch):
    def refuse(path):
        if path.name == "00.png":
            raise PermissionError(13, "Permission denied")
        return sha256_file(path)

    monkeypatch.setattr("synthgen.export.verify.sha256_file", refuse)
    (dataset / "twelve" / "01.png").unlink()
    assert verify_dataset(dataset) == [
        Problem("four/00.png", "unreadable", "Permission denied"),
        Problem("twelve/01.png", "missing"),
    ]


def test_progress_counts_the_bytes_of_the_manifest(dataset):
    told = []
    verify_dataset(dataset, told.append)
    assert len(told) == 13
    manifest = json.loads((dataset / "manifest.json").read_text("utf-8"))
    assert sum(told) == sum(entry["bytes"] for entry in manifest["files"].values())


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/passwd", "a/../../b", "C:\\x", "..\\x", "\\\\host\\x", "", "four/.."]
)
def test_names_that_lead_out_of_the_folder_are_refused(dataset, name):
    rewrite(dataset, lambda content: content["files"].update({name: {"sha256": "0", "bytes": 1}}))
    with pytest.raises(DataError, match="must not lead out"):
        verify_dataset(dataset)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"files": {"a"', r"manifest\.json is cut short or changed, it is no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no manifest of synthgen: it has no mapping 'files'"),
        (b'{"files": 3}', "no mapping 'files'"),
        (b'{"files": {"a.png": {"sha256": 3, "bytes": 1}}}', r"'a\.png' has no sha256 and bytes"),
        (b'{"files": {"a.png": null}}', "has no sha256 and bytes"),
    ],
)
def test_a_broken_manifest_is_one_message(dataset, content, message):
    (dataset / "manifest.json").write_bytes(content)
    with pytest.raises(DataError, match=message):
        verify_dataset(dataset)
    result = synthgen("verify", dataset)
    assert (result.exit_code, result.stdout) == (1, "")


def test_a_folder_without_a_manifest_is_told_so(tmp_path):
    with pytest.raises(UsageError, match=r"neither the folder of a dataset nor of a run with one"):
        verify_dataset(tmp_path)
    assert synthgen("verify", tmp_path / "gone").exit_code == 2
    assert "there is no such folder" in synthgen("verify", tmp_path / "gone").stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_whose_name_is_no_text_is_told(dataset):
    (dataset / os.fsdecode(b"caf\xe9.png")).touch()
    result = synthgen("verify", dataset)
    assert (result.exit_code, result.stdout) == (1, "not in the manifest: caf\\udce9.png\n")
    assert json.loads(synthgen("verify", "--json", dataset).stdout)["problems"][0]["file"] == "caf\udce9.png"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_to_a_folder_is_told(dataset, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (dataset / "four" / "more").symlink_to(tmp_path / "elsewhere")
    assert verify_dataset(dataset) == [
        Problem("four/more", "not in the manifest", "a link to a folder, which is not looked into")
    ]


def test_a_folder_that_cannot_be_listed_is_told(dataset, monkeypatch):
    (dataset / "locked").mkdir()
    scandir = os.scandir

    def refuse(folder):
        if str(folder).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert verify_dataset(dataset) == [Problem("locked", "unreadable", "Permission denied")]
