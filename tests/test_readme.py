"""What the README says is true."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml
from click.testing import CliRunner

from synthgen.cli import main
from synthgen.pipeline import run
from synthgen.plugins import load_plugins
from synthgen.recipe import load_recipe, parse_recipe

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def block_after(marker: str) -> str:
    found = re.search(rf"{re.escape(marker)}.*?```\w+\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_ci_runs_exactly_the_test_command_of_the_readme():
    command = block_after("## Run the tests").strip()
    assert command in (ROOT / ".ci" / "run").read_text().splitlines()
    assert "pip install" in command
    assert "pytest" in command


def test_main_command_names_a_recipe_that_is_there(registry):
    command = block_after("## Install, and make a dataset").strip()
    install, _, run = command.partition(" && ")
    assert install == "pip install -e ."
    assert run.startswith("synthgen run ")
    load_recipe(ROOT / run.split()[-1], registry=registry)


def test_recipe_shown_is_the_recipe_shipped(registry):
    shown = parse_recipe(block_after("<!-- recipe -->"), registry=registry)
    assert shown == load_recipe(ROOT / "recipes" / "digits_cgan.yaml", registry=registry)


def test_networks_shown_can_be_trained(registry, tmp_path):
    recipe = parse_recipe(
        block_after("<!-- sequential -->"),
        overrides=["train.steps=2", "train.batch_size=4", "export=null", "report=none"],
        registry=registry,
    )
    assert run(recipe, tmp_path / "run", registry=registry).read_info()["status"] == "finished"


def test_plugin_shown_is_a_plugin(tmp_path):
    (tmp_path / "tiny.py").write_text(block_after("<!-- plugin -->"))
    registry = load_plugins([tmp_path / "tiny.py"], installed=False)
    assert registry.find("generator", "tiny").owner.name == "tiny"
    arguments = [
        "validate",
        "--plugin",
        str(tmp_path / "tiny.py"),
        str(ROOT / "recipes" / "digits_cgan.yaml"),
    ]
    assert CliRunner().invoke(main, arguments).exit_code == 0


def test_commands_shown_are_commands_that_there_are():
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    commands = set(re.findall(r"^synthgen (\w+)", shell, re.MULTILINE))
    assert commands
    assert commands <= set(main.commands)


def test_overrides_shown_fit_the_recipe(registry):
    for line in re.findall(r"^synthgen run (recipes/digits_cgan\.yaml [^\n]*=[^\n]*)", README, re.MULTILINE):
        words = re.findall(r'[\w.]+="[^"]*"|\S+', line)
        overrides = [word.replace('"', "") for word in words[1:] if "=" in word and "tiny" not in word]
        load_recipe(ROOT / words[0], overrides, registry)


def test_files_and_folders_named_are_there():
    table = README.partition("## Where things are")[2].partition("Exit codes")[0]
    for cell in re.findall(r"^\| (`[^|]*)\|", table, re.MULTILINE):
        folder = ROOT
        for name in re.findall(r"`([^`]+)`", cell):
            path = ROOT / name if (ROOT / name).exists() else folder / name
            assert path.exists(), name
            folder = path.parent


def test_pictures_shown_are_in_the_repository():
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()


def test_every_recipe_says_at_its_head_what_it_makes_and_how_long_it_takes():
    for recipe in sorted((ROOT / "recipes").glob("*.yaml")):
        head = re.match(r"(#[^\n]*\n)+", recipe.read_text())
        assert head, recipe
        assert re.search(r"2 CPU cores", head[0]), recipe
        assert re.search(r"GPU", head[0]), recipe
        assert yaml.safe_load(recipe.read_text())["name"] == recipe.stem


def test_no_generated_file_is_tracked():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    wrong = [f for f in tracked.split() if re.search(r"\.(pt|safetensors|npz|gz|jsonl)$|^runs/", f)]
    assert not wrong
