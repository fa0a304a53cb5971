"""Who may import whom, and that what must be light is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "synthgen"

BELOW_COMPONENTS = {"components", "hookspecs", "plugins", "recipe", "pipeline", "cli", "training", "data"}

FORBIDDEN = {
    "errors.py": {"components", "hookspecs", "plugins", "recipe", "pipeline", "cli"},
    "options.py": {"components", "hookspecs", "plugins", "recipe", "pipeline", "cli"},
    "spec.py": BELOW_COMPONENTS,
    "block_activation.py": BELOW_COMPONENTS | {"spec", "options"},
    "calibration.py": BELOW_COMPONENTS | {"spec", "options", "block_activation"},
    "values.py": BELOW_COMPONENTS | {"spec", "options"},
    "network_summary.py": {"plugins", "recipe", "pipeline", "cli", "data", "training"},
    "recipe_summary.py": {"pipeline", "cli", "training"},
    "sampling.py": {"plugins", "recipe", "pipeline", "cli", "data", "synthesizer", "redrawing"},
    "given_latents.py": {"plugins", "recipe", "pipeline", "cli", "data", "training", "synthesizer"},
    "redrawing.py": {"plugins", "recipe", "pipeline", "cli", "data", "synthesizer"},
    "components.py": {"hookspecs", "plugins", "recipe", "pipeline", "cli", "training", "data"},
    "hookspecs.py": {"plugins", "recipe", "pipeline", "cli"},
    "plugins.py": {"recipe", "pipeline", "cli", "training"},
    "recipe": {"pipeline", "cli", "data", "networks", "losses", "augmentations", "synthesizer"},
    "training": {"recipe", "plugins", "pipeline", "preparation", "cli"},
    "data": {"training", "recipe", "pipeline", "cli"},
    "export": {"training", "recipe", "pipeline", "cli"},
    "synthesizer.py": {"recipe", "pipeline", "cli"},
    "snapshots.py": {"training", "recipe", "pipeline", "cli", "synthesizer"},
    "snapshot_files.py": {"recipe", "pipeline", "preparation", "cli"},
    "starting.py": {"recipe", "pipeline", "preparation", "cli", "synthesizer"},
    "interpolation.py": {"training", "recipe", "pipeline", "cli"},
    "animation.py": {"components", "training", "recipe", "pipeline", "cli", "synthesizer"},
    "preparation.py": {"cli", "pipeline"},
    "starter": {"cli", "pipeline", "training"},
    "exporting.py": {"cli", "pipeline", "training"},
    "comparing": {"cli", "pipeline", "training", "judging", "evaluating", "synthesizer"},
    "judging.py": {"cli", "pipeline", "training"},
    "judging_runs.py": {"cli", "pipeline", "training"},
    "evaluating.py": {"cli", "pipeline", "training"},
    "pipeline.py": {"cli"},
    "presets.py": {"components", "plugins", "recipe", "pipeline", "cli", "data", "training"},
    "estimator": {"pipeline", "cli"},
}
"""For each room, the rooms that it must not know."""

SETTINGS = {"training.settings", "export.settings"}
"""Settings models, which every room may know: they import nothing but options."""

PUBLIC_ONLY = ("networks", "losses", "augmentations", "data/sources", "data/codecs")
"""Rooms that import what a third party may: the public face, and themselves."""


def files(room: str) -> list[Path]:
    path = PACKAGE / room
    return [path] if path.suffix else sorted(path.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Modules below synthgen that a file imports, such as `training.ema`; names of the public face are not."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "synthgen":
            found |= {alias.name for alias in node.names if is_module(alias.name)}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("synthgen."):
            module = node.module.removeprefix("synthgen.")
            below = {f"{module}.{a.name}" for a in node.names if is_module(f"{module}.{a.name}")}
            found |= below or {module}
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("synthgen.") for a in node.names if a.name.startswith("synthgen.")}
    return found - SETTINGS


def is_module(name: str) -> bool:
    path = PACKAGE.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def test_imports_of_every_form_are_seen():
    assert imported(PACKAGE / "plugins.py") == {"components", "hookspecs", "errors", "metric", "version"}


@pytest.mark.parametrize("room", FORBIDDEN)
def test_room_does_not_import_rooms_it_must_not_know(room):
    assert files(room)
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(room)
        for module in imported(path)
        if module.split(".")[0] in FORBIDDEN[room]
    }
    assert not wrong


@pytest.mark.parametrize("room", PUBLIC_ONLY)
def test_built_in_plugins_import_only_the_public_face(room):
    for path in files(room):
        outside = {m for m in imported(path) if not m.startswith(room.replace("/", "."))}
        assert not outside, path


@pytest.mark.parametrize(
    "module",
    ["synthgen", "synthgen.cli", "synthgen.options", "synthgen.presets", "synthgen.training.settings"],
)
def test_light_module_does_not_import_torch(module):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_and_version_load_neither_torch_nor_plugins_nor_pydantic():
    for flag in ("--help", "--version"):
        code = (
            "import sys; from synthgen.cli import main\n"
            f"try: main(['{flag}'])\n"
            "except SystemExit: pass\n"
            "heavy = {'torch', 'pydantic', 'synthgen.plugins', 'numpy'} & set(sys.modules)\n"
            "sys.exit(str(heavy) if heavy else 0)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Usage:" in done.stdout or "version" in done.stdout


@pytest.mark.parametrize("arguments", [["list"], ["show", "digits_cgan"]])
def test_recipes_are_listed_and_shown_without_torch_and_plugins(arguments):
    code = (
        "import sys; from synthgen.cli import main\n"
        f"try: main({['recipes', *arguments]!r})\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'torch', 'synthgen.plugins', 'numpy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "digits_cgan" in done.stdout


def test_every_name_of_the_public_face_is_there():
    code = "import synthgen; [getattr(synthgen, name) for name in synthgen.__all__]"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
