"""How much a generator's samples vary, and how near they are to one another, beside real ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from synthgen.data.training_data import TrainingData
from synthgen.device import fork_random
from synthgen.latents import draw_latents
from synthgen.training.settings import LatentSettings

FEWEST = 8
"""Samples of a class, at least; with more classes than that leaves room for, the most frequent are looked at."""
_FEWEST_REAL = 4  # a class with fewer real samples says nothing of their spread
_FLAT = 1e-3  # spread of a class, as a share of all classes', at which it has no variation of its own


class Look(NamedTuple):
    """What was seen of some samples."""

    finite: bool
    spread: float = 1.0
    """How far samples are from the mean of their class, fake over real: root mean squares."""
    by_class: dict[str, float] = {}  # noqa: RUF012 - never changed
    """The same of each class that was looked at and whose real samples differ."""
    nearest: float | None = None
    """How far a sample is from the one of its class most like it, fake over real; medians. None where real
    samples repeat each other."""


class SampleWatch:
    """Makes samples of always the same latents and conditions, and compares them with as many real ones.

    Distances are those of the numbers that networks see: pixels, or encoded rows.
    """

    def __init__(self, data: TrainingData, latent: LatentSettings, samples: int, seed: int) -> None:
        random = torch.Generator().manual_seed(seed)
        self.seed = seed
        self.names, rows = _choose(data, samples, np.random.default_rng(seed))
        self.sizes = [len(some) for some in rows]
        self.possible = bool(rows)
        """Whether there is anything to compare with."""
        if not self.possible:
            return
        real = data.batch(torch.from_numpy(np.concatenate(rows)).to(data.device))
        self.condition = real.condition
        self.latents = draw_latents(len(real.x), latent, random).to(data.device)
        self.device = data.device
        groups = self._split(real.x)
        self.variance = _variances(groups)
        self.near = torch.stack([_nearest(group) for group in groups])
        self.varied = self.variance > _FLAT**2 * self.variance.mean()
        self.apart = self.varied & (self.near > 0.05 * self.variance.sqrt())

    @torch.inference_mode()
    def look(self, generator: nn.Module) -> Look:
        """Compare what the generator, which is in evaluation, makes now. Torch's random state stays."""
        with fork_random(self.device):
            torch.manual_seed(self.seed)
            groups = self._split(generator(self.latents, self.condition).float())
        variance = _variances(groups)
        near = torch.stack([_nearest(group) for group in groups])
        seen = torch.cat([variance, near]).cpu()
        if not bool(seen.isfinite().all()):
            return Look(False)
        if not bool(self.varied.any()):
            return Look(True)
        varied, apart = self.varied.cpu(), self.apart.cpu()
        ratio = (variance / self.variance).sqrt().cpu()
        by_class = {
            name: float(value) for name, value, yes in zip(self.names, ratio, varied, strict=True) if yes
        }
        spread = float((variance[self.varied].sum() / self.variance[self.varied].sum()).sqrt())
        nearest = float((near / self.near).cpu()[apart].median()) if bool(apart.any()) else None
        return Look(True, spread, by_class if len(self.names) > 1 else {}, nearest)

    def _split(self, x: Tensor) -> tuple[Tensor, ...]:
        return x.flatten(1).split(self.sizes)


def _choose(data: TrainingData, samples: int, rng: np.random.Generator) -> tuple[list[str], list[np.ndarray]]:
    """Names of classes and rows of each; one group without a name where there are no classes."""
    names = list(data.spec.conditions[0].values or ()) if data.spec.classes else []
    if not names:
        rows = rng.permutation(len(data))[:samples]
        return ([""], [rows]) if len(rows) >= _FEWEST_REAL else ([], [])
    labels = data.codes[:, 0].long().cpu().numpy()
    counts = np.bincount(labels, minlength=len(names))
    chosen = sorted(np.argsort(-counts, kind="stable")[: max(1, samples // FEWEST)])
    chosen = [number for number in chosen if counts[number] >= _FEWEST_REAL]
    each = samples // max(1, len(chosen))
    groups = [rng.permutation(np.flatnonzero(labels == number))[:each] for number in chosen]
    kept = [(names[n], some) for n, some in zip(chosen, groups, strict=True) if len(some) >= _FEWEST_REAL]
    return [name for name, _ in kept], [some for _, some in kept]


def _variances(groups: tuple[Tensor, ...]) -> Tensor:
    """The summed variance of each group, each of its numbers' about their mean."""
    return torch.stack([group.var(0).sum() for group in groups])


def _nearest(group: Tensor) -> Tensor:
    """Median over samples of the distance to the nearest other."""
    distances = torch.cdist(group, group)
    distances.fill_diagonal_(torch.inf)
    return distances.min(1).values.median()
