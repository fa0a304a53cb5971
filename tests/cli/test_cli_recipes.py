"""`synthgen schema` and `synthgen recipes`, and commands that take a shipped recipe by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import refused, synthgen

RECIPES = Path(__file__).parent.parent.parent / "recipes"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without recipes to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_schema_is_printed_or_written(elsewhere):
    printed = synthgen("schema", "--no-plugins")
    written = synthgen("schema", "--no-plugins", "--out", "s.json")
    assert json.loads(printed.stdout)["title"] == "synthgen recipe"
    assert written.stdout == "s.json\n"
    assert (elsewhere / "s.json").read_text("utf-8") == printed.stdout


def test_the_schema_does_not_take_the_place_of_a_folder(elsewhere):
    refused(synthgen("schema", "--no-plugins", "--out", "."), 2, r"cannot write \.: it is a folder")
    assert not list(elsewhere.iterdir())


def test_recipes_are_listed_with_what_they_make():
    lines = synthgen("recipes", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(path.stem for path in RECIPES.glob("*.yaml"))
    assert any(line.startswith("digits_cgan  ") and "Handwritten digits, 8×8" in line for line in lines)
    assert not any("yaml-language-server" in line for line in lines)
    (digits,) = [
        r for r in json.loads(synthgen("recipes", "list", "--json").stdout) if r["name"] == "digits_cgan"
    ]
    assert Path(digits["path"]).is_file()
    assert digits["about"] in next(line for line in lines if line.startswith("digits_cgan"))


def test_show_prints_the_file_as_it_stands():
    assert synthgen("recipes", "show", "digits_cgan").stdout == (RECIPES / "digits_cgan.yaml").read_text(
        "utf-8"
    )
    refused(
        synthgen("recipes", "show", "digts_cgan"),
        2,
        r"no recipe called 'digts_cgan'.*Did you mean digits_cgan",
    )


@pytest.mark.parametrize(
    ("dest", "written"),
    [
        ([], "digits_cgan.yaml"),
        (["new/folder"], "new/folder/digits_cgan.yaml"),
        (["mine.yaml"], "mine.yaml"),
    ],
)
def test_copy_writes_recipe_and_schema(dest, written, elsewhere):
    result = synthgen("recipes", "copy", "digits_cgan", *dest, "--no-plugins")
    assert Path(result.stdout.strip()) == Path(written)
    copied = elsewhere / written
    assert copied.read_bytes() == (RECIPES / "digits_cgan.yaml").read_bytes()
    assert (
        json.loads((copied.parent / "synthgen.schema.json").read_text("utf-8"))["title"] == "synthgen recipe"
    )
    assert synthgen("validate", written).exit_code == 0


def test_copy_overwrites_nothing(elsewhere):
    (elsewhere / "digits_cgan.yaml").write_text("mine")
    refused(synthgen("recipes", "copy", "digits_cgan"), 2, r"digits_cgan\.yaml is there already")
    assert [path.name for path in elsewhere.iterdir()] == ["digits_cgan.yaml"]
    (elsewhere / "synthgen.schema.json").write_text("mine")
    assert synthgen("recipes", "copy", "mnist_cgan").exit_code == 0
    assert (elsewhere / "synthgen.schema.json").read_text() == "mine"
    refused(
        synthgen("recipes", "copy", "mnist_cgan", "synthgen.schema.json/deep"),
        2,
        "cannot be made into a folder",
    )


def test_a_shipped_recipe_is_run_and_validated_by_name():
    assert synthgen("validate", "digits_cgan").stdout == "digits_cgan: ok\n"
    assert "name: digits_cgan" in synthgen("run", "digits_cgan", "--dry-run").stdout
    refused(
        synthgen("run", "digts_cgan"),
        2,
        r"recipe digts_cgan: there is no such file.*Did you mean digits_cgan\?",
    )
