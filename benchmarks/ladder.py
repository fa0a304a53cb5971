"""Do the scores fall in the right order? Data of known quality, from real samples down, judged as any other.

    SYNTHGEN_DATA=DATA python benchmarks/ladder.py images --run RUN --collapsed RUN > images.md
    SYNTHGEN_DATA=DATA python benchmarks/ladder.py table

Images: MNIST's test images in the place of synthetic ones, and the same blurred, noisy, with labels flipped, with
modes dropped, with samples repeated; copies of training images; and, with `--run`, the snapshots that a run of
mnist_cgan kept (`train.snapshot_every=200`) and, with `--collapsed`, the model of another run. Table: the same of
UCI Adult, where noise is on the numbers, and columns shuffled for themselves lose every trend.

Prints a table in Markdown, a row for each rung with its scores and the verdict's headline, and then each order that
is expected, with whether it holds; exits with 1 if one does not. docs/evaluation.md has what it printed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

import synthgen
from synthgen import Comparison, Dataset
from synthgen.data.sources.csv_file import CsvFile
from synthgen.data.sources.mnist import Mnist
from synthgen.evaluation.evaluate import NamedMetric, evaluate
from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.verdict import verdict
from synthgen.metric import take_samples
from synthgen.plugins import Registry, load_plugins
from synthgen.snapshots import list_snapshots

COUNT = 5_000
"""Samples of a rung, and held-out ones."""

SCORES = {
    "images": [
        *("frechet", "kid", "precision", "recall", "density", "coverage", "spread_ratio", "missing_classes"),
        *("duplicates", "tstr", "trts", "dcr_share", "near_copies", "membership_auc"),
    ],
    "table": [
        *(
            "shapes",
            "trends",
            "c2st_logistic",
            "c2st_boosting",
            "precision",
            "recall",
            "coverage",
            "duplicates",
        ),
        *("tstr", "trts", "dcr_share", "exact_copies", "membership_auc"),
    ],
}

LOWER = {"frechet", "kid", "c2st_logistic", "c2st_boosting", "duplicates", "missing_classes"}
LOWER |= {"near_copies", "exact_copies", "dcr_share", "membership_auc"}
"""Scores that rise as data gets worse."""


class Order(NamedTuple):
    """Rungs, from the best down, by which a score must get worse."""

    score: str
    rungs: Sequence[str]


ORDERS = {
    "images": [
        *(
            Order(score, ["real", "blur 0.7", "blur 1.5"])
            for score in ("frechet", "kid", "precision", "trts")
        ),
        *(Order(score, ["real", "noise 0.1", "noise 0.3"]) for score in ("frechet", "kid", "precision")),
        *(Order(score, ["real", "labels 5 %", "labels 20 %", "labels 50 %"]) for score in ("tstr", "trts")),
        *(Order(s, ["real", "3 of 10 classes gone"]) for s in ("frechet", "recall", "coverage", "tstr")),
        *(
            Order(s, ["real", "few shapes"])
            for s in ("frechet", "recall", "coverage", "spread_ratio", "tstr")
        ),
        *(Order(s, ["real", "each 5 times", "each 50 times"]) for s in ("coverage", "recall", "tstr")),
        *(
            Order(s, ["real", "half copied", "copied"])
            for s in ("dcr_share", "near_copies", "membership_auc")
        ),
    ],
    "table": [
        *(Order(s, ["real", "noise 0.1", "noise 0.5"]) for s in ("shapes", "trends", "precision")),
        Order("c2st_boosting", ["real", "noise 0.1"]),
        *(Order(s, ["real", "labels 5 %", "labels 20 %", "labels 50 %"]) for s in ("tstr", "trts", "trends")),
        *(Order(s, ["real", "columns shuffled"]) for s in ("trends", "c2st_boosting", "tstr", "precision")),
        *(Order(s, ["real", "one class gone"]) for s in ("shapes", "recall", "tstr")),
        *(Order(s, ["real", "each 5 times", "each 50 times"]) for s in ("coverage", "recall", "tstr")),
        *(
            Order(s, ["real", "half copied", "copied"])
            for s in ("dcr_share", "exact_copies", "membership_auc")
        ),
    ],
}


# ---------------------------------------------------------------------------------------------------- the rungs


def flipped(data: Dataset, share: float, seed: int = 0) -> Dataset:
    """This share of the labels changed to another class."""
    rng = np.random.default_rng(seed)
    wrong = rng.random(len(data)) < share
    classes = len(data.classes)
    y = np.where(wrong, (data.y + rng.integers(1, classes, len(data))) % classes, data.y)
    return relabelled(replace(data, y=y))


def relabelled(data: Dataset) -> Dataset:
    """A table's label column made to say what `y` says."""
    if data.target is None:
        return data
    frame = data.x.copy()
    frame[data.target] = np.array([label.name for label in data.classes])[data.y]
    return replace(data, x=frame)


