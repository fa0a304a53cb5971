"""`synthgen export` on a finished run of an unbalanced set."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from click.testing import CliRunner, Result
from tests_support import TINY_RECIPE, arrays, run, tree, write_tiny_npz

from synthgen import exporting
from synthgen.cli import main


def synthgen(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def finished(tmp_path_factory, registry):
    """A run on 4, 16 and 10 images of its three classes."""
    folder = tmp_path_factory.mktemp("export")
    recipe = folder / "tiny.yaml"
    recipe.write_text(TINY_RECIPE.format(data=write_tiny_npz(folder).as_posix()))
    unbalanced = "data.per_class={3: 4, 5: 16, 9: 10}"
    return run(recipe, folder / "run", registry, unbalanced, "export.compress=true").path


def export(finished, out, *arguments):
    result = synthgen("export", finished, "--out", out, *arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out}\n"
    return json.loads((out / "manifest.json").read_text())


def test_without_options_it_is_the_run_s_own_dataset(finished, tmp_path):
    export(finished, tmp_path / "again")
    assert tree(tmp_path / "again") == tree(finished / "dataset")


def test_another_format_has_the_same_samples_and_drops_the_old_one_s_options(finished, tmp_path):
    manifest = export(finished, tmp_path / "pictures", "--format", "image_folder")
    assert manifest["format"] == {"name": "image_folder", "options": {"compress_level": 1}}
    assert manifest["count"] == 30
    pictures = sorted((tmp_path / "pictures").rglob("*.png"), key=lambda p: p.stem)
    numbers = {"left": 3, "right": 5, "both": 9}
    assert [numbers[p.parent.name] for p in pictures] == arrays(finished / "dataset" / "dataset.npz")[
        "y"
    ].tolist()


def test_balance_and_the_originals_make_all_classes_as_large_as_the_largest(finished, tmp_path):
    manifest = export(finished, tmp_path / "out", "--balance", "--include-real")
    assert [(c["count"], c["real"]) for c in manifest["classes"]] == [(16, 4), (16, 16), (16, 10)]
    data = arrays(tmp_path / "out" / "dataset.npz")
    original = arrays(finished.parent / "tiny.npz")
    assert {image.tobytes() for image in data["x"][:30]} <= {image.tobytes() for image in original["x"]}
    assert data["real"].sum() == 30


def test_shards_are_as_large_as_asked(finished, tmp_path):
    export(finished, tmp_path / "out", "-n", 25, "--shard-size", 10)
    parts = sorted((tmp_path / "out").glob("*.npz"))
    assert [len(arrays(part)["x"]) for part in parts] == [10, 10, 5]


def test_off_a_terminal_progress_is_plain_lines_with_the_time_left(finished, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "SECONDS_BETWEEN_LINES", 0)
    result = synthgen("export", finished, "--out", tmp_path / "out", "-n", 600)
    assert f"writing 600 samples as npz into {tmp_path / 'out'}" in result.stderr
    assert re.search(r"512 of 600 samples, 0:\d\d left", result.stderr)


def test_a_run_that_was_stopped_says_how_to_go_on(finished, tmp_path):
    stopped = shutil.copytree(finished, tmp_path / "run")
    shutil.rmtree(stopped / "model")
    result = synthgen("export", stopped)
    assert result.exit_code == 2
    assert (
        f"was not finished and has no model yet; go on with: synthgen run --resume {stopped}" in result.stderr
    )


def test_the_folder_is_named_by_the_format_if_none_is_given(finished, tmp_path):
    copied = shutil.copytree(finished, tmp_path / "run")
    result = synthgen("export", copied, "--per-class", 2)
    assert result.stdout == f"{copied / 'dataset-npz'}\n"
    result = synthgen("export", copied, "--per-class", 2)
    assert result.exit_code == 2
    assert "exists" in result.stderr


def test_a_number_for_each_class_can_be_asked_for_as_an_option(finished, tmp_path):
    manifest = export(finished, tmp_path / "out", "--option", "per_class={left: 3, both: 1}")
    assert [entry["count"] for entry in manifest["classes"]] == [3, 0, 1]


def test_plugins_of_the_training_are_not_needed(finished, tmp_path):
    copied = shutil.copytree(finished, tmp_path / "run")
    recipe = copied / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace("name: relativistic", "name: gone"))
    export(copied, tmp_path / "out")
    assert tree(tmp_path / "out") == tree(finished / "dataset")


def test_a_recipe_that_cannot_be_read_is_told_with_the_way_round(finished, tmp_path):
    copied = shutil.copytree(finished, tmp_path / "run")
    (copied / "recipe.yaml").write_text("export: [")
    result = synthgen("export", copied)
    assert result.exit_code == 2
    assert "recipe.yaml cannot be read" in result.stderr
    assert f"{copied / 'model'} can be exported without it" in result.stderr


def test_a_model_alone_exports_what_it_can(finished, tmp_path):
    manifest = export(finished / "model", tmp_path / "out", "--balance", "--format", "npz")
    assert manifest["synthetic"] == 12 + 6
    refused = synthgen("export", finished / "model", "--include-real", "--out", tmp_path / "no")
    assert refused.exit_code == 2
    assert "include_real needs the folder of a run" in refused.stderr
    assert not (tmp_path / "no").exists()


def test_originals_that_are_not_what_they_were_are_refused(finished, tmp_path):
    copied = shutil.copytree(finished, tmp_path / "run")
    recipe = (copied / "recipe.yaml").read_text()
    (copied / "recipe.yaml").write_text(recipe.replace("'5': 16", "'5': 15").replace("5: 16", "5: 15"))
    result = synthgen("export", copied, "--include-real")
    assert result.exit_code == 1
    assert "was trained on other data" in result.stderr
    assert not (copied / "dataset-npz").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--balance", "--count", 5], "give one of count, per_class and balance"),
        (["--format", "pgm"], "pgm"),
        (["--classes", "4"], "there is no class '4'"),
        (["--option", "compress"], "must be KEY=VALUE"),
        (["--shard-size", 0], "must be more than 0"),
    ],
)
def test_what_cannot_be_is_one_message(finished, tmp_path, arguments, message):
    result = synthgen("export", finished, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()
