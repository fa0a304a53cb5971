"""Samples of a model, and the metrics that judge them: what an evaluation is made of."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from synthgen.comparing.aligning import Aligned
from synthgen.components import Codec, Dataset
from synthgen.data.sources.lookup import cache_folder
from synthgen.errors import SynthgenError, UsageError
from synthgen.evaluation.all_metrics import AllMetrics
from synthgen.evaluation.enough import needed_for_classes
from synthgen.evaluation.evaluate import NamedMetric, evaluate
from synthgen.evaluation.results import Evaluation
from synthgen.evaluation_progress import EvaluationProgress
from synthgen.metric import Comparison, Measurement, Metric, draw_samples
from synthgen.options import Options
from synthgen.plugins import Registered, Registry
from synthgen.recipe import Choice
from synthgen.synthesizer import Synthesizer
from synthgen.values import join

logger = logging.getLogger("synthgen")

Level = Literal["quick", "full"]

MOST_SAMPLES: Mapping[Level, int] = {"quick": 2_000, "full": 10_000}
"""Synthetic samples at most where nobody says how many."""


def most_samples(level: Level, classes: int) -> int:
    """The same of so many classes: a verdict takes some of each."""
    return max(MOST_SAMPLES[level], needed_for_classes(classes))


CACHE = "judges"
"""Folder in the user's cache for what metrics learn from real data."""


class Unbuilt(Metric):
    """Stands for a metric that could not be built, so that a report says why."""

    def __init__(self, registered: Registered, options: Options, error: SynthgenError) -> None:
        super().__init__(options)
        self.error = error
        component = registered.component
        self.kinds, self.section, self.quick = component.kinds, component.section, component.quick  # type: ignore[misc]

    def measure(self, comparison: Comparison) -> Measurement:
        """Raises the error that building it ended with."""
        raise self.error


def check_request(level: str, samples: int | None, seed: int | None = None) -> None:
    """Raise UsageError for a level or a seed that there is not, and for fewer than two samples."""
    if level not in MOST_SAMPLES:
        raise UsageError(f"level {level!r}: must be quick or full")
    if samples is not None and samples < 2:
        raise UsageError(f"samples {samples}: at least 2 are needed to compare")
    if seed is not None and not 0 <= seed < 2**32:
        raise UsageError(f"seed {seed}: must be from 0 to {2**32 - 1}")


def choose_metrics(registry: Registry, chosen: Sequence[Choice] = ()) -> list[NamedMetric]:
    """The chosen metrics, or all that there are, with their default options; so, too, where `all` is chosen among
    others, which keep their own.

    One that cannot be built raises its error only when it is to measure: the others go on. A metric that cannot do
    without options has to be chosen.
    """
    own = [choice for choice in chosen if choice.registered.component is not AllMetrics]
    named = [_named(choice.registered, choice.options) for choice in own]
    if chosen and len(own) == len(chosen):
        return named
    found, taken = [], {choice.name for choice in own}
    for registered in registry.all("metric"):
        options = registered.component.Options
        needs = any(given.is_required() for given in options.model_fields.values())
        if registered.component is not AllMetrics and not needs and registered.name not in taken:
            found.append(_named(registered, options()))
    return found + named


def _named(registered: Registered, options: Options) -> NamedMetric:
    try:
        return NamedMetric(registered.name, registered.build(options))
    except SynthgenError as error:
        return NamedMetric(registered.name, Unbuilt(registered, options, error))


def judge_cache() -> Path | None:
    """Where metrics keep what they learnt from real data for the next time; None if nothing can be kept there."""
    folder = cache_folder() / CACHE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        logger.debug("%s cannot be made: %s", folder, error)
        return None
    return folder


def make_samples(synthesizer: Synthesizer, count: int, seed: int, like: Dataset) -> Dataset:
    """The first samples of this seed, with the training data's balance of classes, as a dataset `like` those.

    They are what an export begins with, unless it has a seed or a balance of its own.
    """
    batches = list(synthesizer.stream(synthesizer.plan(count), seed))
    return Dataset(
        name=f"samples of {synthesizer.source.get('recipe') or 'a model'}",
        x=join([batch.x for batch in batches]),
        y=np.concatenate([batch.y for batch in batches]),
        classes=synthesizer.classes,
        kind=like.kind,
        target=like.target,
        given={name: np.concatenate([batch.given[name] for batch in batches]) for name in synthesizer.given},
    )


def at_most(dataset: Dataset, count: int, seed: int) -> tuple[Dataset, tuple[str, ...]]:
    """So many of the samples, drawn at random and in their order, and a note if that is not all."""
    if len(dataset) <= count:
        return dataset, ()
    note = f"{count:,} of the {len(dataset):,} synthetic samples are judged, drawn at random"
    return draw_samples(dataset, count, np.random.default_rng([seed, len(dataset)])), (note,)


def judge(
    data: Aligned,
    metrics: Sequence[NamedMetric],
    *,
    level: Level,
    seed: int,
    codec: Codec | None = None,
    notes: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> tuple[Comparison, Evaluation]:
    """What the metrics find, with progress on stderr, and the comparison that they found it of."""
    comparison = Comparison(
        real=data.real,
        synthetic=data.synthetic,
        held_out=data.held_out,
        seed=seed,
        full=level == "full",
        codec=codec,
        cache=judge_cache(),
    )
    counts = f"{len(data.synthetic):,} synthetic and {len(data.real):,} real samples"
    logger.info(
        "evaluating %s%s", counts, f", {len(data.held_out):,} held out" if data.held_out is not None else ""
    )
    with EvaluationProgress() as progress:
        found = evaluate(comparison, metrics, notes=[*notes, *data.notes], facts=facts, progress=progress)
    return comparison, found
