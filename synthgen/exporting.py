"""From a trained model to a dataset, as an `export:` section asks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from synthgen.components import LABEL, ClassLabel, Codec, Dataset
from synthgen.errors import PluginError, RecipeError, SynthgenError, UsageError, describe
from synthgen.export.dataset import call_exporter, export_dataset
from synthgen.export.originals import Originals
from synthgen.export.settings import ExportSettings
from synthgen.files import refuse_taken
from synthgen.given_latents import GivenLatents
from synthgen.listeners import SECONDS_BETWEEN_LINES, duration
from synthgen.plugins import Registry, installed_plugins
from synthgen.recipe import Choice, ExportChoice
from synthgen.recipe.yaml_loader import YamlError, read_yaml
from synthgen.run_directory import Run
from synthgen.sampling import ClassPlan, balancing_plan, find_classes, make_plan, split_where
from synthgen.synthesizer import UNTRAINED, Synthesizer
from synthgen.values import take

logger = logging.getLogger("synthgen")

_CHECKED = 1000
"""Real samples that an exporter is shown before the training."""


def choose_exporter(choice: ExportChoice, codec: Codec, registry: Registry) -> Choice:
    """The exporter of an `export:` section, or the one that goes with what this codec decodes."""
    if choice.exporter is not None:
        return choice.exporter
    registered = registry.find("exporter", codec.default_format)
    return Choice(registered, registered.component.Options())


def check_export(
    choice: ExportChoice, codec: Codec, dataset: Dataset, counts: Sequence[int], registry: Registry
) -> None:
    """Raise, before the training, what `export` would raise after it; `counts` are the data's, by class."""
    exporter = choose_exporter(choice, codec, registry)
    some = codec.like_samples(take(dataset.x, np.arange(min(len(dataset), _CHECKED))))
    call_exporter(exporter.name, exporter.build().check, some)
    label = None if not dataset.classes else LABEL if dataset.target is None else str(dataset.target)
    _plan(choice.settings, codec, label, dataset.classes, counts)


def _plan(
    settings: ExportSettings,
    codec: Codec,
    label: str | None,
    classes: Sequence[ClassLabel],
    counts: Sequence[int],
) -> ClassPlan:
    """Which samples an `export:` section asks of a model with these classes; raises UsageError if it cannot."""
    where, wanted = split_where(label, settings.where, settings.classes)
    try:
        codec.check_where(where)
        odds = codec.class_odds(where) or counts
    except SynthgenError:
        raise
    except Exception as error:
        raise PluginError(f"codec {type(codec).__name__} failed to check where: {describe(error)}") from error
    plan = (
        balancing_plan(classes, counts, wanted)
        if settings.balance
        else make_plan(classes, odds, settings.count, settings.per_class, wanted)
    )
    return replace(plan, where=tuple(where.items()))


def export(
    synthesizer: Synthesizer,
    choice: ExportChoice,
    directory: Path,
    seed: int,
    real: Callable[[], tuple[Dataset, str]] | None = None,
    registry: Registry | None = None,
    latents: GivenLatents | None = None,
) -> dict[str, Any]:
    """Write a dataset as an `export:` section asks into a new folder; returns the manifest's head.

    `seed` holds where the section has none; `real` gives the training data and its fingerprint, for a section
    that includes it; `registry` is where the exporter that goes with the data is looked up, for a section that
    names none (None: the installed plugins); `latents` are what the samples begin with, instead of drawn ones.
    Raises UsageError if the folder is taken or the model has no such
    class, condition or value.
    """
    settings = choice.settings
    exporter = choose_exporter(choice, synthesizer.codec, registry or installed_plugins())
    known, counts = synthesizer.classes, synthesizer.class_counts
    plan = _plan(settings, synthesizer.codec, synthesizer.label, known, counts)
    originals = None
    if settings.include_real:
        if real is None:
            raise UsageError("include_real needs the folder of a run, which says where the training data is")
        wanted = split_where(synthesizer.label, settings.where, settings.classes)[1]
        dataset, fingerprint = real()
        dataset = replace(dataset, x=synthesizer.codec.like_samples(dataset.x))
        originals = Originals.of(dataset, fingerprint, find_classes(known, wanted) if wanted else None)
        originals = originals.having(plan.where, synthesizer.codec)
    if UNTRAINED in synthesizer.source.get("notes", ()):
        logger.warning(UNTRAINED)
    total = plan.count + (len(originals) if originals else 0)
    refuse_taken(directory)  # which would be found out soon, but after this line
    samples = "1 sample" if total == 1 else f"{total:,} samples"
    logger.info("writing %s as %s into %s", samples, exporter.name, directory)
    with tqdm(total=total, desc="export", unit="sample", disable=None, leave=False) as bar:
        return export_dataset(
            synthesizer,
            plan,
            exporter.build(),
            exporter.name,
            directory,
            seed=seed if settings.seed is None else settings.seed,
            latents=latents,
            originals=originals,
            shard_size=settings.shard_size,
            progress=_PlainLines(total).update if bar.disable else bar.update,
        )


class _PlainLines:
    """Progress off a terminal, a plain line at most every ten seconds."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._resumed: int | None = None
        self._start = self._told = time.monotonic()

    def update(self, samples: int) -> None:
        """So many more samples are written; the first call tells those of an earlier attempt."""
        self._done += samples
        now = time.monotonic()
        if self._resumed is None:
            self._resumed, self._start = samples, now
        elif now - self._told >= SECONDS_BETWEEN_LINES:
            self._told = now
            left = (self._total - self._done) * (now - self._start) / max(1, self._done - self._resumed)
            logger.info("%s of %s samples, %s left", f"{self._done:,}", f"{self._total:,}", duration(left))


def recorded_export(run: Run) -> tuple[dict[str, Any], int]:
    """The `export:` section of a run's recipe, empty if it has none, and its seed.

    The rest of the recipe is not looked at: its plugins and data may be gone. Raises RecipeError if the file
    cannot be read; the model alone, `RUN/model`, can still be exported then.
    """
    try:
        values = read_yaml(run.recipe.read_text("utf-8")).value
        export, seed = values.get("export"), values.get("seed", 0)
    except (OSError, ValueError, AttributeError, YamlError) as error:
        raise RecipeError(
            f"{run.recipe} cannot be read ({describe(error)}); {run.model} can be exported without it"
        ) from error
    return dict(export or {}), int(seed)
