"""Base classes of component options: pydantic models, importable without torch."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt


class Options(BaseModel):
    """Base of every component's options: unknown keys are refused, values are frozen.

    Write a line of documentation below each field; `synthgen show NAME` prints it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


def plain_options(options: BaseModel) -> dict[str, Any]:
    """Options as plain values under the keys that recipes use."""
    computed = set(type(options).model_computed_fields)
    return options.model_dump(mode="json", by_alias=True, exclude=computed, warnings=False)


def given(key: str) -> dict[str, Any]:
    """In a JSON schema's words: this key is there and not null. For what validators say of several keys."""
    return {"type": "object", "required": [key], "properties": {key: {"not": {"type": "null"}}}}


class PenaltyOptions(Options):
    """What every penalty takes."""

    weight: float = Field(1.0, ge=0)
    """Factor of the penalty in the discriminator's loss."""
    every: PositiveInt = 1
    """Apply at every n-th discriminator step, n times as strong (lazy regularisation, Karras et al. 2020)."""
    samples: PositiveInt | None = None
    """Work on the first so many samples of a batch only; all of them if not given."""


class SourceOptions(Options):
    """What every source takes: which part of the data to use."""

    split: str = "train"
    """Part of the data: train or test, where the source has both."""
    classes: list[str | int] | None = None
    """Keep only these classes, by name or number; the model knows them in this order."""
    limit: PositiveInt | None = None
    """Keep at most so many samples, drawn at random with the recipe's seed."""
    per_class: PositiveInt | list[PositiveInt] | dict[str | int, PositiveInt] | None = None
    """Keep at most so many samples of each class: one number, one for each class, or a mapping by class."""
    labelled: bool = True
    """Keep the labels; false leaves them out once the above are done, for networks that know of no classes: what
    they make has none either."""
