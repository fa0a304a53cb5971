"""Images as tensors: channels first, uint8 at rest, [-1, 1] in the networks."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from synthgen import Codec, DataError, Dataset


class ImageCodec(Codec):
    """Grey or RGB images of one size: uint8 0 to 255 in a dataset, [-1, 1] out of a generator."""

    kind: ClassVar[str | None] = "images"

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._shape: tuple[int, ...] | None = None

    def fit(self, dataset: Dataset) -> Self:
        """Learn the shape of an image."""
        self._shape = _shape(dataset)
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """`(channels, height, width)`, channels 1 or 3; known once fitted or loaded."""
        if self._shape is None:
            raise RuntimeError("fit() or load_state() the codec first")
        return self._shape

    def encode(self, dataset: Dataset) -> Tensor:
        """uint8 `(N, C, H, W)`, in a grey dataset's own memory. Raises DataError for another shape."""
        if _shape(dataset) != self.shape:
            raise DataError(
                f"{dataset.name}: images are {_shape(dataset)} (channels, height, width); the model's are"
                f" {self.shape}"
            )
        x = dataset.x[..., None] if dataset.x.ndim == 3 else dataset.x
        return torch.from_numpy(np.require(x.transpose(0, 3, 1, 2), np.uint8, ["C", "W"]))

    def decode(self, x: Tensor, codes: Tensor) -> np.ndarray:
        """Floats `(B, C, H, W)` in [-1, 1] to uint8 `(B, H, W)` or `(B, H, W, 3)`; beyond is clamped."""
        pixels = x.detach().float().add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8)
        pixels = pixels[:, 0] if self.shape[0] == 1 else pixels.permute(0, 2, 3, 1)
        return pixels.contiguous().cpu().numpy()

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The shape."""
        return {"shape": list(self.shape)}, {}

    def load_state(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        """Take the shape back."""
        channels, height, width = (int(n) for n in values["shape"])
        self._shape = (channels, height, width)


def _shape(dataset: Dataset) -> tuple[int, ...]:
    height, width = dataset.x.shape[1:3]
    return (1 if dataset.x.ndim == 3 else 3, height, width)
