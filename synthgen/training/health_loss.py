"""Where a loss's discriminator stands when it has won and when it cannot tell, found by trying the loss."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import torch

from synthgen.components import Critique, Loss

_LOGITS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
_NEAR = 10.0  # what a bounded loss has left to fall beyond such logits is nothing
_COPIES = 32  # of each logit, for losses that draw labels


class LossScale(NamedTuple):
    """The least that a discriminator's loss can be, and the least for one that says the same of all samples."""

    least: float
    even: float

    def left(self, loss: float) -> float:
        """How far a loss is from the least, 1 for a discriminator that cannot tell."""
        return (loss - self.least) / (self.even - self.least)


def measure_loss(loss: Loss) -> LossScale | None:
    """The scale of a loss; None for one without a least value, such as Wasserstein's, or that cannot be tried.

    Torch's random state stays.
    """
    logits = sorted({sign * value for value in _LOGITS for sign in (-1, 1)})
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.default_generator.manual_seed(0)  # torch.manual_seed would seed the GPU's, too
            values = {
                pair: float(loss.discriminator(*(Critique(torch.full((_COPIES,), one)) for one in pair)))
                for pair in itertools.product(logits, logits)
            }
    except Exception:  # a third party's, that needs more than logits
        return None
    least = min(values.values())
    near = min(value for pair, value in values.items() if max(map(abs, pair)) <= _NEAR)
    even = min(values[one, one] for one in logits)
    bounded = near - least < 0.01 * (even - near)
    return LossScale(least, even) if bounded else None
