"""What several tests share: tiny data, tiny networks, and where real data is."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from synthgen.plugins import Registry, load_plugins


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


@pytest.fixture
def tiny_npz(tmp_path: Path) -> Path:
    """48 images of 8×8 in three classes, numbered 3, 5 and 9: bright left, bright right, bright everywhere."""
    x = np.random.default_rng(0).integers(0, 40, (48, 8, 8), dtype=np.uint8)
    y = np.tile([3, 5, 9], 16)
    x[y != 5, :, :4] += 200
    x[y != 3, :, 4:] += 200
    path = tmp_path / "tiny.npz"
    np.savez(path, x=x, y=y, classes=np.array(["left", "right", "both"]), numbers=np.array([3, 5, 9]))
    return path


TINY_RECIPE = """\
name: tiny
seed: 1
data: {{name: npz, path: "{data}"}}
latent: {{dim: 8}}
generator: {{name: dcgan, channels: 4}}
discriminator: {{name: dcgan, channels: 4, features: 8}}
penalties: [{{name: r1, every: 2, samples: 4}}]
train:
  steps: 12
  batch_size: 8
  log_every: 4
  sample_every: 6
  checkpoint_every: 4
  device: cpu
  precision: fp32
export: {{format: npz, count: 30}}
"""


@pytest.fixture
def tiny_recipe(tmp_path: Path, tiny_npz: Path) -> Path:
    """A recipe that trains in a fraction of a second."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY_RECIPE.format(data=tiny_npz.as_posix()))
    return path
