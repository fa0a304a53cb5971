"""The teaching texts' systems: their recipes at the books' procedure and at our own, their data, and our step."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from synthgen import ClassLabel, Dataset
from synthgen.plugins import Registry
from synthgen.preparation import Setup, build_trainer
from synthgen.recipe import Recipe, load_recipe
from synthgen.training.listener import Listener
from synthgen.training.trainer import Trainer

RECIPES = Path(__file__).parent.parent / "recipes"
SAMPLES = 10_000
WARM = 3
"""Steps before the timed ones."""


class System(NamedTuple):
    """One of the texts' systems: its recipe, and the shape of the images it is trained on, none for points."""

    recipe: str
    image: tuple[int, ...] | None = (28, 28)


SYSTEMS = [
    System("sine_fcgan", None),
    System("mnist_dcgan_upsample"),
    System("fashion_dcgan"),
    System("mnist_five"),
    System("mnist_five_deep"),
    System("mnist_acgan"),
    System("mnist_mlp_gan"),
    System("mnist_minimax_gan"),
    System("cifar10_dcgan", (32, 32, 3)),
    System("mnist_lsgan"),
    System("mnist_wgan"),
    System("mnist_wgan_gp"),
    System("mnist_dcgan"),
    System("sine_discriminator", None),
    System("mnist_discriminator"),
]


def recipes(system: System, registry: Registry, threads: int) -> tuple[Recipe, Recipe]:
    """The recipe at the book's procedure, and with samples shared by both networks."""

    def load(*overrides: str) -> Recipe:
        fixed = [f"train.threads={threads}", "train.device=cpu"]
        return load_recipe(RECIPES / f"{system.recipe}.yaml", [*fixed, *overrides], registry)

    book = load()
    if book.generator.every and book.train.generator_batch_size is None:
        book = load(f"train.generator_batch_size={book.train.batch_size}")
    return book, load("train.generator_batch_size=null", "train.discriminator_passes=joint")


def data(system: System, recipe: Recipe) -> Dataset | None:
    """Random images, with as many classes as the recipe's data has; None for points, which it draws itself."""
    if system.image is None:
        return None
    assert recipe.data is not None
    options: Any = recipe.data.source.options
    chosen = options.classes or range(10)
    classes = tuple(
        ClassLabel(number, str(number)) for number in range(len(chosen) if options.labelled else 0)
    )
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (SAMPLES, *system.image), dtype=np.uint8)
    return Dataset("random images", x, random.integers(0, max(1, len(classes)), SAMPLES), classes)


class Clock(Listener):
    """Starts when a training's first few steps are done."""

    def __init__(self) -> None:
        self.start = 0.0

    def on_step(self, trainer: Trainer) -> None:
        if trainer.step == WARM:
            self.start = time.perf_counter()


def ours(setup: Setup, steps: int) -> float:
    """Seconds of the engine's own loop for so many steps, with its averages and statistics."""
    settings = setup.recipe.train.model_copy(
        update={"steps": WARM + steps, "epochs": None, "time_limit": None}
    )
    fresh = replace(
        setup,
        recipe=replace(setup.recipe, train=settings),
        generator=deepcopy(setup.generator),
        discriminator=deepcopy(setup.discriminator),
    )
    clock = Clock()
    build_trainer(fresh, [clock]).train()
    return time.perf_counter() - clock.start
