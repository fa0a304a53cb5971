"""Whether there are enough samples for a verdict."""

from __future__ import annotations

from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.wording import listing

LEAST_SAMPLES = 100
"""Synthetic samples, and real ones, below which nothing is said: a share of so many has a standard error of up to
five points, and the bounds of shares lie 15 and more below what real data gets."""

LEAST_A_CLASS = 10
"""The same for each class, on average: a neighbourhood within a class takes more than its five nearest."""

LEAST_HELD_OUT = 50
"""Held-out samples: of so many, a classifier that is right on 95 % is so with a standard error of three points, and
the bound of what is good to train on lies seven below. Without any, one half of the real samples is tested on."""


def too_few(evaluation: Evaluation) -> str | None:
    """What is lacking, such as `5 synthetic samples, where a verdict takes 100`; None if nothing is."""
    classes = len(evaluation.classes)
    needed = {
        "synthetic": max(LEAST_SAMPLES, LEAST_A_CLASS * classes),
        "real": LEAST_SAMPLES,
        "held_out": LEAST_HELD_OUT,
    }
    lacking = []
    for side, least in needed.items():
        count = evaluation.samples.get(side, 0)
        if 0 < count < least:
            what = "held-out real" if side == "held_out" else side
            each = (
                f", {LEAST_A_CLASS} for each class" if side == "synthetic" and least > LEAST_SAMPLES else ""
            )
            noun = "sample" if count == 1 else "samples"
            lacking.append(f"{count:,} {what} {noun}, where a verdict takes at least {least:,}{each}")
    return listing(lacking) if lacking else None
