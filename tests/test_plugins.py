"""Discovery: single files here; installed packages are in test_installed_plugins.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthgen import plugins
from synthgen.errors import PluginError, RecipeError, UsageError
from synthgen.plugins import load_plugins

LOSS = """
from synthgen import Loss, hookimpl

class Zero(Loss):
    '''Nothing is wrong with anything.'''
    def discriminator(self, real, fake):
        return (real.logits * 0).mean()
    def generator(self, real, fake):
        return (fake.logits * 0).mean()

@hookimpl
def register_losses(register):
    register({name!r}, Zero)
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


class FakePoint:
    """An entry point as importlib.metadata gives it."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.dist = None
        self._path = path

    def load(self):
        return plugins._import_file(self._path)


@pytest.fixture
def installed(monkeypatch):
    """Make files look like installed plugins."""

    def install(*paths: Path) -> None:
        monkeypatch.setattr(plugins, "entry_points", lambda group: [FakePoint(path) for path in paths])

    return install


def test_built_in_components_come_through_the_same_hooks(registry):
    assert registry.find("loss", "relativistic").owner.name == "synthgen.losses"
    assert {p.origin for p in registry.plugins} == {"built-in"}
    assert all(p.status == "ok" for p in registry.plugins)


def test_single_file_is_a_plugin(tmp_path):
    registry = load_plugins([write(tmp_path / "mine.py", LOSS.format(name="zero"))], installed=False)
    found = registry.find("loss", "zero")
    assert found.owner.name == "mine"
    assert str(found) == "loss 'zero' (plugin mine -)"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (
            "from synthgen import hookimpl\n@hookimpl\ndef register_losses(register):\n    1 / 0",
            "ZeroDivisionError: division by zero",
        ),
        (
            "from synthgen import hookimpl\n@hookimpl\ndef register_loses(register): pass",
            "unknown hook 'register_loses'",
        ),
        (
            "from synthgen import hookimpl\n@hookimpl\ndef register_losses(add): pass",
            "hookimpl definition",
        ),
        (LOSS.format(name="Not A Name"), "must be lower-case letters"),
        (
            "from synthgen import hookimpl\n@hookimpl\ndef register_losses(register): register('x', dict)",
            "loss 'x' must be a subclass of synthgen.Loss",
        ),
        (
            "from synthgen import hookimpl, Penalty, Options\n"
            "class P(Penalty):\n    Options = Options\n"
            "@hookimpl\ndef register_penalties(register): register('p', P)",
            "its Options must derive from synthgen.PenaltyOptions",
        ),
    ],
    ids=["import", "syntax", "exit", "hook", "misspelt", "argument", "name", "class", "options"],
)
def test_broken_plugin_is_set_apart_and_the_rest_goes_on(text, error, tmp_path, installed):
    broken = write(tmp_path / "broken.py", text)
    installed(broken, write(tmp_path / "sound.py", LOSS.format(name="zero")))
    registry = load_plugins()
    (info,) = registry.broken()
    assert info.name == "broken"
    assert error in info.error
    assert not info.components
    assert registry.find("loss", "zero").owner.name == "sound"
    with pytest.raises(PluginError, match="--plugin"):  # one that a person names is not passed over
        load_plugins([broken], installed=False)


def test_plugin_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PluginError, match=r"--plugin .*gone\.py: .*no such Python file"):
        load_plugins([tmp_path / "gone.py"], installed=False)


def test_name_that_two_plugins_claim_is_refused_and_names_both(tmp_path, installed):
    installed(write(tmp_path / "thief.py", LOSS.format(name="hinge")))
    registry = load_plugins()
    with pytest.raises(PluginError, match=r"synthgen\.losses 0.* and thief -; leave one out with --block"):
        registry.find("loss", "hinge")
    (info,) = registry.broken()
    assert "loss 'hinge' is registered by synthgen.losses" in info.error
    assert load_plugins(block=["thief"]).find("loss", "hinge").owner.name == "synthgen.losses"


def test_blocked_plugin_is_not_even_imported(tmp_path, installed, monkeypatch):
    marker = tmp_path / "imported"
    installed(write(tmp_path / "unwanted.py", f"open({str(marker)!r}, 'w').close()"))
    statuses = [p.status for p in load_plugins(block=["unwanted"]).plugins if p.name == "unwanted"]
    assert statuses == ["blocked"]
    monkeypatch.setenv("SYNTHGEN_BLOCK_PLUGINS", "other,unwanted")
    load_plugins()
    assert not marker.exists()
    load_plugins(installed=False)
    assert not marker.exists()


def test_unknown_component_names_near_matches_and_broken_plugins(tmp_path, installed):
    installed(write(tmp_path / "broken.py", "import nowhere_to_be_found"))
    with pytest.raises(RecipeError) as caught:
        load_plugins().find("loss", "relativstic")
    message = str(caught.value)
    assert "no loss is called 'relativstic'. Did you mean relativistic?" in message
    assert "Plugin broken - is broken and might have had it: ModuleNotFoundError" in message


def test_constructor_that_fails_names_component_and_plugin(tmp_path):
    text = LOSS.format(name="zero").replace(
        "    def discriminator",
        "    def __init__(self, options):\n        raise KeyError('x')\n    def discriminator",
    )
    registry = load_plugins([write(tmp_path / "bad.py", text)], installed=False)
    found = registry.find("loss", "zero")
    with pytest.raises(
        PluginError, match=r"loss 'zero' \(plugin bad -\) failed in its constructor: KeyError"
    ):
        found.build(found.component.Options())


def test_single_file_may_postpone_its_annotations_and_define_dataclasses(tmp_path):
    text = """
from __future__ import annotations
from dataclasses import dataclass
from pydantic import PositiveInt
from synthgen import Options

@dataclass
class Facts:
    width: int
""" + LOSS.format(name="zero").replace(
        "    def discriminator",
        "    class Options(Options):\n        width: PositiveInt = 3\n    def discriminator",
    )
    found = load_plugins([write(tmp_path / "modern.py", text)], installed=False).find("loss", "zero")
    assert found.component.Options(width=4).width == 4


def test_blocking_a_plugin_that_is_not_there_is_told(tmp_path, installed):
    installed(write(tmp_path / "sound.py", LOSS.format(name="zero")))
    with pytest.raises(
        UsageError, match=r"--block suond: no installed plugin is called so\. Did you mean sound"
    ):
        load_plugins(block=["suond"])


def test_registry_knows_the_options_that_load_it_again(tmp_path, installed):
    installed(write(tmp_path / "unwanted.py", ""))
    mine = write(tmp_path / "mine.py", LOSS.format(name="zero"))
    assert load_plugins([mine], block=["unwanted"]).flags == ["--plugin", str(mine), "--block", "unwanted"]
    assert load_plugins(installed=False).flags == ["--no-plugins"]


def test_file_stands_in_for_the_installed_plugin_of_its_name(tmp_path, installed):
    (tmp_path / "old").mkdir()
    installed(write(tmp_path / "old" / "mine.py", LOSS.format(name="zero")))
    registry = load_plugins([write(tmp_path / "mine.py", LOSS.format(name="zero"))])
    assert registry.find("loss", "zero").owner.origin == str(tmp_path / "mine.py")
    assert [p.status for p in registry.plugins if p.name == "mine"] == ["blocked", "ok"]
