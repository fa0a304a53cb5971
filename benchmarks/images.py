"""How good is an image recipe? Run it for some seeds and judge its samples by what a small CNN learns from them.

    python benchmarks/images.py recipes/shapes_cgan.yaml
    python benchmarks/images.py recipes/cifar10_cgan.yaml data="{name: image_folder, root: ...}" --seeds 3

Prints, for each seed and as means: the accuracy on real test images of the CNN trained on samples (TSTR), the
share of samples that a CNN trained on real images puts into their class (GAN-test), and the accuracy that the
latter has itself. The recipe's source must have a split `test`. `--limit 600s` ends every training after that time
instead of the recipe's steps.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from judge import Images, agreement, train_classifier
from torch import nn

import synthgen
from synthgen.data.loading import load_dataset
from synthgen.plugins import installed_plugins
from synthgen.recipe import Recipe, load_recipe
from synthgen.run_directory import Run, read_metrics

STEPS = 800
"""Of the CNN, on samples and on real images alike."""


class Judgement(NamedTuple):
    """What a seed came to."""

    useful: float
    recognisable: float
    images_per_second: float
    seconds: float


def real_images(recipe: Recipe, split: str) -> Images:
    """A split of the recipe's source, as it selects it, but for `limit` and `per_class` in the test split."""
    assert recipe.data is not None
    options = recipe.data.source.options
    changes = {"split": split} | ({"limit": None, "per_class": None} if split == "test" else {})
    source = recipe.data.source.registered.build(options.model_copy(update=changes))
    dataset = load_dataset(source, None, recipe.seed, name=recipe.data.source.name)
    return dataset.x, dataset.y


def judge_run(run: Run, recipe: Recipe, test: Images, on_real: nn.Module, count: int) -> Judgement:
    """TSTR and GAN-test of `count` samples of a finished run."""
    model = synthgen.load(run.path)
    batches = list(model.stream(model.plan(per_class=count // len(model.classes)), seed=1))
    samples = np.concatenate([b.x for b in batches]), np.concatenate([b.y for b in batches])
    seconds = run.read_info()["seconds"]["training"]
    steps = read_metrics(run.metrics)[-1]["step"]
    return Judgement(
        agreement(train_classifier([samples], steps=STEPS), test),
        agreement(on_real, samples),
        steps * recipe.train.batch_size * recipe.train.discriminator_steps / seconds,
        seconds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("recipe")
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--count", type=int, default=10_000, help="samples that the CNN is trained on")
    parser.add_argument("--limit", help="time of a training, such as 600s, instead of the recipe's steps")
    parser.add_argument("--keep", type=Path, help="folder for the runs")
    arguments = parser.parse_args()
    registry = installed_plugins()
    overrides = [*arguments.overrides, "export=null", "report=none"]
    if arguments.limit:
        overrides += ["train.steps=null", f"train.time_limit={arguments.limit}"]
    first = load_recipe(arguments.recipe, overrides, registry)
    train, test = real_images(first, "train"), real_images(first, "test")
    on_real = train_classifier([train], steps=STEPS)
    print(f"real images in the place of samples: accuracy {agreement(on_real, test):.3f} on {len(test[0]):,}")
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(arguments.seeds):
            recipe = load_recipe(arguments.recipe, [*overrides, f"seed={seed}"], registry)
            start = time.perf_counter()
            run = synthgen.run(recipe, (arguments.keep or Path(scratch)) / f"seed{seed}")
            results.append(judge_run(run, recipe, test, on_real, arguments.count))
            print(
                f"seed {seed}: TSTR {results[-1].useful:.3f}, GAN-test {results[-1].recognisable:.3f}, "
                f"{results[-1].images_per_second:,.0f} images/s, {time.perf_counter() - start:.0f} s in all",
                flush=True,
            )
    for name, values in zip(Judgement._fields, zip(*results, strict=True), strict=True):
        spread = f" (sd {statistics.stdev(values):.3g})" if len(values) > 1 else ""
        print(f"{name:18} {statistics.mean(values):10.4g}{spread}")


if __name__ == "__main__":
    main()
