"""What a recipe's `export:` section says, beside the exporter's own options. Importable without torch."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveInt, model_validator

from synthgen.options import Options, given

DEFAULT_COUNT = 10_000

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""A random seed, in the range that torch, numpy and scikit-learn all take."""

_BALANCE = {"type": "object", "required": ["balance"], "properties": {"balance": {"const": True}}}
_AMOUNTS = (given("count"), given("per_class"), _BALANCE)
_TWO_AMOUNTS: list[Any] = [{"allOf": list(pair)} for pair in combinations(_AMOUNTS, 2)]


class ExportSettings(Options):
    """Which labelled samples to write, and in which format."""

    model_config = ConfigDict(json_schema_extra={"not": {"anyOf": _TWO_AMOUNTS}})

    format: str | None = None
    """Name of the exporter, whose own options stand beside these; what goes with the data if not given:
    image_folder for images, npz for signals, csv for tables."""
    count: PositiveInt | None = None
    """Synthetic samples in all, spread over the classes; 10000 if nothing else says how many."""
    per_class: PositiveInt | dict[str, NonNegativeInt] | None = None
    """Synthetic samples of each class instead: one number, or a mapping by the class's name or number."""
    balance: bool = False
    """Instead of a number: so many of each class that, with the training data, all have as many as the
    largest."""
    classes: list[str | int] | None = Field(None, min_length=1)
    """Only these classes, by name or number; all if not given."""
    where: dict[str, str | int | float | bool | None] | None = None
    """Values of conditions by name, the label's among them: every synthetic sample has them."""
    include_real: bool = False
    """Begin the dataset with the training data itself, marked as real."""
    shard_size: PositiveInt | None = None
    """Samples in a shard: a file, for formats with many samples in one; the format's own number if not given."""
    seed: Seed | None = None
    """Which samples are drawn; the recipe's seed if not given."""

    @model_validator(mode="before")
    @classmethod
    def _default_count(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("balance"):
            return values
        if values.get("count") is None and values.get("per_class") is None:
            return {**values, "count": DEFAULT_COUNT}
        return values

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if (self.count is not None) + (self.per_class is not None) + self.balance > 1:
            raise ValueError(
                "give one of count, per_class and balance, which each say how many samples to make"
            )
        if isinstance(self.per_class, dict) and not any(self.per_class.values()):
            raise ValueError("per_class must ask for at least one sample of some class")
        return self
