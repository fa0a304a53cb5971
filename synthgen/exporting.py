"""From a trained model to a dataset, as an `export:` section asks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from synthgen.components import ClassLabel, Dataset
from synthgen.errors import RecipeError, UsageError, describe
from synthgen.export.dataset import export_dataset
from synthgen.export.originals import Originals
from synthgen.listeners import SECONDS_BETWEEN_LINES, duration
from synthgen.recipe import ExportChoice
from synthgen.recipe.yaml_loader import YamlError, read_yaml
from synthgen.run_directory import Run
from synthgen.sampling import ClassPlan, balancing_plan, find_classes, make_plan
from synthgen.synthesizer import Synthesizer

logger = logging.getLogger("synthgen")


def plan_export(choice: ExportChoice, classes: Sequence[ClassLabel], counts: Sequence[int]) -> ClassPlan:
    """Which samples an `export:` section asks of a model with these classes; raises UsageError if it cannot.

    `counts` are the training data's, by class.
    """
    settings = choice.settings
    if settings.balance:
        return balancing_plan(classes, counts, settings.classes)
    return make_plan(classes, counts, settings.count, settings.per_class, settings.classes)


def export(
    synthesizer: Synthesizer,
    choice: ExportChoice,
    directory: Path,
    seed: int,
    real: Callable[[], tuple[Dataset, str]] | None = None,
) -> dict[str, Any]:
    """Write a dataset as an `export:` section asks into a new folder; returns the manifest's head.

    `seed` holds where the section has none; `real` gives the training data and its fingerprint, for a section
    that includes it. Raises UsageError if the folder is taken or the model has no such class.
    """
    settings = choice.settings
    plan = plan_export(choice, synthesizer.classes, synthesizer.class_counts)
    originals = None
    if settings.include_real:
        if real is None:
            raise UsageError("include_real needs the folder of a run, which says where the training data is")
        wanted = find_classes(synthesizer.classes, settings.classes) if settings.classes else None
        originals = Originals.of(*real(), wanted)
    total = plan.count + (len(originals) if originals else 0)
    logger.info("writing %s samples as %s into %s", f"{total:,}", choice.exporter.name, directory)
    with tqdm(total=total, desc="export", unit="sample", disable=None, leave=False) as bar:
        return export_dataset(
            synthesizer,
            plan,
            choice.exporter.build(),
            choice.exporter.name,
            directory,
            seed=seed if settings.seed is None else settings.seed,
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
