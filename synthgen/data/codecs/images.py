"""Images as tensors: channels first, uint8 at rest, [-1, 1] or [0, 1] in the networks."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
from torch import Tensor

from synthgen import DataError, Dataset, Options
from synthgen.data.codecs.given_numbers import GivenNumbersCodec


class ImageCodec(GivenNumbersCodec):
    """Grey or RGB images of one size: uint8 0 to 255 in a dataset, [-1, 1] or [0, 1] out of a generator."""

    class Options(Options):
        """How pixels are scaled."""

        scaling: Literal["symmetric", "unit"] = "symmetric"
        """What networks see black and white as: -1 and 1, or 0 and 1. Generators end in tanh or in a sigmoid
        accordingly, except where the recipe lists their layers; under unit, R1 and R2 weigh four times as much."""

    kind: ClassVar[str | None] = "images"

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._shape: tuple[int, ...] | None = None

    def fit(self, dataset: Dataset) -> Self:
        """Learn the shape of an image, and the numbers given with images."""
        super().fit(dataset)
        self._shape = _shape(dataset)
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """`(channels, height, width)`, channels 1 or 3; known once fitted or loaded."""
        if self._shape is None:
            raise RuntimeError("fit() or load_state() the codec first")
        return self._shape

    @property
    def value_range(self) -> tuple[float, float]:
        """What black and white are."""
        return (0.0, 1.0) if self.options.scaling == "unit" else (-1.0, 1.0)

    def encode(self, dataset: Dataset) -> Tensor:
        """uint8 `(N, C, H, W)`, in a grey dataset's own memory. Raises DataError for another shape."""
        if _shape(dataset) != self.shape:
            raise DataError(
                f"{dataset.name}: images are {_shape(dataset)} (channels, height, width); the model's are"
                f" {self.shape}"
            )
        x = dataset.x[..., None] if dataset.x.ndim == 3 else dataset.x
        return torch.from_numpy(np.require(x.transpose(0, 3, 1, 2), np.uint8, ["C", "W"]))

    def expand(self, stored: Tensor) -> Tensor:
        """Encoded images as floats in `value_range`."""
        return (
            stored.to(torch.float32).div_(255) if self.options.scaling == "unit" else super().expand(stored)
        )

    def decode(self, x: Tensor, codes: Tensor) -> np.ndarray:
        """Floats `(B, C, H, W)` in `value_range` to uint8 `(B, H, W)` or `(B, H, W, 3)`; beyond is clamped."""
        low, high = self.value_range
        scaled = x.detach().float().sub(low).mul(255 / (high - low))
        pixels = scaled.round().clamp(0, 255).to(torch.uint8)
        pixels = pixels[:, 0] if self.shape[0] == 1 else pixels.permute(0, 2, 3, 1)
        return pixels.contiguous().cpu().numpy()

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The shape, and the given numbers."""
        given, tensors = super().state()
        return {"shape": list(self.shape)} | given, tensors

    def load_state(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        """Take it back."""
        super().load_state(values, tensors)
        channels, height, width = (int(n) for n in values["shape"])
        self._shape = (channels, height, width)


def _shape(dataset: Dataset) -> tuple[int, ...]:
    height, width = dataset.x.shape[1:3]
    return (1 if dataset.x.ndim == 3 else 3, height, width)
