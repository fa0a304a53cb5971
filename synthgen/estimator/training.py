"""The engine under the estimator: data in memory and a recipe's values in, a synthesizer out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

from synthgen.components import Dataset
from synthgen.device import choose_device, fork_random
from synthgen.errors import DataError, RecipeError, UnsupportedError, UsageError
from synthgen.listeners import Progress
from synthgen.plugins import installed_plugins
from synthgen.preparation import Setup, build_synthesizer, build_trainer, prepare
from synthgen.recipe import recipe_for_memory
from synthgen.synthesizer import Synthesizer
from synthgen.training.health import Health
from synthgen.watching import begin_afresh, what_it_has


def train(dataset: Dataset, values: Mapping[str, Any], *, show_progress: bool) -> Synthesizer:
    """The synthesizer that a recipe of these values gives on this data.

    What goes wrong with the training is logged as a warning, unless `health` says otherwise. torch's global random
    state and number of threads are left as they were. Raises what the engine raises.
    """
    registry = installed_plugins()
    recipe = recipe_for_memory(values, registry)
    threads = torch.get_num_threads()
    try:
        with fork_random(choose_device(recipe.train.device)):
            setup = prepare(recipe, registry, dataset=dataset)
            trainer = build_trainer(setup, [*_watch(setup), *([Progress()] if show_progress else [])])
            trainer.train()
            return build_synthesizer(setup, trainer)
    finally:
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)


def _watch(setup: Setup) -> list[Health]:
    recipe = setup.recipe
    if recipe.health.policy == "none":
        return []
    fresh = partial(begin_afresh, setup)
    return [Health(recipe.health, recipe.seed, fresh=fresh, has=what_it_has(setup))]


@contextmanager
def input_errors() -> Iterator[None]:
    """What is wrong with data or parameters as the ValueError that scikit-learn's users expect."""
    try:
        yield
    except (DataError, RecipeError, UnsupportedError, UsageError) as error:
        raise ValueError(str(error)) from error


@contextmanager
def told(verbose: bool) -> Iterator[list[str]]:
    """Gathers the warnings that synthgen logs, to be told as Python's; prints all else if `verbose`."""
    logger = logging.getLogger("synthgen")
    handler, level = _Teller(verbose), logger.level
    logger.addHandler(handler)
    if verbose:
        logger.setLevel(logging.INFO)
    try:
        yield handler.warnings
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Teller(logging.Handler):
    def __init__(self, verbose: bool) -> None:
        super().__init__(logging.INFO if verbose else logging.WARNING)
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            self.warnings.append(record.getMessage())
        else:
            print(f"[SynthGAN] {record.getMessage()}")
