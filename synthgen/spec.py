"""What a network may know of the data: the shape of a sample, what its numbers stand for, its conditions."""

from __future__ import annotations

from math import prod
from typing import Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt, field_validator, model_validator
from torch import Tensor, nn
from torch.nn.functional import one_hot

from synthgen.block_activation import BlockActivation


class Condition(BaseModel):
    """One thing the networks are conditioned on: a category (one-hot) or, without values, a number."""

    model_config = ConfigDict(frozen=True)

    name: str
    values: tuple[str, ...] | None = None
    mean: float = 0.0
    """Of a number: what is taken off it, so that networks see it standardised."""
    scale: PositiveFloat = 1.0
    """Of a number: what it is divided by then."""

    @property
    def size(self) -> int:
        """Width of this condition's block in the condition tensor."""
        return 1 if self.values is None else len(self.values)


class Block(BaseModel):
    """A stretch of an encoded row of a table: a category as a one-hot, or a number."""

    model_config = ConfigDict(frozen=True)

    name: str
    """The column it belongs to."""
    kind: Literal["category", "number"]
    size: PositiveInt = 1
    """Numbers in it; 1 for a number."""
    gate: int | None = None
    """Of a number: the position in the row that is 1 where the number counts; where it is 0, the number is 0.
    So a column of both numbers and special values (missing, many zeros) is a category block, one of whose
    values says "a number", and a number gated by that."""

    @model_validator(mode="after")
    def _a_number_is_one_and_has_the_gate(self) -> Self:
        if self.kind == "number" and self.size != 1:
            raise ValueError(f"block {self.name}: a number has size 1, not {self.size}")
        if self.kind == "category" and self.gate is not None:
            raise ValueError(f"block {self.name}: only a number can have a gate")
        return self


class TanhActivation(nn.Tanh):
    """Tanh, whatever the condition."""

    def forward(self, raw: Tensor, condition: Tensor | None = None) -> Tensor:
        """Values in [-1, 1], of the shape of `raw`."""
        return raw.tanh()


class RangeActivation(nn.Module):
    """A sigmoid stretched over a range, whatever the condition."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high

    def forward(self, raw: Tensor, condition: Tensor | None = None) -> Tensor:
        """Values in [low, high], of the shape of `raw`."""
        return self.low + (self.high - self.low) * raw.sigmoid()


class DataSpec(BaseModel):
    """All that a network may know of the data: the shape of a sample, its conditions, the latent's width."""

    model_config = ConfigDict(frozen=True)

    shape: tuple[int, ...]
    """Shape of one sample: `(channels, height, width)` for images, `(channels, length)` for signals, `(width,)`
    for rows of tables."""
    conditions: tuple[Condition, ...] = ()
    noise_dim: PositiveInt = 64
    blocks: tuple[Block, ...] = ()
    """For rows of tables: what the numbers of a sample stand for, from left to right. Empty for images and
    signals, whose values are all in `value_range`."""
    value_range: tuple[float, float] = (-1.0, 1.0)
    """Lowest and highest value of samples without blocks."""

    @model_validator(mode="after")
    def _blocks_fill_the_row(self) -> Self:
        width = sum(block.size for block in self.blocks)
        if self.blocks and self.shape != (width,):
            raise ValueError(f"blocks of {width} numbers do not fill samples of shape {self.shape}")
        kinds = [block.kind for block in self.blocks for _ in range(block.size)]
        for block in self.blocks:
            if block.gate is not None and not (0 <= block.gate < width and kinds[block.gate] == "category"):
                raise ValueError(f"block {block.name}: its gate {block.gate} is no position of a category")
        return self

    @field_validator("value_range")
    @classmethod
    def _low_first(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not value[0] < value[1]:
            raise ValueError(f"must be a low and a higher number, not {value}")
        return value

    @property
    def numel(self) -> int:
        """Numbers in one sample."""
        return prod(self.shape)

    @property
    def classes(self) -> int:
        """Values of the first condition where it is a category, as the label is; else 0."""
        return len(self.conditions[0].values or ()) if self.conditions else 0

    @property
    def condition_dim(self) -> int:
        """Width of the condition tensor; 0 where nothing is conditioned on."""
        return sum(condition.size for condition in self.conditions)

    def encode_conditions(self, codes: Tensor) -> Tensor:
        """`(B, len(conditions))` category codes (or numbers) to the `(B, condition_dim)` float condition."""
        columns = [
            ((codes[:, i : i + 1] - c.mean) / c.scale).float()
            if c.values is None
            else one_hot(codes[:, i].long(), c.size).float()
            for i, c in enumerate(self.conditions)
        ]
        return torch.cat(columns, dim=1) if columns else codes.new_zeros(len(codes), 0).float()

    def activation(self, temperature: PositiveFloat = 1.0) -> nn.Module:
        """What a generator's last layer goes through, so that its outputs are of this data's kind.

        Tanh for images and signals, or a sigmoid over `value_range` where that is not [-1, 1]. For rows of
        tables, a hard draw from each category and numbers as they are; `temperature` is that of the draws'
        gradient. Call it with the raw outputs and the condition.
        """
        if not self.blocks:
            return TanhActivation() if self.value_range == (-1, 1) else RangeActivation(*self.value_range)
        sizes = [block.size if block.kind == "category" else 0 for block in self.blocks]
        first = self.conditions[0].values if self.conditions else None
        gates = [block.gate for block in self.blocks]
        return BlockActivation(sizes, gates, temperature, classes=len(first or ()))
