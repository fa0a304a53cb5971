"""Whether there are enough samples for a verdict."""

from __future__ import annotations

from synthgen.evaluation.results import Evaluation

LEAST_SAMPLES = 100
"""Synthetic samples, and real ones, below which nothing is said: a share of so many has a standard error of up to
five points, and the bounds of shares lie 15 and more below what real data gets."""

LEAST_A_CLASS = 10
"""The same for each class, on average: a neighbourhood within a class takes more than its five nearest."""

MOST_FOR_CLASSES = 10_000
"""More than this is not asked for, however many classes there are: it is as much as a full report makes."""

LEAST_HELD_OUT = 25
"""Held-out samples: of so many, a classifier that is right on 95 % is so with a standard error of four points and a
half, and the bound of what is good to train on lies seven below. It is no more so that tables such as iris, of
whose 150 rows a fifth is held out, have a verdict. Without any, one half of the real samples is tested on."""


def needed_for_classes(classes: int) -> int:
    """Synthetic samples that so many classes take."""
    return min(LEAST_A_CLASS * classes, MOST_FOR_CLASSES)


def too_few(evaluation: Evaluation) -> str | None:
    """What is lacking, such as `5 synthetic samples, where a verdict takes at least 100`; None if nothing is."""
    for_classes = needed_for_classes(len(evaluation.classes))
    needed = {
        "synthetic": max(LEAST_SAMPLES, for_classes),
        "real": LEAST_SAMPLES,
        "held_out": LEAST_HELD_OUT,
    }
    lacking = []
    for side, least in needed.items():
        count = evaluation.samples.get(side, 0)
        if 0 < count < least:
            what = "held-out real" if side == "held_out" else side
            by_class = side == "synthetic" and LEAST_SAMPLES < for_classes < MOST_FOR_CLASSES
            each = f", {LEAST_A_CLASS} for each class" if by_class else ""
            noun = "sample" if count == 1 else "samples"
            lacking.append(f"{count:,} {what} {noun}, where a verdict takes at least {least:,}{each}")
    return "; ".join(lacking) or None
