"""synthgen: a real, labelled dataset in, a labelled synthetic one out.

This is the whole public face; names are imported when they are first used, so that the command line answers
at once and torch is loaded only where it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from synthgen.version import __version__

if TYPE_CHECKING:
    from synthgen.components import (
        Augmentation,
        ClassLabel,
        Codec,
        Critic,
        Critique,
        Dataset,
        DatasetInfo,
        Discriminator,
        Exporter,
        Generator,
        Loss,
        Penalty,
        SampleBatch,
        Samples,
        Shard,
        Source,
        TableColumn,
    )
    from synthgen.errors import (
        DataError,
        DataNotFoundError,
        PluginError,
        RecipeError,
        SynthgenError,
        UnsupportedError,
        UsageError,
    )
    from synthgen.estimator import SynthGAN
    from synthgen.evaluating import evaluate
    from synthgen.hookspecs import Register, hookimpl
    from synthgen.judgement import Judgement
    from synthgen.metric import Comparison, DetailTable, Figure, Measurement, Metric, Picture
    from synthgen.options import Options, PenaltyOptions, SourceOptions
    from synthgen.output_folder import OutputFolder
    from synthgen.pipeline import resume, run
    from synthgen.recipe import load_recipe
    from synthgen.spec import Block, Condition, DataSpec
    from synthgen.synthesizer import Synthesizer, load

__all__ = [
    "Augmentation",
    "Block",
    "ClassLabel",
    "Codec",
    "Comparison",
    "Condition",
    "Critic",
    "Critique",
    "DataError",
    "DataNotFoundError",
    "DataSpec",
    "Dataset",
    "DatasetInfo",
    "DetailTable",
    "Discriminator",
    "Exporter",
    "Figure",
    "Generator",
    "Judgement",
    "Loss",
    "Measurement",
    "Metric",
    "Options",
    "OutputFolder",
    "Penalty",
    "PenaltyOptions",
    "Picture",
    "PluginError",
    "RecipeError",
    "Register",
    "SampleBatch",
    "Samples",
    "Shard",
    "Source",
    "SourceOptions",
    "SynthGAN",
    "Synthesizer",
    "SynthgenError",
    "TableColumn",
    "UnsupportedError",
    "UsageError",
    "__version__",
    "evaluate",
    "hookimpl",
    "load",
    "load_recipe",
    "resume",
    "run",
]

_ELSEWHERE = {
    "Block": "spec",
    "Condition": "spec",
    "DataSpec": "spec",
    "Judgement": "judgement",
    "Options": "options",
    "OutputFolder": "output_folder",
    "PenaltyOptions": "options",
    "Register": "hookspecs",
    "SourceOptions": "options",
    "SynthGAN": "estimator",
    "Synthesizer": "synthesizer",
    "evaluate": "evaluating",
    "hookimpl": "hookspecs",
    "load": "synthesizer",
    "load_recipe": "recipe",
    "resume": "pipeline",
    "run": "pipeline",
    **dict.fromkeys(("Comparison", "DetailTable", "Figure", "Measurement", "Metric", "Picture"), "metric"),
    **dict.fromkeys(
        (
            "DataError",
            "DataNotFoundError",
            "PluginError",
            "RecipeError",
            "SynthgenError",
            "UnsupportedError",
            "UsageError",
        ),
        "errors",
    ),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'synthgen' has no attribute {name!r}")
    value = getattr(import_module(f"synthgen.{_ELSEWHERE.get(name, 'components')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
