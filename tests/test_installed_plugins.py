"""Plugins as packages, and the command line as a process: in a scratch environment of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from tests_support import TINY_RECIPE, write_tiny_npz

ROOT = Path(__file__).parent.parent

TINY = """
import torch
from pydantic import PositiveInt
from torch import nn
from synthgen import Generator, Options, hookimpl


class TinyGenerator(Generator):
    '''Two linear layers.'''

    class Options(Options):
        '''Its width.'''

        width: PositiveInt = 128
        '''Units in the hidden layer.'''

    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.net = nn.Sequential(
            nn.Linear(self.input_dim, options.width), nn.ReLU(), nn.Linear(options.width, spec.numel)
        )

    def forward(self, noise, condition):
        return self.net(torch.cat([noise, condition], 1)).view(-1, *self.spec.shape).tanh()


@hookimpl
def register_generators(register):
    register("tiny", TinyGenerator)
"""

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "2.1"
[project.entry-points.synthgen]
{name} = "{name}"
[tool.hatch.build.targets.wheel]
include = ["{name}.py"]
"""


class Environment:
    """A virtual environment that sees the libraries of this one, and has plugins of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=False)
        self.python = folder / "venv" / "bin" / "python"
        (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
        seen = [str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
        (packages / "seen.pth").write_text("\n".join(dict.fromkeys(seen)))

    def install(self, name: str, code: str) -> None:
        """Install a package that holds one module, by pip, without a network."""
        project = self.folder / name
        project.mkdir()
        (project / "pyproject.toml").write_text(PROJECT.format(name=name))
        (project / f"{name}.py").write_text(code)
        offline = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "-q", *offline]
        subprocess.run([*pip, str(project)], check=True)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.python, "-m", "synthgen", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def synthgen(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Environment:
    """With `synthgen_tiny`, which is sound, and `synthgen_broken`, which cannot be imported."""
    made = Environment(tmp_path_factory.mktemp("environment"))
    made.install("synthgen_tiny", TINY)
    made.install("synthgen_broken", "import a_module_that_is_nowhere")
    recipe = TINY_RECIPE.format(data=write_tiny_npz(made.folder).as_posix())
    recipe = recipe.replace("{name: dcgan, channels: 4}", "{name: tiny, width: 16}")
    (made.folder / "recipe.yaml").write_text(recipe)
    return made


def test_installed_plugin_is_listed_shown_and_trained_like_our_own(environment):
    listed = {p["name"]: p for p in json.loads(environment.synthgen("plugins", "--json").stdout)}
    assert listed["synthgen_tiny"]["status"] == "ok"
    assert listed["synthgen_tiny"]["version"] == "2.1"
    assert "width: int > 0 = 128" in environment.synthgen("show", "tiny").stdout
    done = environment.synthgen("run", "recipe.yaml", "--out", "made")
    assert done.returncode == 0, done.stderr
    info = json.loads((environment.folder / "made" / "run.json").read_text())
    assert {"name": "synthgen_tiny", "version": "2.1", "origin": "entry point", "status": "ok"} in info[
        "plugins"
    ]
    sampled = environment.synthgen("sample", "made", "-n", 5, "--format", "npz", "--out", "sampled")
    assert sampled.returncode == 0, sampled.stderr


@pytest.mark.slow
def test_broken_plugin_is_reported_and_recipes_run_all_the_same(environment):
    done = environment.synthgen("run", "recipe.yaml", "train.steps=2", "--out", "beside-broken")
    assert done.returncode == 0, done.stderr
    assert "plugin synthgen_broken 2.1 is broken and was left out: ModuleNotFoundError" in done.stderr
    listed = {p["name"]: p["status"] for p in json.loads(environment.synthgen("plugins", "--json").stdout)}
    assert listed["synthgen_broken"] == "broken"


def test_options_of_an_installed_plugin_are_checked_like_our_own(environment):
    done = environment.synthgen("run", "recipe.yaml", "generator.widht=3")
    assert done.returncode == 2
    assert "generator.widht" in done.stderr
    assert "Did you mean width?" in done.stderr


@pytest.mark.slow
def test_model_of_a_plugin_that_is_left_out_says_which_it_needs(environment):
    environment.synthgen("run", "recipe.yaml", "train.steps=1", "--out", "orphan")
    done = environment.synthgen("sample", "orphan", "-n", 3, "--out", "none", "--block", "synthgen_tiny")
    assert done.returncode == 1
    assert "synthgen_tiny 2.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_plugins_leaves_all_but_the_built_in_ones_out(environment):
    done = environment.synthgen("validate", "recipe.yaml", "--no-plugins")
    assert done.returncode == 2
    assert "no generator is called 'tiny'" in done.stderr


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_the_printed_command_goes_on(environment):
    process = environment.start(
        "run", "recipe.yaml", "train.steps=100000", "train.log_every=10", "--out", "stopped"
    )
    metrics = environment.folder / "stopped" / "metrics.jsonl"
    assert process.stderr is not None
    while not (metrics.exists() and metrics.stat().st_size) and process.poll() is None:
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert not stdout
    command = stderr.strip().splitlines()[-1].partition("Go on with: ")[2]
    assert command == "synthgen run --resume stopped"
    step = json.loads((environment.folder / "stopped" / "run.json").read_text())["steps"]
    again = environment.start(*command.split()[1:])
    while f"resuming stopped at step {step}" not in again.stderr.readline() and again.poll() is None:
        pass
    again.send_signal(signal.SIGINT)
    assert again.wait() == 130
    again.communicate()
