"""Where a recipe asks for something that cannot be is told with the place in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthgen.errors import UnsupportedError
from synthgen.recipe.loading import told_of

RECIPE = """\
data: digits
discriminator:
  name: sequential
  layers: [flatten, {dense: 4}]
  heads:
    validity: [{dense: 1}]
    class: [{dense: classes}]
"""


class OwnError(UnsupportedError):
    """A plugin's, which knows nothing of keys."""

    def __init__(self) -> None:
        Exception.__init__(self, "no")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "r.yaml"
    path.write_text(RECIPE)
    return path


def told(recipe: Path, error: UnsupportedError, *overrides: str) -> str:
    with pytest.raises(UnsupportedError) as caught, told_of(recipe, overrides):
        raise error
    assert caught.value.key == error.key
    return str(caught.value).replace(str(recipe), "r.yaml")


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("discriminator.heads.class", "r.yaml:7:12 "),
        ("discriminator.layers.1", "r.yaml:4:21 "),
        ("discriminator.layers.1.dense", "r.yaml:4:29 "),
        ("discriminator", "r.yaml:3:3 "),
        ("", "r.yaml: "),
        ("layers.1", "r.yaml: "),  # of a component in no section that is known
        ("discriminator.layers.²", "r.yaml:4:11 "),
    ],
)
def test_a_key_is_told_as_the_place_of_its_value(key: str, place: str, file: Path):
    assert told(file, UnsupportedError("no", key=key)) == f"{place}no"


def test_an_override_of_the_same_list_is_told_beside(file: Path):
    error = UnsupportedError("no", key="discriminator.layers.1")
    beside = "discriminator.layers.0=relu"
    assert told(file, error, beside, "data.limit=3") == f"r.yaml:4:21 no (with override '{beside}')"
    assert told(file, error, "discriminator.heads.class=null") == "r.yaml:4:21 no"


def test_an_error_of_a_plugin_that_has_no_key_is_told_with_the_recipe(file: Path):
    assert told(file, OwnError()) == "r.yaml: no"


@pytest.mark.parametrize("text", [None, "", "[", "discriminator: {layers: 3}\n", b"\xff"])
def test_a_file_that_was_changed_meanwhile_is_told_by_its_name(text: str | bytes | None, file: Path):
    file.unlink()
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    error = UnsupportedError("no", key="discriminator.layers.1")
    assert told(file, error, "discriminator.layers.7=relu") == "r.yaml: no"
