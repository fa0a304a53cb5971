"""Features of torchvision's Inception v3, with weights that the user hands over."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from synthgen.components import Dataset
from synthgen.device import choose_device
from synthgen.errors import DataError, describe
from synthgen.evaluation.features import FeatureNetwork, Features, features_of_sides
from synthgen.files import reason, sha256_file
from synthgen.metric import Comparison

SIDE = 299
_BATCH = 32


@dataclass(frozen=True)
class InceptionFeatures:
    """The pooled features of a weights file's network; for `comparison.once`."""

    path: Path

    def __call__(self, comparison: Comparison) -> Features:
        """Raises DataError for other data than images, and for a file that holds no such weights."""
        if comparison.kind != "images":
            raise DataError(f"inception: {self.path} is for images; this is {comparison.kind} data")
        return features_of_sides(comparison, inception_network(self.path))


def inception_network(path: Path) -> FeatureNetwork:
    """The 2,048 pooled features of torchvision's inception_v3 with these weights; images are scaled to 299×299.

    Raises DataError if the file cannot be read or is not its state dict.
    """
    network = _load(path)
    digest = sha256_file(path)
    device = choose_device("auto")
    network.to(device)

    def look(datasets: Sequence[Dataset]) -> list[np.ndarray]:
        return [_look(network, dataset.x, device) for dataset in datasets]

    words = "2,048 pooled features of Inception v3"
    return FeatureNetwork(look, {"network": words, "dimensions": 2048, "sha256": digest})


def _load(path: Path) -> nn.Module:
    from torchvision.models import inception_v3  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        state: Any = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise DataError(f"inception: {path} cannot be read: {reason(error)}") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise DataError(f"inception: {path} is no file of weights that torch.save has written") from error
    with torch.device("meta"):
        network: nn.Module = inception_v3(weights=None, init_weights=False)
    try:
        network.load_state_dict({name: tensor.float() for name, tensor in state.items()}, assign=True)
    except (RuntimeError, AttributeError, TypeError) as error:
        raise DataError(
            f"inception: {path} is not the state dict of torchvision's inception_v3: {describe(error)[:200]}"
        ) from error
    network.fc = nn.Identity()
    return network.eval()


def _look(network: nn.Module, x: np.ndarray, device: torch.device) -> np.ndarray:
    found = [np.empty((0, 2048), np.float32)]
    with torch.inference_mode():
        for start in range(0, len(x), _BATCH):
            batch = torch.tensor(x[start : start + _BATCH]).to(device).float()
            found.append(network(_scaled(batch)).cpu().numpy())
    return np.concatenate(found)


def _scaled(batch: Tensor) -> Tensor:
    """uint8 values `(B, H, W[, 3])` as the network takes them: `(B, 3, 299, 299)` in [-1, 1]."""
    colours = batch[..., None].expand(-1, -1, -1, 3) if batch.dim() == 3 else batch
    images = colours.permute(0, 3, 1, 2) / 127.5 - 1
    return interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)
