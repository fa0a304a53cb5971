"""What several tests share: tiny data, tiny networks, and where real data is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from failing_run import Accident
from tests_support import TINY_RECIPE, StopAt, write_tiny_npz

from synthgen import pipeline
from synthgen.plugins import Registry, load_plugins
from synthgen.training.listener import Listener

torch.set_num_threads(1)  # on networks this tiny a second thread costs more than it gives


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The built-in components, whatever is installed beside them."""
    return load_plugins(installed=False)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real MNIST; tests that need it are skipped where there is none."""
    root = os.environ.get("SYNTHGEN_DATA")
    if not root or not (Path(root) / "MNIST" / "raw").is_dir():
        pytest.skip("needs real MNIST below the folder SYNTHGEN_DATA names")
    return Path(root)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """What metrics keep of real data goes into a folder of the tests, also from processes that they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def tiny_npz(tmp_path: Path) -> Path:
    """The file of `write_tiny_npz`."""
    return write_tiny_npz(tmp_path)


@pytest.fixture
def tiny_recipe(tmp_path: Path, tiny_npz: Path) -> Path:
    """A recipe that trains in a fraction of a second."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY_RECIPE.format(data=tiny_npz.as_posix()))
    return path


@pytest.fixture
def stop_at(monkeypatch):
    """Make the next runs be interrupted after a step."""

    def stop(step: int) -> None:
        recorders = pipeline._recorders
        monkeypatch.setattr(pipeline, "_recorders", lambda *args: [*recorders(*args), StopAt(step)])

    yield stop
    monkeypatch.undo()


@pytest.fixture
def accident(monkeypatch):
    """Let something happen to the next runs, and maybe somebody press Ctrl-C."""
    recorders = pipeline._recorders

    def happen(step: int = 14, times: int = 1, *others: Listener) -> None:
        monkeypatch.setattr(
            pipeline, "_recorders", lambda *args: [*recorders(*args), Accident(step, times), *others]
        )

    return happen


@pytest.fixture
def no_plot(monkeypatch):
    """Plots take longer than the trainings here."""
    monkeypatch.setattr(pipeline, "plot_losses", lambda *args: None)
