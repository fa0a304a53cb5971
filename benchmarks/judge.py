"""What a classifier learns from images: train on some, test on real ones. The same small CNN always."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

EPOCHS = 5
BATCH = 128

Images = tuple[np.ndarray, np.ndarray]
"""`x (N, H, W)` or `(N, H, W, 3)`, uint8, and `y (N,)`, class indices."""
Change = Callable[[Tensor], Tensor]
"""Something done to the images `(B, C, H, W)` of a training batch."""


def train_on_synthetic_test_on_real(
    x: np.ndarray, y: np.ndarray, real_x: np.ndarray, real_y: np.ndarray, seed: int = 0
) -> float:
    """Accuracy on real images of a CNN trained on `x` and `y`; all as `Images`."""
    return accuracy([(x, y)], (real_x, real_y), steps=EPOCHS * (len(x) // BATCH), seed=seed)


def accuracy(
    parts: Sequence[Images], test: Images, *, steps: int, seed: int = 0, change: Change | None = None
) -> float:
    """Accuracy on `test` of a CNN after so many steps on `parts`, of which each gives an equal share of a batch."""
    return agreement(train_classifier(parts, steps=steps, seed=seed, change=change), test)


def train_classifier(
    parts: Sequence[Images], *, steps: int, seed: int = 0, change: Change | None = None
) -> nn.Sequential:
    """The CNN after so many steps on `parts`."""
    torch.manual_seed(seed)
    network = small_cnn(parts[0][0].shape[1:], classes=max(int(y.max()) for _, y in parts) + 1)
    tensors = [(_as_input(x), torch.from_numpy(y)) for x, y in parts]
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, steps)
    orders = zip(*(_indices(len(x), BATCH // len(parts)) for x, _ in parts), strict=True)
    for order in islice(orders, steps):
        images = torch.cat([x[index] for (x, _), index in zip(tensors, order, strict=True)])
        labels = torch.cat([y[index] for (_, y), index in zip(tensors, order, strict=True)])
        optimizer.zero_grad()
        cross_entropy(network(change(images) if change else images), labels).backward()
        optimizer.step()
        schedule.step()
    return network


def agreement(network: nn.Module, images: Images) -> float:
    """The share of images that the network puts into their class."""
    return (probabilities(network, images[0]).argmax(1) == torch.from_numpy(images[1])).float().mean().item()


def features(network: nn.Sequential, x: np.ndarray) -> np.ndarray:
    """What the network's last layer is given of each image, `(N, width)`."""
    network.eval()
    with torch.inference_mode():
        return torch.cat([network[:-1](part) for part in _as_input(x).split(1000)]).numpy()


def probabilities(network: nn.Module, x: np.ndarray) -> Tensor:
    """The network's probability of each class for each image, `(N, classes)`."""
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(part).softmax(1) for part in _as_input(x).split(1000)])


def small_cnn(shape: tuple[int, ...], classes: int = 10) -> nn.Sequential:
    """The judge, for images of a shape `(H, W)` or `(H, W, 3)`: 0.2 M weights at 28×28."""
    height, width, channels = (*shape, 1)[:3]
    flat = 64 * (((height - 4) // 2 - 2) // 2) * (((width - 4) // 2 - 2) // 2)
    return nn.Sequential(
        *(nn.Conv2d(channels, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(flat, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, classes)),
    ).to(memory_format=torch.channels_last)


def shift_and_rotate(x: Tensor, pixels: float = 2, degrees: float = 15) -> Tensor:
    """Each image moved by up to so many pixels either way, and turned by up to so many degrees."""
    draw = 2 * torch.rand(3, len(x)) - 1
    angle = draw[0] * (degrees * torch.pi / 180)
    sine, cosine = angle.sin(), angle.cos()
    shift = draw[1:] * (2 * pixels / x.shape[-1])
    matrix = torch.stack([cosine, -sine, shift[0], sine, cosine, shift[1]], 1).view(-1, 2, 3)
    grid = affine_grid(matrix, list(x.shape), align_corners=False)
    return grid_sample(x + 1, grid, align_corners=False) - 1  # what comes in from outside is black


def _indices(count: int, size: int) -> Iterator[Tensor]:
    """Batches of indices, every one of them once before any comes again; what is left of a round is dropped."""
    while True:
        order = torch.randperm(count)
        yield from order[: count // size * size].split(size)


def _as_input(x: np.ndarray) -> Tensor:
    images = torch.from_numpy(x)[:, None] if x.ndim == 3 else torch.from_numpy(x).permute(0, 3, 1, 2)
    return images.float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)
