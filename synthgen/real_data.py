"""The real data that a recipe names, and that a finished run was trained on."""

from __future__ import annotations

from dataclasses import replace

from synthgen.components import Dataset, Source
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import fallback_options, load_with_source
from synthgen.errors import DataError, UsageError
from synthgen.hold_out import RealParts, find_test_split, split_real
from synthgen.plugins import Registry
from synthgen.recipe import Choice, DataChoice, Recipe, load_recipe
from synthgen.run_directory import Run
from synthgen.synthesizer import Synthesizer


def load_data(recipe: Recipe) -> Dataset:
    """The recipe's real data, all of it, or its fallback's; see `load_dataset` for the errors.

    Raises UsageError for a recipe that names none, since it was made for data in memory.
    """
    return _load(recipe)[0]


def load_unseen(recipe: Recipe, *, asked: bool) -> Dataset:
    """As `load_data`, of real data that a model has not seen: the source's test split where it has one, unless
    somebody `asked` for another. The dataset's name says which part it is."""
    dataset, source = _load(recipe)
    if asked:
        split = source.options.split
        which = "all, the training split with it," if split == "all" else f"the {split} split"
        return replace(dataset, name=f"{which} of {dataset.name}")
    test = find_test_split(source, dataset, recipe.seed, whole=False)
    return replace(test, name=f"the test split of {dataset.name}") if test is not None else dataset


def load_parts(recipe: Recipe, dataset: Dataset | None = None, *, share_out: bool = True) -> RealParts:
    """The recipe's real data, and what of it is kept from the training; see `split_real`.

    `dataset` is the data where the caller has loaded it already. Errors are those of `load_data`.
    """
    if dataset is None or (recipe.data is not None and recipe.data.fallback is not None):
        # a dataset does not say which of two sources it is from
        return split_real(recipe, *_load(recipe), share_out=share_out)
    source = recipe.data.source.build() if recipe.data is not None else None
    return split_real(recipe, dataset, source, share_out=share_out)


def _load(recipe: Recipe) -> tuple[Dataset, Source]:
    if recipe.data is None:
        raise UsageError(f"recipe {recipe.name} was made for data in memory and names none")
    source, fallback = recipe.data.source, choose_fallback(recipe.data)
    return load_with_source(
        source.build(), fallback.build() if fallback else None, recipe.seed, name=source.name
    )


def choose_fallback(data: DataChoice) -> Choice | None:
    """What stands in where the source finds nothing, with options that bring its samples to the source's shape."""
    if data.fallback is None:
        return None
    component = data.fallback.registered.component
    given = data.fallback.options.model_dump(exclude_none=True)
    options = fallback_options(data.source.registered.component, component, given)
    return Choice(data.fallback.registered, component.Options(**options))


def data_of_run(run: Run, synthesizer: Synthesizer, registry: Registry) -> tuple[Dataset, str]:
    """The real data of a finished run, loaded again: all that its recipe selects, and the fingerprint of that.

    Raises DataError if it is not there any more or is not what it was.
    """
    whole = parts_of_run(run, synthesizer, load_recipe(run.recipe, registry=registry)).whole
    return whole, fingerprint(whole)


def parts_of_run(run: Run, synthesizer: Synthesizer, recipe: Recipe) -> RealParts:
    """What a finished run of this recipe was trained on and what was kept from its training, loaded again.

    Raises DataError if it is not there any more or is not what it was.
    """
    chosen = (run.read_info() if run.info.is_file() else {}).get("selection") or {}
    # runs of older versions chose by all that was held out, and have not recorded which part did
    parts = load_parts(recipe, share_out=chosen.get("step") is None or "part" in chosen)
    found, wanted = fingerprint(parts.train), synthesizer.source.get("fingerprint")
    if found != wanted:
        raise DataError(
            f"the run in {run.path} was trained on other data than {parts.whole.name} is now"
            f" (fingerprint {str(wanted)[:12]}, now {found[:12]})"
        )
    return parts
