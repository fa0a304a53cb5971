"""scikit-learn's tags with the few that imbalanced-learn's checks read on top, without importing it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sklearn.utils import InputTags, Tags, TargetTags


@dataclass(slots=True)
class SamplerInputTags(InputTags):  # type: ignore[misc]
    """What X may be."""

    dataframe: bool = True
    """Whether DataFrames come back as DataFrames."""


@dataclass(slots=True)
class SamplerTags:
    """What imbalanced-learn asks of a sampler."""

    sample_indices: bool = False
    """Whether it tells which rows it took; new rows have no such index."""


@dataclass(slots=True)
class GeneratorTags(Tags):  # type: ignore[misc]
    """Tags of an estimator that makes samples."""

    sampler_tags: SamplerTags = field(default_factory=SamplerTags)


def synthgan_tags() -> GeneratorTags:
    """Mixed tables with gaps, text and categories, and signals; a target is welcome, not required."""
    return GeneratorTags(
        estimator_type="sampler",
        target_tags=TargetTags(required=False),
        input_tags=SamplerInputTags(three_d_array=True, categorical=True, string=True, allow_nan=True),
    )
