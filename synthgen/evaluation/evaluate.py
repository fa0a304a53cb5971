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
        notes=tuple(notes),
        facts=dict(facts or {}),
    )


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
