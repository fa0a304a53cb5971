"""Recipes that come with synthgen are found by name, and travel in the wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from synthgen.errors import RecipeError, UsageError
from synthgen.plugins import load_plugins
from synthgen.recipe import load_recipe, shipped
from synthgen.recipe.shipped import find_shipped, shipped_path, shipped_recipes

ROOT = Path(__file__).parent.parent.parent
REGISTRY = load_plugins(installed=False)


def test_all_recipes_of_the_project_are_shipped():
    assert {r.name for r in shipped_recipes()} == {path.stem for path in (ROOT / "recipes").glob("*.yaml")}


def test_what_a_recipe_is_about_is_the_first_sentence_of_its_head(tmp_path: Path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "# yaml-language-server: $schema=synthgen.schema.json\n# Digits, 8×8 px.\n# Made in 2.5 s.\nname: a\n",
        "utf-8",
    )
    assert shipped.ShippedRecipe("a", path).about == "Digits, 8×8 px."


def test_a_bare_name_loads_the_shipped_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits_cgan").mkdir()  # a folder is no recipe
    recipe = load_recipe("digits_cgan", ["seed=4"], REGISTRY)
    assert (recipe.name, recipe.seed) == ("digits_cgan", 4)


def test_a_file_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    text = find_shipped("digits_cgan").text.replace("name: digits_cgan", "name: mine")
    Path("digits_cgan").write_text(text, "utf-8")
    assert load_recipe("digits_cgan", registry=REGISTRY).name == "mine"


@pytest.mark.parametrize("path", ["digits_cgan.yaml", "folder/digits_cgan", "../digits_cgan"])
def test_a_path_is_never_taken_for_a_name(path: str):
    assert shipped_path(Path(path)) == Path(path)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("mnist_cgn", r"Did you mean mnist_cagn\.yaml or mnist_cgan\?"),
        ("recipes/mnist_cgan.yaml", r"Did you mean mnist_cgan\?"),
        ("mnist_cgan.yaml", r"Did you mean mnist_cagn\.yaml or mnist_cgan\?"),
        ("zzz", r"there is no such file\.$"),
    ],
)
def test_near_matches_are_files_and_shipped_recipes(
    path: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    Path("mnist_cagn.yaml").write_text("", "utf-8")
    with pytest.raises(UsageError, match=hint):
        load_recipe(path, registry=REGISTRY)


def test_a_fault_in_a_shipped_recipe_is_placed_in_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "broken.yaml").write_text("data: digits\n", "utf-8")
    monkeypatch.setattr(shipped, "_FOLDERS", (tmp_path,))
    with pytest.raises(RecipeError, match=r"broken\.yaml:1:1 generator: is missing"):
        load_recipe("broken", registry=REGISTRY)


def test_the_folder_in_the_package_comes_before_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for folder in ("_recipes", "recipes"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"in{folder}.yaml").write_text("", "utf-8")
    monkeypatch.setattr(shipped, "_FOLDERS", (tmp_path / "_recipes", tmp_path / "recipes"))
    assert [recipe.name for recipe in shipped_recipes()] == ["in_recipes"]
    with pytest.raises(
        UsageError, match=r"no recipe called 'inrecipes' comes with synthgen\. Did you mean in_recipes"
    ):
        find_shipped("inrecipes")


def test_recipes_travel_in_the_wheel(tmp_path: Path):
    build = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run([sys.executable, *build], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for path in (ROOT / "recipes").iterdir():
            name = f"synthgen/_recipes/{path.name}"
            assert name in names
            assert archive.read(name) == path.read_bytes()
    assert shipped._FOLDERS[0] == ROOT / "synthgen" / "_recipes"  # where the package looks first


def test_a_name_too_long_for_a_file_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: Path) -> bool:
        raise OSError(36, "File name too long", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(UsageError, match=r"recipe x{300} cannot be read: "):
        load_recipe("x" * 300, registry=REGISTRY)


def test_every_shipped_recipe_is_told_in_one_short_sentence():
    for recipe in shipped.shipped_recipes():
        assert 20 < len(recipe.about) < 125, recipe.name
