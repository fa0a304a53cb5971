"""The classifier that judges: a small CNN for images or signals, the same for every dataset of a shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from synthgen.errors import DataError
from synthgen.freed_memory import keep_freed_memory

FEATURES = 64
"""Width of the last hidden layer."""
LEVELS = (FEATURES, 16, 32)
"""How many of the numbers of `levels` are of which layer."""

Labelled = tuple[np.ndarray, np.ndarray]
"""Samples and their classes `(N,)`: uint8 images `(N, H, W)` or `(N, H, W, 3)`, or float signals `(N, L)` or
`(N, L, C)`."""
Change = Callable[[Tensor], Tensor]
"""Something done to a training batch `(B, C, H, W)` of images in [-1, 1], or `(B, C, L)` of signals as they are."""

_CHUNK = 500  # samples that are looked at together, fewer of large ones:
_TOGETHER = 2**24  # values
_LEAST = 8  # side of an image, length of a signal
_LEARNING_RATE = 4e-3


class Classifier:
    """A CNN and what it takes to feed it samples as a dataset has them."""

    def __init__(self, kind: str, shape: tuple[int, ...], classes: int) -> None:
        """A fresh one, with weights from torch's global random numbers, for samples of this shape.

        `kind` is images or signals. Raises DataError for images below 8×8 and signals of fewer than 8 values.
        """
        self.kind, self.shape, self.classes = kind, shape, classes
        sides = shape[: 2 if kind == "images" else 1]
        if min(sides) < _LEAST:
            size = "×".join(map(str, sides))
            raise DataError(
                f"{kind} of {size} are too small for the classifier that judges them: {_LEAST} at least"
            )
        channels = shape[len(sides)] if len(shape) > len(sides) else 1
        self.network = _Network(sides, channels, classes).to(memory_format=torch.channels_last)
        self.network.eval()

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """The probability of each class for each sample, float32 `(N, classes)`."""
        return self._look(x, lambda batch: self.network(batch).softmax(1), self.classes)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The likeliest class of each sample, int64 `(N,)`."""
        return self.probabilities(x).argmax(1)

    def features(self, x: np.ndarray) -> np.ndarray:
        """The last hidden layer for each sample, before its ReLU, float32 `(N, 64)`."""
        return self._look(x, self.network.features, FEATURES)

    def levels(self, x: np.ndarray) -> np.ndarray:
        """The features, and how strongly the channels of the first two convolutions answer on average over all
        positions: what a sample shows and what its texture is. Float32 `(N, 112)`, in the order of `LEVELS`."""
        return self._look(x, self.network.levels, sum(LEVELS))

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """The share of samples that it puts into their class."""
        return float((self.predict(x) == y).mean())

    def state(self) -> dict[str, Tensor]:
        """Weights, and what `from_state` needs to build it again."""
        head = [int(self.kind == "images"), self.classes, *self.shape]
        return {**self.network.state_dict(), "head": torch.tensor(head)}

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor]) -> Classifier:
        """One that gives what that gave whose `state` this is. Raises DataError if it is no such state."""
        try:
            images, classes, *shape = state["head"].tolist()
            with torch.random.fork_rng(devices=[]):
                made = cls("images" if images else "signals", tuple(shape), classes)
            made.network.load_state_dict({name: state[name] for name in state if name != "head"})
        except (KeyError, RuntimeError, ValueError, TypeError) as error:
            raise DataError("this is not the state of a classifier") from error
        return made

    def to_input(self, x: np.ndarray) -> Tensor:
        """Samples as tensors `(B, C, ...)`: images in [-1, 1], signals as they are."""
        batch = torch.tensor(x)
        batch = batch[:, None] if x.ndim == (3 if self.kind == "images" else 2) else batch.movedim(-1, 1)
        if self.kind != "images":
            return batch.float().contiguous()
        return batch.float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)

    def _look(self, x: np.ndarray, look: Callable[[Tensor], Tensor], width: int) -> np.ndarray:
        found = np.empty((len(x), width), np.float32)
        size = max(1, min(_CHUNK, _TOGETHER // math.prod(self.shape)))
        with torch.inference_mode():
            for start in range(0, len(x), size):
                part = slice(start, start + size)
                found[part] = look(self.to_input(x[part])).numpy()
        return found


def train_classifier(
    x: np.ndarray,
    y: np.ndarray,
    classes: int,
    *,
    kind: str,
    steps: int,
    seed: int,
    extra: Labelled | None = None,
    change: Change | None = None,
    batch: int = 64,
) -> Classifier:
    """The classifier after so many steps on `x` and `y`; the same for the same arguments.

    With `extra`, half of every batch is from it. `change` may draw from torch's global random numbers: they are
    seeded in here, and are afterwards what they were before. Raises DataError where there are no samples or they
    are too small.
    """
    parts = [(x, y), *([extra] if extra is not None else [])]
    if not all(len(samples) for samples, _ in parts):
        raise DataError("there are no samples to train a classifier on")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        classifier = Classifier(kind, x.shape[1:], classes)
        classifier.network.standardise(*_moments(classifier, x))
        _train(classifier, parts, steps, seed, change, batch)
    return classifier


def random_classifier(x: np.ndarray, *, kind: str, seed: int) -> Classifier:
    """One that has learnt nothing but how large its layers' values are for such samples: for its features.

    Raises DataError where there are no samples or they are too small.
    """
    if not len(x):
        raise DataError("there are no samples to look at")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        classifier = Classifier(kind, x.shape[1:], 1)
    classifier.network.standardise(*_moments(classifier, x))
    classifier.network.train()
    with torch.inference_mode():  # the norms' running values go a tenth of the way at each
        size = max(1, min(_CHUNK, _TOGETHER // math.prod(classifier.shape)))
        for start in np.linspace(0, max(0, len(x) - size), 30).astype(int):
            classifier.network(classifier.to_input(x[start : start + size]))
    classifier.network.eval()
    return classifier


@keep_freed_memory()
def _train(
    classifier: Classifier, parts: list[Labelled], steps: int, seed: int, change: Change | None, batch: int
) -> None:
    network = classifier.network.train()
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _LEARNING_RATE, max(steps, 2))
    rng = np.random.default_rng(seed)
    orders = zip(*(_indices(len(y), batch // len(parts), rng) for _, y in parts), strict=True)
    for order in islice(orders, steps):
        chosen = [(x[index], y[index]) for (x, y), index in zip(parts, order, strict=True)]
        inputs = classifier.to_input(np.concatenate([x for x, _ in chosen]))
        labels = torch.from_numpy(np.concatenate([y for _, y in chosen]).astype(np.int64))
        optimizer.zero_grad()
        cross_entropy(network(change(inputs) if change else inputs), labels).backward()
        optimizer.step()
        schedule.step()
    network.eval()


def _indices(count: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Batches of positions, each of them once before any comes again."""
    rest = rng.permutation(count)
    while True:
        while len(rest) < size:
            rest = np.concatenate([rest, rng.permutation(count)])
        yield rest[:size]
        rest = rest[size:]


def _moments(classifier: Classifier, x: np.ndarray) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel, of some thousand samples, fewer of large ones."""
    most = max(50, min(5_000, _TOGETHER // math.prod(classifier.shape)))
    some = classifier.to_input(x[:: -(-len(x) // most)]).double()
    axes = [0, *range(2, some.dim())]
    mean, deviation = some.mean(axes), some.std(axes, correction=0)
    constant = deviation <= 1e-6 * mean.abs()
    return mean.float(), torch.where(constant, 1.0, deviation).float()


class _Network(nn.Module):
    """Strided convolutions down to about four positions a side, a hidden layer, and the classes' logits.

    Some 0.6 million multiply-adds for 28×28. Of large samples the first convolution takes larger steps, so that
    the cost stays near that of 64×64, without averaging away what is fine.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, sides: tuple[int, ...], channels: int, classes: int) -> None:
        super().__init__()
        few, most, first, later = (4, 64, 5, 3) if len(sides) == 2 else (8, 256, 9, 5)
        conv: Callable[..., nn.Module] = nn.Conv2d if len(sides) == 2 else nn.Conv1d
        norm: Callable[..., nn.Module] = nn.BatchNorm2d if len(sides) == 2 else nn.BatchNorm1d
        pool: Callable[..., nn.Module] = nn.AdaptiveAvgPool2d if len(sides) == 2 else nn.AdaptiveAvgPool1d
        layers: list[nn.Module] = []
        width, stage = channels, 0
        while stage < 3 or max(sides) > 2 * few:
            steps = tuple(1 if side <= few else 2 for side in sides)
            if stage == 0:
                steps = tuple(
                    max(step, math.ceil(2 * side / most)) for step, side in zip(steps, sides, strict=True)
                )
            least = first if stage == 0 else later
            kernel = tuple(max(least, step | 1) for step in steps)
            wider = min(16 << stage, 64)
            layers += [
                conv(width, wider, kernel, steps, tuple(size // 2 for size in kernel), bias=False),
                norm(wider),
                nn.ReLU(),
            ]
            sides = tuple((side - 1) // step + 1 for side, step in zip(sides, steps, strict=True))
            width, stage = wider, stage + 1
        small = tuple(min(side, few) for side in sides)
        if small != sides:
            layers.append(pool(small))
        self.features_of = nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * math.prod(small), FEATURES))
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(FEATURES, classes))
        shape = (1, channels, *(1 for _ in sides))
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("deviation", torch.ones(shape))

    def standardise(self, mean: Tensor, deviation: Tensor) -> None:
        """Take inputs less this mean, over this deviation, of each channel."""
        self.mean.copy_(mean.view_as(self.mean))
        self.deviation.copy_(deviation.view_as(self.deviation))

    def features(self, x: Tensor) -> Tensor:
        return self.features_of((x - self.mean) / self.deviation)

    def levels(self, x: Tensor) -> Tensor:
        first = self.features_of[:3]((x - self.mean) / self.deviation)
        second = self.features_of[3:6](first)
        answers = [layer.flatten(2).mean(2) for layer in (first, second)]
        return torch.cat([self.features_of[6:](second), *answers], 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))
