"""A tiny dataset and a recipe on it, for tests that run the whole engine."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np

from synthgen import OutputFolder, Shard, pipeline
from synthgen.output_folder import JOURNAL
from synthgen.recipe import load_recipe
from synthgen.run_directory import Run
from synthgen.training.listener import Listener


def write_tiny_npz(folder: Path) -> Path:
    """48 images of 8×8 in three classes, numbered 3, 5 and 9: bright left, bright right, bright everywhere."""
    x = np.random.default_rng(0).integers(0, 40, (48, 8, 8), dtype=np.uint8)
    y = np.tile([3, 5, 9], 16)
    x[y != 5, :, :4] += 200
    x[y != 3, :, 4:] += 200
    path = folder / "tiny.npz"
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
report: none
"""


def run(recipe, out, registry, *overrides) -> Run:
    return pipeline.run(load_recipe(recipe, overrides, registry), out, registry=registry)


def write_shard(exporter, batches, info, path, shard=None) -> None:
    """Let an exporter write one shard, the only one if not given, into a folder."""
    folder = OutputFolder.begin(path, "test")
    try:
        exporter.write(batches, info, shard or Shard(0, 1, 0, info.count), folder)
    finally:
        folder.close()
        (path / JOURNAL).unlink()


def arrays(path) -> dict[str, np.ndarray]:
    """All arrays of an npz file, which is closed again."""
    with np.load(path) as data:
        return dict(data)


def tree(path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}


class StopAt(Listener):
    """Somebody presses Ctrl-C."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step(self, trainer):
        if trainer.step == self.step:
            os.kill(os.getpid(), signal.SIGINT)
