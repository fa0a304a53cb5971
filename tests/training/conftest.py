"""A trainer on tiny tensors, built without recipe or plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from synthgen import Condition, Critique, DataSpec, Discriminator, Generator, Options
from synthgen.data.training_data import TrainingData
from synthgen.training.settings import LatentSettings, TrainSettings
from synthgen.training.trainer import Trainer

SPEC = DataSpec(shape=(6,), conditions=(Condition(name="label", values=("a", "b")),), noise_dim=3)


class ToyGenerator(Generator):
    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.net = nn.Sequential(nn.Linear(self.input_dim, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 6))

    def forward(self, noise, condition):
        return self.net(torch.cat([noise, condition], 1)).tanh()


class ToyDiscriminator(Discriminator):
    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))

    def forward(self, x, condition):
        return Critique(self.net(torch.cat([x, condition], 1)).squeeze(1))


@pytest.fixture
def make_trainer(registry) -> Callable[..., Trainer]:
    def make(
        *,
        loss: str = "relativistic",
        loss_options: dict[str, Any] | None = None,
        every: tuple[int, int] = (1, 1),
        discriminator: Discriminator | None = None,
        penalties: tuple[tuple[str, dict], ...] = (),
        augmentations=(),
        listeners=(),
        **settings: Any,
    ) -> Trainer:
        torch.manual_seed(0)
        generator = torch.Generator().manual_seed(0)
        codes = torch.arange(40)[:, None] % 2
        x = 0.1 * torch.randn(40, 6, generator=generator) + torch.where(codes == 0, 0.5, -0.5)
        chosen = registry.find("loss", loss)
        found = [registry.find("penalty", name) for name, _ in penalties]
        return Trainer(
            generator=ToyGenerator(Options(), SPEC),
            discriminator=discriminator or ToyDiscriminator(Options(), SPEC),
            loss=chosen.build(chosen.component.Options(**(loss_options or {}))),
            penalties=[
                (f.name, f.build(f.component.Options(**options)))
                for f, (_, options) in zip(found, penalties, strict=True)
            ],
            augmentations=augmentations,
            data=TrainingData(x, codes, SPEC, lambda x: x, []),
            settings=TrainSettings(**{"steps": 10, "batch_size": 8, "log_every": 5, **settings}),
            latent=LatentSettings(dim=3),
            precision=torch.float32,
            seed=5,
            generator_every=every[0],
            discriminator_every=every[1],
            listeners=listeners,
        )

    return make
