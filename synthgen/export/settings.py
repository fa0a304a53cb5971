"""What a recipe's `export:` section says, beside the exporter's own options. Importable without torch."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from synthgen.options import Options

DEFAULT_COUNT = 10_000

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""A random seed, in the range that torch, numpy and scikit-learn all take."""


class ExportSettings(Options):
    """Which labelled samples to write, and in which format."""

    format: str = "image_folder"
    """Name of the exporter; its own options stand beside these."""
    count: PositiveInt | None = None
    """Samples in all, spread over the classes; 10000 if per_class is not given either."""
    per_class: PositiveInt | dict[str, NonNegativeInt] | None = None
    """Samples of each class instead: one number, or a mapping by the class's name or number."""
    classes: list[str | int] | None = Field(None, min_length=1)
    """Only these classes, by name or number; all if not given."""
    seed: Seed | None = None
    """Which samples are drawn; the recipe's seed if not given."""

    @model_validator(mode="before")
    @classmethod
    def _default_count(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("count") is None and values.get("per_class") is None:
            return {**values, "count": DEFAULT_COUNT}
        return values

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if self.count is not None and self.per_class is not None:
            raise ValueError("give count or per_class, not both")
        if isinstance(self.per_class, dict) and not any(self.per_class.values()):
            raise ValueError("per_class must ask for at least one sample of some class")
        return self
