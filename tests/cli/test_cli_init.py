"""`synthgen init` writes recipes that run, for data of every kind that there is."""

from __future__ import annotations

import json
import os
import struct
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_cli import refused, synthgen
from tests_support import write_tiny_npz

from synthgen import pipeline
from synthgen.cli import main
from synthgen.preparation import build_trainer, prepare
from synthgen.recipe import load_recipe
from synthgen.starter.sizes import Shape, fitting

QUICK = ["train.steps=2", "train.device=cpu", "train.batch_size=8", "export.count=6", "report=none"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pixels(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)


def class_folders(
    root: str, height: int, width: int, rgb: bool = True, classes: int = 2, count: int = 4
) -> str:
    for name in "abcdef"[:classes]:
        (Path(root) / name).mkdir(parents=True)
        for i in range(count):
            image = pixels(height, width, 3) if rgb else pixels(height, width)
            Image.fromarray(image).save(Path(root) / name / f"{i}.png")
    return root


def metadata_folder(root: str, column: str) -> str:
    Path(root).mkdir()
    rows = []
    for i in range(8):
        Image.fromarray(pixels(20, 20)).save(Path(root) / f"{i}.png")
        rows.append(f"{i}.png,{'cat' if i % 2 else 'dog'}")
    (Path(root) / "metadata.csv").write_text("\n".join([f"file_name,{column}", *rows, ""]))
    return root


def idx_files(images: str, labels: str) -> str:
    x, y = pixels(12, 16, 16), np.arange(12, dtype=np.uint8) % 3
    for name, values in ((images, x), (labels, y)):
        head = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
        Path(name).write_bytes(head + values.tobytes())
    return images


def npz(path: str, *shape: int) -> str:
    np.savez(path, x=pixels(12, *shape), y=np.arange(12) % 2)
    return path


DATA = {
    "class folders": lambda: [class_folders("pets", 30, 30)],
    "class folders in grey, not square": lambda: [class_folders("pets", 24, 40, rgb=False)],
    "one class": lambda: [class_folders("pets", 16, 16, classes=1)],
    "a table of labels": lambda: [metadata_folder("pets", "animal")],
    "a column named": lambda: [metadata_folder("pets", "label"), "--label", "label"],
    "npz": lambda: [str(write_tiny_npz(Path()))],
    "npz of a size that cannot be halved": lambda: [npz("odd.npz", 9, 11)],
    "IDX files": lambda: [idx_files("train-images-idx3-ubyte", "train-labels-idx1-ubyte")],
    "IDX files of any name": lambda: [idx_files("these", "those"), "--labels", "those"],
    "IDX file without labels": lambda: [idx_files("these", "those")],
    "a source": lambda: ["digits"],
    "a source, scaled": lambda: ["digits", "--size", "12x16"],
}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
def test_recipe_written_trains(data, registry, elsewhere):
    result = synthgen("init", "mine.yaml", "--no-plugins", "--data", *data())
    assert result.exit_code == 0, result.output
    assert result.stdout == "mine.yaml\n"
    assert "images of" in result.stderr
    recipe = load_recipe("mine.yaml", QUICK, registry)
    assert recipe.name == "mine"
    assert recipe.train.time_limit == 300
    trainer = build_trainer(prepare(recipe, registry))
    trainer.train()
    assert trainer.step == 2
    assert (elsewhere / "synthgen.schema.json").is_file()


def test_recipe_written_leaves_a_dataset(registry):
    class_folders("pets", 16, 16)
    synthgen("init", "--no-plugins", "--data", "pets")
    made = pipeline.run(load_recipe("pets.yaml", QUICK, registry), "made", registry=registry)
    assert len(list(made.dataset.rglob("*.png"))) == 6


def test_it_tells_what_it_found_and_writes_it_at_the_head():
    class_folders("pets", 30, 30, classes=3)
    result = synthgen("init", "--data", "pets", "--no-plugins", "--steps", 70)
    assert "pets: 12 RGB images of 32×32 in 3 classes\nclasses a, b, c: 4 of each\n" in result.stderr
    assert result.stdout == "pets.yaml\n"
    text = Path("pets.yaml").read_text("utf-8")
    assert text.startswith(
        "# yaml-language-server: $schema=synthgen.schema.json\n# pets: 12 RGB images of 32×32"
    )
    assert "#   synthgen run pets.yaml train.steps=700 " in text
    assert "augmentations: [diff_augment]" in text  # 4 images of each are few
    assert "time_limit" not in text.partition("\nname:")[2]
    assert "a relative path begins" in text


def test_settings_follow_the_data(registry):
    synthgen("init", "few.yaml", "--data", "digits")
    synthgen("init", "many.yaml", "--data", npz_of_many("many.npz"), "--time", "90s")
    few, many = load_recipe("few.yaml", registry=registry), load_recipe("many.yaml", registry=registry)
    assert [choice.name for choice in few.augmentations] == ["diff_augment"]
    assert many.augmentations == ()
    assert many.train.time_limit == 90
    assert [penalty.name for penalty in many.penalties] == ["r1", "r2", "mismatch"]
    assert many.generator.options.upsampling == "shuffle"


def npz_of_many(path: str) -> str:
    np.savez(path, x=np.zeros((400, 8, 8), np.uint8), y=np.arange(400) % 2)
    return path


@pytest.mark.parametrize("size", ["8", "20", "28", "32", "48", "64", "24x40", "128"])
def test_networks_are_made_for_every_size(size, registry):
    class_folders("pets", 16, 16)
    result = synthgen("init", "sized.yaml", "--data", "pets", "--size", size)
    assert result.exit_code == 0, result.output
    changes = ["train.device=cpu", "train.batch_size=2", *(f"penalties.{i}.samples=2" for i in range(3))]
    setup = prepare(load_recipe("sized.yaml", changes, registry), registry)
    height, _, width = size.partition("x")
    assert setup.data.spec.shape == (3, int(height), int(width or height))
    assert setup.recipe.generator.name == "dcgan"


@pytest.mark.parametrize(
    ("seen", "size"),
    [
        ((28, 28), (28, 28)),
        ((30, 27), (32, 28)),
        ((5, 5), (8, 8)),
        ((50, 50), (48, 48)),
        ((480, 640), (48, 64)),
        ((3000, 200), (64, 8)),
    ],
)
def test_the_size_guessed_is_near_and_can_be_halved(seen, size):
    assert fitting(Shape(*seen)) == size
    assert fitting(Shape(*seen)).halvings


def test_the_size_guessed_is_that_of_most_pictures(registry):
    class_folders("pets", 20, 20, count=5)
    Image.fromarray(pixels(64, 64)).save("pets/a/large.png")
    synthgen("init", "--data", "pets")
    assert load_recipe("pets.yaml", registry=registry).data.source.options.size == 20


def test_on_a_terminal_it_asks_for_what_is_not_given(monkeypatch, registry):
    monkeypatch.setattr(import_module("synthgen.cli.init"), "_on_terminal", lambda: True)
    idx_files("these", "those")
    result = CliRunner().invoke(main, ["init"], input="these\nthose\nours\n2m\n")
    assert result.exit_code == 0, result.output
    assert "Your data" in result.stderr
    recipe = load_recipe("ours.yaml", registry=registry)
    assert (recipe.name, recipe.train.time_limit) == ("ours", 120)
    assert recipe.data.source.options.labels == Path("those").absolute()
    metadata_folder("pets", "what,animal")
    table = Path("pets/metadata.csv")
    table.write_text(table.read_text().replace(".png,", ".png,x,"))
    result = CliRunner().invoke(
        main, ["init", "pets.yaml", "--data", "pets", "--time", "1m"], input="animal\n16\n"
    )
    assert result.exit_code == 0, result.output
    options = load_recipe("pets.yaml", registry=registry).data.source.options
    assert (options.label, options.size) == ("animal", 16)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --data"),
        (
            ["--data", "cifra10"],
            r"--data cifra10: there is no such folder, file or source\. Did you mean cifar10\?",
        ),
        (["--data", "some/where"], r"--data some/where: there is no such folder, file or source\.$"),
        (["--data", "image_folder"], "this source needs root; name the folder or the file instead"),
        (["--data", "words.txt"], r"words\.txt: not a kind of file that a source reads"),
        (["--data", "words.csv"], r"words\.csv: a table needs no recipe: synthgen fit .*words\.csv --target"),
        (["--data", "digits", "--kind", "tables"], "--kind tables: images is the only kind"),
        (["--data", "digits", "--size", "big"], "--size big: must be a number, such as 32"),
        (["--data", "digits", "--size", "33"], "--size 33: both sides must be even; .* 32×32"),
        (["--data", "digits", "--size", "256"], "--size 256: each side must be from 8 to 128"),
        (
            ["--data", "tiny.npz", "--size", "32"],
            "--size 32: its images are 8×8, and source npz cannot scale",
        ),
        (["--data", "digits", "--time", "soon"], "--time soon: must be a time such as 90s"),
        (["--data", "digits", "--time", "0m"], "--time 0m: must be more than 0"),
        (["--data", "digits", "--name", "../up"], r"--name '\.\./up': must be letters"),
        (["--data", "digits", "--name", "x" * 101], "--name 'x{101}': .*100"),
        (["--data", "gone", "--name", "my name!"], "--name 'my name!': must be letters"),
        (["--data", "digits", "words.txt/below"], "cannot be made into a folder"),
        (["--data", "gone", "words.txt"], r"words\.txt is there already"),
        (["--data", "gone", ".", "--name", "taken"], r"taken\.yaml is there already"),
        (["--data", "digits", "--labels", "tiny.npz"], "only IDX files have their labels in another file"),
        (["--data", "digits", "--label", "animal"], "--label animal: digits is no folder with metadata"),
        (["--data", "table"], r"give --label: the column with the class \(what, animal\)"),
        (["taken.yaml", "--data", "digits"], r"taken\.yaml is there already"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(arguments, message, elsewhere):
    write_tiny_npz(elsewhere)
    metadata_folder("table", "what,animal")
    Path("words.txt").write_text("words")
    Path("words.csv").write_text("a,b\n1,2\n")
    Path("taken.yaml").write_text("mine")
    before = sorted(elsewhere.rglob("*"))
    refused(synthgen("init", *arguments), 2, message)
    assert sorted(elsewhere.rglob("*")) == before
    assert Path("taken.yaml").read_text() == "mine"


def test_data_that_cannot_be_read_is_told_in_its_sources_words(elsewhere):
    Image.fromarray(pixels(8, 8)).save("loose.png")
    refused(synthgen("init", "a.yaml", "--data", "."), 1, "no class folders in it")
    assert not Path("a.yaml").exists()


@pytest.mark.parametrize(
    "line", ["[1,2]", "3", "null", "[" * 100_000, '"abc"', "{", "\udce9"], ids=lambda line: line[:6]
)
def test_a_table_that_is_broken_is_told_in_its_sources_words(line, elsewhere):
    Path("pets").mkdir()
    Path("pets/metadata.jsonl").write_bytes(os.fsencode(line) + b"\n")
    refused(
        synthgen("init", "--data", "pets", "--size", "16"), 1, r"metadata\.jsonl(, line 1: is|: cannot be)"
    )
    assert not list(elsewhere.glob("*.yaml"))


def test_columns_are_those_of_the_first_line_that_is_not_blank(registry):
    metadata_folder("pets", "animal")
    table = Path("pets/metadata.csv")
    rows = [line.split(",") for line in table.read_text().splitlines()[1:]]
    table.unlink()
    lines = [json.dumps({"file_name": name, "animal": animal}) for name, animal in rows]
    Path("pets/metadata.jsonl").write_text("\n".join(["", *lines, ""]))
    result = synthgen("init", "--data", "pets")
    assert result.exit_code == 0, result.stderr
    assert load_recipe("pets.yaml", registry=registry).data.source.options.label == "animal"


def test_a_label_column_that_is_not_there_is_told(elsewhere):
    metadata_folder("pets", "animal")
    table = Path("pets/metadata.csv")
    table.write_text("".join(f"{line.split(',')[0]}\n" for line in table.read_text().splitlines()))
    refused(synthgen("init", "--data", "pets", "--label", "cls"), 1, "has no column 'cls', only file_name")


@pytest.mark.parametrize(
    ("arguments", "written", "name"),
    [
        (["."], "digits.yaml", "digits"),
        (["made/here/"], "made/here/digits.yaml", "digits"),
        (["made", "--name", "mine"], "made/mine.yaml", "mine"),
        (["made/own.yml", "--name", "mine"], "made/own.yml", "mine"),
    ],
)
def test_a_folder_gets_a_file_called_as_the_recipe(arguments, written, name, registry):
    Path("made").mkdir()
    result = synthgen("init", *arguments, "--data", "digits")
    assert result.exit_code == 0, result.stderr
    assert Path(result.stdout.strip()) == Path(written)
    assert load_recipe(written, registry=registry).name == name
    assert Path(written).with_name("synthgen.schema.json").is_file()


@pytest.fixture
def terminal(monkeypatch):
    """Makes it ask."""
    monkeypatch.setattr(import_module("synthgen.cli.init"), "_on_terminal", lambda: True)


def test_a_wrong_answer_is_told_and_asked_again(terminal, registry):
    metadata_folder("pets", "what,animal")
    table = Path("pets/metadata.csv")
    table.write_text(table.read_text().replace(".png,", ".png,x,"))
    Path("taken.yaml").write_text("mine")
    answers = [
        "gone",
        "pets",
        "anima",
        "animal",
        "big",
        "33",
        "16",
        "my pets!",
        "taken",
        "ours",
        "soon",
        "2m",
    ]
    result = CliRunner().invoke(main, ["init"], input="".join(f"{answer}\n" for answer in answers))
    assert result.exit_code == 0, result.output
    for message in (
        "--data gone: there is no such folder",
        "--label anima: there is no such column; there are what, animal",
        "--size big: must be a number",
        "--size 33: both sides must be even",
        "--name 'my pets!': must be letters",
        "taken.yaml is there already",
        "--time soon: must be a time",
    ):
        assert result.stderr.count(message) == 1
    recipe = load_recipe("ours.yaml", registry=registry)
    options = recipe.data.source.options
    assert (options.label, options.size, recipe.train.time_limit) == ("animal", 16, 120)


def test_a_label_file_that_is_not_there_is_asked_again(terminal, registry):
    idx_files("these", "those")
    result = CliRunner().invoke(
        main, ["init", "a.yaml", "--data", "these", "--time", "1m"], input="thse\nthose\n"
    )
    assert "--labels thse: there is no such file" in result.stderr
    assert load_recipe("a.yaml", registry=registry).data.source.options.labels == Path("those").absolute()


def test_giving_up_at_a_question_is_an_interruption(terminal, elsewhere):
    result = CliRunner().invoke(main, ["init"], input="digits\n")  # and then the end of the input
    assert result.exit_code == 130
    assert result.stderr.endswith("\nsynthgen: interrupted\n")
    assert not list(elsewhere.iterdir())
