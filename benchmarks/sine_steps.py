"""How fast is a training step of very small networks? Ours against a plain PyTorch loop, in turns.

    python benchmarks/sine_steps.py [--steps 20000] [--rounds 3] [--threads 1]

The networks and batches of a teaching text's GAN for points on the sine curve (The Deep Learning Workshop, 2020,
exercise 7.04: 10 → 32 → 32 → 64 → 32 → 32 → 2 and 2 → 16 → 16 → 16 → 1, batches of 128), in both with the same
losses; the plain loop, too, generates once a step. Prints wall and CPU time, and their ratio with its spread.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from synthgen import Critique, DataSpec, Discriminator, Generator, Options
from synthgen.data.sources.sine import Sine
from synthgen.data.training_data import TrainingData
from synthgen.losses.adversarial import NonSaturating
from synthgen.training.settings import LatentSettings, TrainSettings
from synthgen.training.trainer import Trainer

BATCH, LATENT = 128, 10
RATE, BETAS = 1e-3, (0.9, 0.999)


def generator_layers() -> nn.Sequential:
    return nn.Sequential(
        *(nn.Linear(LATENT, 32), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 64), nn.ELU()),
        *(nn.Linear(64, 32), nn.ELU(), nn.Linear(32, 32), nn.SELU(), nn.Linear(32, 2), nn.SELU()),
    )


def discriminator_layers() -> nn.Sequential:
    hidden = [nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU()]
    return nn.Sequential(*hidden, nn.Linear(16, 1))


class TextGenerator(Generator):
    """The text's generator as a component."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        self.net = generator_layers()

    def forward(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Points `(B, 2)`."""
        x: Tensor = self.net(noise)
        return x


class TextDiscriminator(Discriminator):
    """The text's discriminator as a component."""

    def __init__(self, options: Options, spec: DataSpec) -> None:
        super().__init__(options, spec)
        self.net = discriminator_layers()

    def forward(self, x: Tensor, condition: Tensor) -> Critique:
        """Logits `(B,)`."""
        return Critique(self.net(x).squeeze(1))


def points() -> TrainingData:
    x = torch.tensor(Sine(Sine.Options()).load().x.to_numpy(), dtype=torch.float32)
    spec = DataSpec(shape=(2,), noise_dim=LATENT)
    return TrainingData(x, torch.empty(len(x), 0, dtype=torch.int64), spec, lambda stored: stored, [])


def ours(data: TrainingData, steps: int) -> Callable[[], None]:
    return Trainer(
        generator=TextGenerator(Options(), data.spec),
        discriminator=TextDiscriminator(Options(), data.spec),
        loss=NonSaturating(Options()),
        penalties=[],
        data=data,
        settings=TrainSettings.model_validate(
            {"steps": steps, "batch_size": BATCH, "optimizer": {"lr": RATE, "betas": BETAS}}
        ),
        latent=LatentSettings(dim=LATENT),
        precision=torch.float32,
        seed=0,
    ).train


def plain(data: TrainingData, steps: int) -> Callable[[], None]:
    generator, discriminator = generator_layers(), discriminator_layers()
    generator_optimizer = torch.optim.Adam(generator.parameters(), RATE, BETAS)
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), RATE, BETAS)
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def train() -> None:
        for _ in range(steps):
            real = data.stored[torch.randint(len(data), (BATCH,))]
            fake = generator(torch.randn(BATCH, LATENT))
            discriminator_optimizer.zero_grad()
            (loss(discriminator(real), ones) + loss(discriminator(fake.detach()), zeros)).backward()
            discriminator_optimizer.step()
            generator_optimizer.zero_grad()
            loss(discriminator(fake), ones).backward()
            generator_optimizer.step()

    return train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = points()
    for make in (plain, ours):  # imports and first calls
        make(data, 20)()
    ratios = []
    for number in range(arguments.rounds):
        seconds = {}
        for make in (plain, ours):
            train = make(data, arguments.steps)
            wall, cpu = time.perf_counter(), time.process_time()
            train()
            seconds[make.__name__] = time.perf_counter() - wall
            print(
                f"round {number}, {make.__name__}: {seconds[make.__name__]:.1f} s,"
                f" {time.process_time() - cpu:.1f} s of CPU",
                flush=True,
            )
        ratios.append(seconds["plain"] / seconds["ours"])
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"ours is {statistics.median(ratios):.2f} times as fast ({spread}, {arguments.rounds} rounds)")


if __name__ == "__main__":
    main()
