"""Figures of known quality, and evaluations that found them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from synthgen.evaluation.results import Evaluation, MetricResult
from synthgen.metric import Figure, Measurement

REAL = {
    "tstr": 0.97,
    "trts": 0.97,
    "precision": 0.92,
    "recall": 0.9,
    "coverage": 0.96,
    "spread_ratio": 1.0,
    "missing_classes": 0.0,
    "duplicates": 0.0,
    "exact_copies": 0.0,
    "near_copies": 0.001,
    "dcr_share": 0.5,
    "nndr": 0.8,
    "membership_auc": 0.5,
    "shapes": 0.99,
    "trends": 0.98,
    "c2st_boosting": 0.5,
}

PRIVATE = {"exact_copies": 0.0, "near_copies": 0.002, "dcr_share": 0.51, "nndr": 0.8, "membership_auc": 0.52}

GOOD = {
    **{"tstr": 0.945, "trts": 0.96, "precision": 0.85, "recall": 0.75, "coverage": 0.85},
    **{"spread_ratio": 0.9, "missing_classes": 0.0, "duplicates": 0.0},
    **PRIVATE,
}

COLLAPSED = {**GOOD, "tstr": 0.58, "trts": 0.999, "precision": 0.97, "recall": 0.1, "coverage": 0.3}


def evaluation_of(
    values: dict[str, float | None], classes: int = 10, real: dict[str, float] | None = None, **more: Any
) -> Evaluation:
    real = REAL if real is None else real
    percent = {"tstr", "trts", "duplicates", "exact_copies", "near_copies", "dcr_share"}
    figures = [
        Figure(
            **{"name": name, "title": name, "value": value, "real": real.get(name)}
            | {"unit": "%" * (name in percent)}
            | more.get(name, {})
        )
        for name, value in values.items()
    ]
    return Evaluation(
        kind="images",
        classes=tuple(f"c{index}" for index in range(classes)),
        samples={"real": 5000, "held_out": 1000, "synthetic": 5000},
        full=True,
        seed=0,
        seconds=1.0,
        results=(MetricResult("all", "other", 1.0, Measurement(tuple(figures))),),
    )


def counted(evaluation: Evaluation, **samples: int) -> Evaluation:
    return replace(evaluation, samples={**evaluation.samples, **samples})
