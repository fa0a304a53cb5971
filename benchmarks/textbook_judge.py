"""How good is what a textbook system makes? Figures of finished runs, for docs/textbook_page.py.

Images are judged by the CNN of judge.py, trained on the real training images of the data that the run was trained
on: recognised is the share of images of which it gives one class a probability of 0.9 or more; entropy is that of
the classes it sees, in bits, over that of equally many of each; coverage is the share of real images with a sample
near them, by the CNN's features (Naeem et al. 2020); as asked is the share that it puts into the class
asked for; worth is the accuracy on real test images of the same CNN trained on the samples alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import ising
import numpy as np
from judge import BATCH, EPOCHS, Images, agreement, features, probabilities, train_classifier
from signals import judge_sine
from torch import nn

from synthgen import Dataset, Synthesizer
from synthgen.data.loading import load_dataset
from synthgen.evaluation.neighbours import coverage
from synthgen.real_data import choose_fallback
from synthgen.recipe import Choice, Recipe
from synthgen.run_directory import Run, read_metrics

SURE = 0.9
"""An image is recognised if the judge gives one class this probability or more."""
TOLD_APART = 0.99
"""A discriminator alone has done its work when both of its accuracies are this or more."""
SAMPLES = 10_000
COVERED = 5_000
"""Real images, at most, of which coverage is taken, and as many samples: more of these would cover more."""

Figures = dict[str, float]
"""By name: recognised, entropy, coverage, as asked, worth."""


@dataclass(frozen=True)
class Judge:
    """A classifier trained on a dataset's real images."""

    network: nn.Sequential
    train: Dataset
    test: Images


class Judges:
    """One judge for each dataset, trained when it is first asked for."""

    def __init__(self) -> None:
        self.found: dict[str, Judge | None] = {}
        """By the dataset's name; None for data without classes."""

    def of(self, run: Run, recipe: Recipe) -> Judge | None:
        """The judge of the data that the run was trained on, all of it, labels included."""
        data = recipe.data
        assert data is not None
        information = run.read_info()["data"]
        choice = data.source
        fallback = choose_fallback(data)
        if fallback is not None and any(note.startswith("stands in") for note in information["notes"]):
            choice = fallback
        name = information["name"]
        if name not in self.found:
            train = _whole(choice, "train", recipe.seed)
            self.found[name] = trained(train, _whole(choice, "test", recipe.seed)) if train.classes else None
        return self.found[name]


def _whole(choice: Choice, split: str, seed: int) -> Dataset:
    """A split of a source with all classes and their labels, whatever a recipe leaves out."""
    changes = {"split": split, "labelled": True, "classes": None, "limit": None, "per_class": None}
    source = choice.registered.build(choice.options.model_copy(update=changes))
    return load_dataset(source, None, seed, name=choice.name)


def trained(train: Dataset, test: Dataset) -> Judge:
    """The judge of a dataset."""
    return Judge(_taught((train.x, train.y)), train, (test.x, test.y))


def judge_samples(model: Synthesizer, judge: Judge) -> Figures:
    """Figures of 10,000 samples; those about classes only where the model has them, or several."""
    several = len(model.classes) > 1
    if several:
        x, numbers = model.sample(per_class=SAMPLES // len(model.classes), seed=1)
    else:
        x, numbers = model.sample(SAMPLES, seed=1)
    figures = {"recognised": recognised(judge.network, x)}
    if len(model.classes) != 1:
        figures["entropy"] = entropy(judge.network, x)
    figures["coverage"] = covered(judge, x, [label.number for label in model.classes])
    if model.classes:
        place = {label.number: index for index, label in enumerate(judge.train.classes)}
        images = x, np.array([place[number] for number in numbers.tolist()])
        figures["as asked"] = agreement(judge.network, images)
        if several:
            figures["worth"] = agreement(_taught(images), judge.test)
    return figures


def judge_real(judge: Judge) -> Figures:
    """The same of real test images, and what as many real training images are worth."""
    rows = np.random.default_rng(0).permutation(len(judge.train))[:SAMPLES]
    return {
        "recognised": recognised(judge.network, judge.test[0]),
        "entropy": entropy(judge.network, judge.test[0]),
        "coverage": covered(judge, judge.test[0], []),
        "as asked": agreement(judge.network, judge.test),
        "worth": agreement(_taught((judge.train.x[rows], judge.train.y[rows])), judge.test),
    }


def recognised(network: nn.Module, x: np.ndarray) -> float:
    """The share of images of which the network is sure."""
    return (probabilities(network, x).amax(1) >= SURE).float().mean().item()


def covered(judge: Judge, x: np.ndarray, numbers: list[int]) -> float:
    """How many of the real images have a sample near; of the classes with these numbers, or of all for none."""
    places = [n for n, label in enumerate(judge.train.classes) if not numbers or label.number in numbers]
    real = judge.train.x[np.isin(judge.train.y, places)]
    count = min(COVERED, len(real), len(x))
    random = np.random.default_rng(0)
    points, others = (
        features(judge.network, images[random.permutation(len(images))[:count]]) for images in (real, x)
    )
    return coverage(points, others)


def entropy(network: nn.Module, x: np.ndarray) -> float:
    """Of the shares of the classes that the network sees; 1 where they are equal, 0 where there is only one."""
    seen = probabilities(network, x)
    shares = np.bincount(seen.argmax(1).numpy(), minlength=seen.shape[1]) / len(x)
    present = shares[shares > 0]
    return float(abs((present * np.log2(present)).sum()) / np.log2(len(shares)))


def describe_points(model: Synthesizer) -> str:
    """How near the sine curve points are, and how their x are spread."""
    near, distance = judge_sine(model).values()
    return f"{near:.3f} within 0.1 of the curve, KS distance of x {distance:.3f}"


def describe_lattices(model: Synthesizer) -> str:
    """How far energy and magnetisation are off, in the mean over temperatures."""
    errors = [ising.error(ising.compare(model, temperature)) for temperature in ising.TEMPERATURES]
    energy, magnetisation = np.mean(errors, 0)
    return f"energy per spin off by {energy:.3f}, |magnetisation| by {magnetisation:.3f}"


def describe_discriminator(run: Run) -> str:
    """How well one that was trained alone tells at the end, and from when on."""
    lines = [line for line in read_metrics(run.metrics) if "real_accuracy" in line]
    text = ", ".join(f"accuracy on {kind} {lines[-1][f'{kind}_accuracy']:.3f}" for kind in ("real", "fake"))
    below = [
        n for n, line in enumerate(lines) if min(line["real_accuracy"], line["fake_accuracy"]) < TOLD_APART
    ]
    first = lines[below[-1] + 1 if below else 0]["step"] if not below or below[-1] + 1 < len(lines) else None
    return text if first is None else f"{text}; both {TOLD_APART} or more from step {first:,} on"


def _taught(images: Images) -> nn.Sequential:
    return train_classifier([images], steps=EPOCHS * max(1, len(images[0]) // BATCH))
