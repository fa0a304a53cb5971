"""How good, how fast and how large `recipes/mnist_cgan.yaml` is, on real MNIST.

    python benchmarks/mnist_cgan.py [--seeds 3] [--rounds 3] [--recipe recipes/mnist_cgan.yaml]

Quality: `synthgen run` as a process for each seed; wall time from the command to the finished dataset, its peak
memory, and the accuracy on MNIST's 10,000 real test images of a CNN trained on 20,000 samples of the run.
Speed: steps per second of the engine and of a plain PyTorch loop, in turns, in this one process, on the CPU. The
plain loop makes the passes that a textbook's does: the engine generates once for both networks, and lets the
generator's loss use what the discriminator just said of the real batch. `SYNTHGEN_DATA` names MNIST's folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from judge import train_on_synthetic_test_on_real
from plain_loop import steps_per_second

import synthgen
from synthgen.data.sources.mnist import Mnist
from synthgen.plugins import load_plugins
from synthgen.preparation import build_trainer, prepare
from synthgen.recipe import load_recipe
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer

SAMPLES = 20_000
STEPS = 150


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", default="recipes/mnist_cgan.yaml")
    parser.add_argument("--seeds", type=int, default=3, help="runs of the whole recipe; 0 for none")
    parser.add_argument("--rounds", type=int, default=3, help="comparisons of speed; 0 for none")
    parser.add_argument("override", nargs="*", help="overrides of the recipe, KEY=VALUE")
    arguments = parser.parse_args()
    if "SYNTHGEN_DATA" not in os.environ:
        parser.error("set SYNTHGEN_DATA to the folder that holds MNIST/raw")
    test = Mnist(Mnist.Options(split="test", download=False)).load()
    if arguments.seeds:
        quality(arguments.recipe, arguments.override, arguments.seeds, test)
    if arguments.rounds:
        speed(arguments.recipe, arguments.override, arguments.rounds)


def quality(recipe: str, overrides: list[str], seeds: int, test: synthgen.Dataset) -> None:
    print(f"{'seed':>4} {'wall, s':>8} {'peak, MB':>9} {'accuracy':>9}")
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            out = Path(folder) / str(seed)
            start = time.perf_counter()
            command = ["run", recipe, "--no-plugins", "--out", str(out), f"seed={seed}", *overrides]
            process = subprocess.Popen(
                [sys.executable, "-m", "synthgen", *command], stderr=subprocess.DEVNULL
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            if status:
                sys.exit(f"synthgen {' '.join(command)} failed")
            x, y = synthgen.load(out).sample(SAMPLES, seed=1)
            scores.append(train_on_synthetic_test_on_real(x, y, test.x, test.y))
            print(f"{seed:>4} {wall:>8.1f} {usage.ru_maxrss / 1024:>9.0f} {scores[-1]:>9.4f}", flush=True)
    spread = statistics.stdev(scores) if seeds > 1 else 0.0
    print(f"mean accuracy {statistics.mean(scores):.4f}, standard deviation {spread:.4f}\n")


class Clock(Listener):
    """Times the steps after the first tenth."""

    def __init__(self) -> None:
        self.started = 0.0
        self.rate = 0.0

    def on_step(self, trainer: Trainer) -> None:
        if trainer.step == STEPS // 10:
            self.started = time.perf_counter()
        if trainer.step == STEPS // 10 + STEPS:
            self.rate = STEPS / (time.perf_counter() - self.started)


def speed(path: str, overrides: list[str], rounds: int) -> None:
    registry = load_plugins(installed=False)
    recipe = load_recipe(
        path, [*overrides, f"train.steps={STEPS // 10 + STEPS}", "train.device=cpu"], registry
    )
    ours, plain = [], []
    print(f"{'round':>5} {'synthgen, steps/s':>18} {'plain PyTorch, steps/s':>23} {'ratio':>6}")
    for number in range(rounds):
        setup = prepare(recipe, registry)
        clock = Clock()
        build_trainer(setup, [clock]).train()
        ours.append(clock.rate)
        torch.manual_seed(0)
        generator = recipe.generator.build(setup.data.spec)
        discriminator = recipe.discriminator.build(setup.data.spec)
        root = Path(os.environ["SYNTHGEN_DATA"])
        plain.append(steps_per_second(recipe, generator, discriminator, root, STEPS))
        print(f"{number:>5} {ours[-1]:>18.1f} {plain[-1]:>23.1f} {ours[-1] / plain[-1]:>6.2f}", flush=True)
    ratios = [a / b for a, b in zip(ours, plain, strict=True)]
    print(f"ratio: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")
    print(f"images per second: {statistics.median(ours) * recipe.train.batch_size:.0f}")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
