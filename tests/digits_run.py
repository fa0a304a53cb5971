"""A run on the embedded digits that takes a fraction of a second, for tests of what comes after a training."""

from __future__ import annotations

from tests_support import run

from synthgen.comparing.paths import read_path
from synthgen.exporting import export
from synthgen.real_data import data_of_run
from synthgen.recipe import parse_export
from synthgen.synthesizer import load

RECIPE = """\
name: tiny
seed: 1
data: {name: digits, classes: [3, 8, 5], per_class: 16}
latent: {dim: 8}
generator: {name: dcgan, channels: 4}
discriminator: {name: dcgan, channels: 4, features: 8}
train:
  steps: 8
  batch_size: 8
  schedule: constant
  log_every: 2
  sample_every: 2
  checkpoint_every: 4
  snapshot_every: 4
  device: cpu
  precision: fp32
export: null
report: none
"""

TABLE = "A,B,kind\n" + "".join(f"{i % 7},{'xyz'[i % 3]},{'pq'[i % 2]}\n" for i in range(60))


def write_recipe(folder):
    path = folder / "tiny.yaml"
    path.write_text(RECIPE)
    return path


def digits_run(folder, registry, *overrides, name="run"):
    """The run, in a folder below this one."""
    return run(write_recipe(folder), folder / name, registry, *overrides)


def table_run(folder, registry, *overrides, name="table"):
    """The same for rows of a table."""
    (folder / "table.csv").write_text(TABLE)
    data = f"data={{name: csv, path: {(folder / 'table.csv').as_posix()}, target: kind}}"
    networks = ("generator={name: mlp, width: 8}", "discriminator={name: mlp, width: 8}")
    return digits_run(folder, registry, data, *networks, *overrides, name=name)


def exported(made, out, registry, **section):
    """A folder with 25 samples of the run in this format, the real data first and in shards of 20."""
    synthesizer = load(made.path, registry)
    options = [f"{key}={section.pop(key)}" for key in ("pixels",) if key in section]
    section = {"count": 25, "include_real": True, "shard_size": 20, "seed": 3, **section}
    choice = parse_export(section, options, registry)
    export(synthesizer, choice, out, 3, lambda: data_of_run(made, synthesizer, registry), registry)
    return synthesizer, read_path(out, registry)
