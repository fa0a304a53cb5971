"""From a trained model to a dataset, as an `export:` section asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from synthgen.components import ClassLabel, Dataset
from synthgen.errors import RecipeError, UsageError, describe
from synthgen.export.dataset import export_dataset
from synthgen.export.originals import Originals
from synthgen.recipe import ExportChoice
from synthgen.recipe.yaml_loader import YamlError, read_yaml
from synthgen.run_directory import Run
from synthgen.sampling import ClassPlan, balancing_plan, find_classes, make_plan
from synthgen.synthesizer import Synthesizer


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
            progress=bar.update,
        )


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
