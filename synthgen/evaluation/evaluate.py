"""Letting metrics look at a comparison, one after the other; one that fails does not end the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from pydantic import BaseModel

from synthgen.errors import SynthgenError, describe
from synthgen.evaluation.results import Evaluation, MetricResult, by_error
from synthgen.evaluation.wording import listing
from synthgen.metric import Comparison, Measurement, Metric
from synthgen.options import plain_options

logger = logging.getLogger("synthgen")


class NamedMetric(NamedTuple):
    """A metric, and what it is called in recipes and reports."""

    name: str
    metric: Metric


Progress = Callable[[float, str], None]
"""Told how much is done, 0 to 1, and the name of the metric that comes next."""


def evaluate(
    comparison: Comparison,
    metrics: Sequence[NamedMetric],
    *,
    notes: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """What the metrics that suit the comparison's kind and level find; torch's and NumPy's random state stay.

    A metric that fails is told with its reason: a SynthgenError's message, or the error of a plugin.
    """
    started = time.perf_counter()
    suited = [
        named
        for named in metrics
        if comparison.kind in named.metric.kinds and (comparison.full or named.metric.quick)
    ]
    total = sum(named.metric.seconds for named in suited) or 1.0
    found: dict[int, MetricResult] = {}
    done = 0.0
    for place in sorted(
        range(len(suited)), key=lambda place: suited[place].metric.seconds
    ):  # the longest last
        named = suited[place]
        if progress:
            progress(done / total, named.name)
        found[place] = _measure(named, comparison)
        done += named.metric.seconds
    if progress:
        progress(1.0, "")
    results = tuple(found[place] for place in range(len(suited)))
    for error, names in by_error(results).items():
        logger.warning("%s: %s", listing(names, len(names)), error)
    held_out = comparison.held_out
    return Evaluation(
        kind=comparison.kind,
        classes=comparison.names,
        samples={
            "real": len(comparison.real),
            "held_out": len(held_out) if held_out is not None else 0,
            "synthetic": len(comparison.synthetic),
        },
        full=comparison.full,
        seed=comparison.seed,
        seconds=time.perf_counter() - started,
        results=results,
        notes=(*notes, *_of_classes(comparison), *_of_options(suited)),
        facts=dict(facts or {}),
    )


def _of_classes(comparison: Comparison) -> list[str]:
    """Which classes have no synthetic samples, rare ones too, which no figure may count."""
    size = len(comparison.names)
    real, made = (np.bincount(part.y, minlength=size) for part in (comparison.real, comparison.synthetic))
    absent = [f"{name} ({real[i]:,})" for i, name in enumerate(comparison.names) if real[i] and not made[i]]
    if not absent:
        return []
    note = f"there are no synthetic samples of {listing(absent)}; in brackets: real ones"
    logger.info("%s", note)
    return [note]


def _of_options(metrics: Sequence[NamedMetric]) -> list[str]:
    """Which metrics have other options than usual: what is good or bad is set for the usual ones."""
    told = []
    for named in metrics:
        options = getattr(named.metric, "options", None)
        if isinstance(options, BaseModel) and (own := _not_usual(options)):
            words = ", ".join(f"{name} {value}" for name, value in own.items())
            told.append(
                f"{named.name} was measured with {words}; what is good or bad is set for the usual options"
            )
    return told


def _not_usual(options: BaseModel) -> dict[str, Any]:
    fields = type(options).model_fields
    return {
        name: value
        for name, value in plain_options(options).items()
        if name in fields
        and not fields[name].is_required()
        and getattr(options, name) != fields[name].get_default()
    }


def _measure(named: NamedMetric, comparison: Comparison) -> MetricResult:
    started = time.perf_counter()
    measurement, error = Measurement(), None
    options: dict[str, Any] = {}
    numpy_state = np.random.get_state()
    try:
        own = getattr(named.metric, "options", None)  # a plugin's constructor may keep none
        options = plain_options(own) if isinstance(own, BaseModel) else {}
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(comparison.seed)  # torch.manual_seed is a GPU's as well
            measurement = named.metric.measure(comparison)
    except SynthgenError as expected:
        error = str(expected)
    except Exception as fault:
        error = f"metric {named.name} failed: {describe(fault)}"
        logger.debug("metric %s failed", named.name, exc_info=True)
    finally:
        np.random.set_state(numpy_state)
    seconds = time.perf_counter() - started
    return MetricResult(named.name, named.metric.section, seconds, measurement, error, options)
