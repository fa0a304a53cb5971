"""The real data on the device that trains on it."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor

from synthgen.components import Codec, Condition, Dataset, DataSpec, Samples
from synthgen.errors import PluginError

LABEL = "label"
"""Name of the condition that is a sample's class."""


class TrainingData:
    """All samples and their conditions, on one device; a batch is a gather.

    `x (N, *shape)` is uint8 (scaled to [-1, 1] in a batch) or float (taken as it is), `codes` is int64
    `(N, conditions)`: for each condition of `spec` the index of a category.
    """

    channels_last: bool = False
    """Whether batches of images come in the memory format `channels_last`."""

    def __init__(self, x: Tensor, codes: Tensor, spec: DataSpec) -> None:
        self.x = x
        self.codes = codes
        self.spec = spec

    @classmethod
    def from_dataset(
        cls, dataset: Dataset, codec: Codec, noise_dim: int, device: torch.device | str = "cpu"
    ) -> Self:
        """Encode a dataset with a fitted codec and put it on the device.

        There is one condition, `label`, with the class names as values, or none if the data has no labels.
        Raises PluginError if the codec gives tensors of other shapes than it says.
        """
        x = codec.encode(dataset)
        if x.shape != (len(dataset), *codec.shape):
            raise PluginError(
                f"codec {type(codec).__name__} encoded {len(dataset)} samples of shape {codec.shape}"
                f" as a tensor {tuple(x.shape)}"
            )
        names = tuple(label.name for label in dataset.classes)
        conditions = (Condition(name=LABEL, values=names),) if names else ()
        codes = (
            torch.as_tensor(dataset.y, dtype=torch.int64)[:, None] if names else torch.empty(len(x), 0).long()
        )
        spec = DataSpec(shape=codec.shape, conditions=conditions, noise_dim=noise_dim)
        return cls(x.to(device), codes.to(device), spec)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def device(self) -> torch.device:
        """Where the data is."""
        return self.x.device

    @property
    def class_counts(self) -> list[int]:
        """Samples of each class, in the classes' order; empty without labels. Waits for the device."""
        for i, condition in enumerate(self.spec.conditions):
            if condition.name == LABEL and condition.values is not None:
                return torch.bincount(self.codes[:, i], minlength=condition.size).tolist()
        return []

    def batch(self, index: Tensor) -> Samples:
        """The samples `index (B,)`, int64 on the data's device, as networks take them. Never waits for it."""
        stored = self.x.index_select(0, index)
        is_image = stored.ndim == 4
        layout = torch.channels_last if self.channels_last and is_image else torch.preserve_format
        x = stored.to(torch.float32, memory_format=layout)
        if stored.dtype == torch.uint8:
            x = x.div_(127.5).sub_(1)  # not `mul_(1 / 127.5)`: 255 becomes exactly 1
        return Samples(x, self.spec.encode_conditions(self.codes.index_select(0, index)))