def without(data: Dataset, classes: Sequence[int]) -> Dataset:
    """As many samples, of the other classes alone."""
    left = np.flatnonzero(~np.isin(data.y, classes))
    return take_samples(data, np.resize(left, len(left)))


def repeated(data: Dataset, times: int, seed: int = 0) -> Dataset:
    """As many samples, each of them this often."""
    some = np.random.default_rng(seed).permutation(len(data))[: len(data) // times]
    return take_samples(data, np.repeat(some, times))


def few_shapes(data: Dataset, shapes: int = 3, seed: int = 0) -> Dataset:
    """Of each class those alone that look most like a few of its members: every one real, hardly any variety."""
    rng = np.random.default_rng(seed)
    flat = data.x.reshape(len(data), -1).astype(np.float32)
    kept = []
    for label in range(len(data.classes)):
        members = np.flatnonzero(data.y == label)
        centres = flat[rng.choice(members, shapes, replace=False)]
        nearest = ((flat[members][:, None] - centres) ** 2).sum(2).min(1)
        kept.append(members[nearest.argsort()[: len(members) // 10]])
    return take_samples(data, np.concatenate(kept))


def mixed(data: Dataset, other: Dataset, seed: int = 0) -> Dataset:
    """One half of each."""
    rng = np.random.default_rng(seed)
    first, second = (take_samples(d, rng.permutation(len(d))[: len(data) // 2]) for d in (data, other))
    x = np.concatenate([first.x, second.x]) if isinstance(data.x, np.ndarray) else _stacked(first, second)
    return replace(first, x=x, y=np.concatenate([first.y, second.y]))


def _stacked(first: Dataset, second: Dataset) -> object:
    return pd.concat([first.x, second.x], ignore_index=True)


def blurred(data: Dataset, sigma: float) -> Dataset:
    return replace(data, x=gaussian_filter(data.x, (0, sigma, sigma)))


def noisy(data: Dataset, scale: float, seed: int = 0) -> Dataset:
    """Normal noise: of images a share of white, of a table's numbers a share of each one's standard deviation."""
    rng = np.random.default_rng(seed)
    if isinstance(data.x, np.ndarray):
        x = data.x + rng.normal(0, 255 * scale, data.x.shape)
        return replace(data, x=x.clip(0, 255).astype(np.uint8))
    frame = data.x.copy()
    for name in frame.select_dtypes("number"):
        values = frame[name] + rng.normal(0, scale * frame[name].std(), len(frame))
        frame[name] = values.round().astype(frame[name].dtype)
    return replace(data, x=frame)


def shuffled(data: Dataset, seed: int = 0) -> Dataset:
    """Every column of a table for itself: all shapes stay, all trends go."""
    rng = np.random.default_rng(seed)
    frame = data.x.apply(lambda column: column.to_numpy()[rng.permutation(len(column))])
    names = [label.name for label in data.classes]
    y = frame[data.target].map({name: i for i, name in enumerate(names)}).to_numpy(np.int64)
    return replace(data, x=frame.astype(data.x.dtypes.to_dict()), y=y)


def common_rungs(real: Dataset, train: Dataset) -> dict[str, Dataset]:
    copied = take_samples(train, np.arange(len(real)))
    return {
        "real": real,
        **{f"labels {share:.0%}".replace("%", " %"): flipped(real, share) for share in (0.05, 0.2, 0.5)},
        **{f"each {times} times": repeated(real, times) for times in (5, 50)},
        "half copied": mixed(real, copied),
        "copied": copied,
    }


def image_rungs(real: Dataset, train: Dataset) -> dict[str, Dataset]:
    return common_rungs(real, train) | {
        **{f"blur {sigma:g}": blurred(real, sigma) for sigma in (0.7, 1.5)},
        **{f"noise {scale:g}": noisy(real, scale) for scale in (0.1, 0.3)},
        "3 of 10 classes gone": without(real, [2, 5, 9]),
        "few shapes": few_shapes(real),
    }


def table_rungs(real: Dataset, train: Dataset) -> dict[str, Dataset]:
    return common_rungs(real, train) | {
        **{f"noise {scale:g}": noisy(real, scale) for scale in (0.1, 0.5)},
        "columns shuffled": shuffled(real),
        "one class gone": without(real, [1]),
    }


def generated(path: Path, like: Dataset, registry: Registry, step: int | None = None) -> Dataset:
    model = synthgen.load(path, registry, snapshot=step)
    x, y = model.sample(len(like), seed=0)
    numbers = {label.number: index for index, label in enumerate(like.classes)}
    return replace(like, name=str(path), x=x, y=np.array([numbers[n] for n in y.tolist()]), notes=())


# ------------------------------------------------------------------------------------------------------ judging


def mnist() -> tuple[Dataset, Dataset, Dataset]:
    """What was trained on, what is held out, and other real samples; the latter two halves of the test images."""
    train, test = (Mnist(Mnist.Options(split=split, download=False)).load() for split in ("train", "test"))
    return train, *halves(test, COUNT)


def adult() -> tuple[Dataset, Dataset, Dataset]:
    path = str(Path(os.environ["SYNTHGEN_DATA"]) / "adult.csv")
    train, test = (
        CsvFile(CsvFile.Options(path=path, target="income", split=split, test_size=0.4, split_seed=0)).load()
        for split in ("train", "test")
    )
    return train, *halves(test, COUNT)


def halves(data: Dataset, count: int) -> tuple[Dataset, Dataset]:
    order = np.random.default_rng(0).permutation(len(data))
    return take_samples(data, order[:count]), take_samples(data, order[count : 2 * count])


def judge(
    train: Dataset, held_out: Dataset, rung: Dataset, registry: Registry, cache: Path | None
) -> Evaluation:
    left_out = {"augmentation"}  # another question, which takes long
    metrics = [NamedMetric(r.name, r.build(r.component.Options())) for r in registry.all("metric")]
    return evaluate(
        Comparison(train, rung, held_out, seed=0, full=True, cache=cache),
        [named for named in metrics if named.name not in left_out],
    )


def show(found: dict[str, Evaluation], kind: str) -> None:
    names = SCORES[kind]
    print("| | " + " | ".join(names) + " | verdict |\n" + "| --- " * (len(names) + 2) + "|")
    for rung, evaluation in found.items():
        cells = [f"{v:.3f}" if (v := evaluation.value(name)) is not None else "" for name in names]
        print(
            f"| {rung} | " + " | ".join(cells) + f" | {verdict(evaluation).headline.split(':')[0]} |",
            flush=True,
        )


def check(found: dict[str, Evaluation], orders: Sequence[Order]) -> bool:
    right = True
    for score, rungs in orders:
        values = [found[rung].value(score) for rung in rungs]
        sign = -1 if score in LOWER else 1
        holds = all(a is not None and b is not None and sign * a > sign * b for a, b in pairwise(values))
        right &= holds
        shown = ", ".join("none" if v is None else f"{v:.3f}" for v in values)
        print(f"- {'holds' if holds else 'DOES NOT HOLD'}: {score}: {' > '.join(rungs)} ({shown})")
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("kind", choices=["images", "table"])
    parser.add_argument("--run", type=Path, help="a run of mnist_cgan with snapshots")
    parser.add_argument("--collapsed", type=Path, help="a run whose model has collapsed")
    parser.add_argument("--cache", type=Path, help="folder for what is learnt from real data")
    arguments = parser.parse_args()
    registry = load_plugins(installed=False)
    data: Callable[[], tuple[Dataset, Dataset, Dataset]] = mnist if arguments.kind == "images" else adult
    train, held_out, real = data()
    rungs = (image_rungs if arguments.kind == "images" else table_rungs)(real, train)
    orders = list(ORDERS[arguments.kind])
    if arguments.run:
        steps = [snapshot.step for snapshot in list_snapshots(arguments.run)]
        chosen = [steps[0], steps[len(steps) // 3], steps[-1]]
        rungs |= {f"step {step}": generated(arguments.run, real, registry, step) for step in chosen}
        best_first = [f"step {step}" for step in reversed(chosen)]
        orders += [Order(score, best_first) for score in ("frechet", "kid", "coverage", "tstr")]
    if arguments.collapsed:
        rungs["collapsed"] = generated(arguments.collapsed, real, registry)
        orders += [Order(score, ["real", "collapsed"]) for score in ("frechet", "recall", "coverage", "tstr")]
    found = {name: judge(train, held_out, rung, registry, arguments.cache) for name, rung in rungs.items()}
    show(found, arguments.kind)
    print()
    sys.exit(0 if check(found, orders) else 1)


if __name__ == "__main__":
    main()
