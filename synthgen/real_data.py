"""The real data that a recipe names, and that a finished run was trained on."""

from __future__ import annotations

from synthgen.components import Dataset
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import fallback_options, load_dataset
from synthgen.errors import DataError, UsageError
from synthgen.plugins import Registry
from synthgen.recipe import Choice, Recipe, load_recipe
from synthgen.run_directory import Run
from synthgen.synthesizer import Synthesizer


def load_data(recipe: Recipe) -> Dataset:
    """The recipe's real data, or its fallback's; see `load_dataset` for the errors.

    Raises UsageError for a recipe that names none, since it was made for data in memory.
    """
    if recipe.data is None:
        raise UsageError(f"recipe {recipe.name} was made for data in memory and names none")
    source, fallback = recipe.data.source, recipe.data.fallback
    if fallback is None:
        return load_dataset(source.build(), None, recipe.seed, name=source.name)
    component = fallback.registered.component
    given = fallback.options.model_dump(exclude_none=True)
    options = component.Options(**fallback_options(source.registered.component, component, given))
    return load_dataset(
        source.build(), Choice(fallback.registered, options).build(), recipe.seed, name=source.name
    )


def data_of_run(run: Run, synthesizer: Synthesizer, registry: Registry) -> tuple[Dataset, str]:
    """The data that a finished run was trained on, loaded again, and its fingerprint.

    Raises DataError if it is not there any more or is not what it was.
    """
    dataset = load_data(load_recipe(run.recipe, registry=registry))
    found, wanted = fingerprint(dataset), synthesizer.source.get("fingerprint")
    if found != wanted:
        raise DataError(
            f"the run in {run.path} was trained on other data than {dataset.name} is now"
            f" (fingerprint {str(wanted)[:12]}, now {found[:12]}); its originals cannot be included"
        )
    return dataset, found
