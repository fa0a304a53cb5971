"""What a classifier learns from synthetic images: train on synthetic, test on real. The same small CNN always."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

EPOCHS = 5
BATCH = 128


def train_on_synthetic_test_on_real(
    x: np.ndarray, y: np.ndarray, real_x: np.ndarray, real_y: np.ndarray, seed: int = 0
) -> float:
    """Accuracy on real images `(M, 28, 28)` uint8 of a CNN trained on `x (N, 28, 28)` uint8 and `y (N,)`."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(64 * 25, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)),
    ).to(memory_format=torch.channels_last)
    images, labels = _as_input(x), torch.from_numpy(y)
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, EPOCHS * (len(x) // BATCH))
    for _ in range(EPOCHS):
        order = torch.randperm(len(x))
        for index in order[: len(x) // BATCH * BATCH].split(BATCH):
            optimizer.zero_grad()
            cross_entropy(network(images[index]), labels[index]).backward()
            optimizer.step()
            schedule.step()
    network.eval()
    with torch.inference_mode():
        predicted = torch.cat([network(part).argmax(1) for part in _as_input(real_x).split(1000)])
    return (predicted == torch.from_numpy(real_y)).float().mean().item()


def _as_input(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(x)[:, None].float().div(127.5).sub(1)
