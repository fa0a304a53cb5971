"""What synthetic images are worth to somebody who has 50 real ones of each class.

    python benchmarks/few.py [--seeds 3] [--steps 600] [--validate] [KEY=VALUE ...]

For each seed, other 500 images of MNIST: `recipes/few_digits.yaml` is trained on them with its augmentations
and without, and a small CNN, always for the same number of steps, on the 500, on 10,000 synthetic images, and
on both; with and without ordinary shifts and rotations of its images. The table says how many of MNIST's 10,000
real test images it then recognises. `--validate` takes 5,000 other training images in their stead: settings are
chosen on those. `SYNTHGEN_DATA` names MNIST's folder.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from judge import Images, accuracy, shift_and_rotate

import synthgen
from synthgen.data.loading import load_dataset
from synthgen.data.sources.mnist import Mnist
from synthgen.plugins import load_plugins
from synthgen.recipe import Recipe, load_recipe

REGISTRY = load_plugins(installed=False)
SYNTHETIC = 10_000
VALIDATION = 5_000

REAL, PLAIN, AUGMENTED = "real", "without DiffAugment", "with DiffAugment"


class Line(NamedTuple):
    """What the CNN is trained on."""

    parts: tuple[str, ...]
    shifted: bool = False
    """Whether its images are shifted and rotated."""
    balanced: bool = False
    """Whether real and synthetic have half of each batch; otherwise they are put together and shuffled."""

    def __str__(self) -> str:
        parts = ("real" if p == REAL else f"{SYNTHETIC:,} synthetic, {p}" for p in self.parts)
        text = " + ".join(parts)
        text += ", half of a batch each" if self.balanced else ""
        return text + (", shifted and rotated" if self.shifted else "")


LINES = (
    Line((REAL,)),
    Line((REAL,), shifted=True),
    Line((REAL, PLAIN)),
    Line((REAL, AUGMENTED)),
    Line((REAL, PLAIN), shifted=True),
    Line((REAL, AUGMENTED), shifted=True),
    Line((REAL, AUGMENTED), shifted=True, balanced=True),
    Line((PLAIN,)),
    Line((AUGMENTED,)),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", default="recipes/few_digits.yaml")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=600, help="steps that the CNN is trained for")
    parser.add_argument(
        "--validate", action="store_true", help="score on training images, to choose settings"
    )
    parser.add_argument("override", nargs="*", help="overrides of the recipe, KEY=VALUE")
    arguments = parser.parse_args()
    if "SYNTHGEN_DATA" not in os.environ:
        parser.error("set SYNTHGEN_DATA to the folder that holds MNIST/raw")
    scores, tests = measure(
        LINES,
        arguments.seeds,
        arguments.steps,
        overrides=arguments.override,
        recipe_file=arguments.recipe,
        validate=arguments.validate,
    )
    print(f"accuracy on {tests:,} real {'training' if arguments.validate else 'test'} images")
    for line, found in scores.items():
        spread = statistics.stdev(found) if len(found) > 1 else 0.0
        each = ", ".join(f"{value:.4f}" for value in found)
        print(f"{statistics.mean(found):.4f} ± {spread:.4f} ({each})  {line}")


def measure(
    lines: Sequence[Line],
    seeds: int,
    steps: int,
    *,
    overrides: Sequence[str] = (),
    recipe_file: str = "recipes/few_digits.yaml",
    validate: bool = False,
) -> tuple[dict[Line, list[float]], int]:
    """Accuracies by line, one for each seed, and of how many images. Trains the GANs that the lines need."""
    scores: dict[Line, list[float]] = {line: [] for line in lines}
    needed = {part for line in lines for part in line.parts}
    for seed in range(seeds):
        start = time.perf_counter()
        settings = [f"seed={seed}", "data.fallback=null", "export=null", "report=none", *overrides]
        recipe = load_recipe(recipe_file, settings, REGISTRY)
        parts = {REAL: real_images(recipe)}
        if AUGMENTED in needed:
            parts[AUGMENTED] = synthetic_images(recipe)
        if PLAIN in needed:
            parts[PLAIN] = synthetic_images(replace(recipe, augmentations=()))
        test = validation_images(parts[REAL], seed) if validate else test_images()
        for line in lines:
            scores[line].append(score(line, parts, test, steps, seed))
        print(f"seed {seed}: {time.perf_counter() - start:.0f} s", flush=True)
    return scores, len(test[1])


def score(line: Line, parts: Mapping[str, Images], test: Images, steps: int, seed: int) -> float:
    """Accuracy of the CNN trained as the line says."""
    chosen = [parts[name] for name in line.parts]
    if not line.balanced:
        chosen = [(np.concatenate([x for x, _ in chosen]), np.concatenate([y for _, y in chosen]))]
    change = shift_and_rotate if line.shifted else None
    return accuracy(chosen, test, steps=steps, seed=seed, change=change)


def real_images(recipe: Recipe) -> Images:
    """The images that the recipe trains on."""
    assert recipe.data is not None
    dataset = load_dataset(recipe.data.source.build(), None, recipe.seed)
    return dataset.x, dataset.y


def synthetic_images(recipe: Recipe) -> Images:
    """Samples of a GAN trained by the recipe."""
    with tempfile.TemporaryDirectory() as folder:
        made = synthgen.run(recipe, Path(folder) / "run", registry=REGISTRY)
        sampled: Images = synthgen.load(made.path).sample(SYNTHETIC, seed=1)
        return sampled


def test_images() -> Images:
    test = Mnist(Mnist.Options(split="test", download=False)).load()
    return test.x, test.y


def validation_images(used: Images, seed: int) -> Images:
    """Training images other than those used."""
    whole = Mnist(Mnist.Options(download=False)).load()
    known = {image.tobytes() for image in used[0]}
    order = np.random.default_rng(seed).permutation(len(whole))
    others = [i for i in order[: VALIDATION + len(known)] if whole.x[i].tobytes() not in known][:VALIDATION]
    return whole.x[others], whole.y[others]


if __name__ == "__main__":
    main()
