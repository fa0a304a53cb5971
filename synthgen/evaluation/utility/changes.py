"""The plain baselines of images and signals: batches that are shifted, mirrored, or made noisy."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from synthgen.evaluation.utility.examples import Examples
from synthgen.evaluation.utility.learning import Learner, Learnt

MOST_SHIFT = 2
"""Pixels."""
NOISE, DRIFT = 0.05, 1 / 32
"""Of signals: noise as a share of a channel's deviation, shifts as a share of the length."""
KEPT, KEPT_BY_CLASS = 0.95, 0.8
"""What must be left of a classifier's accuracy when images are mirrored, in all and of each class."""


class PlainChange(NamedTuple):
    """What is done to the samples of a batch."""

    name: str
    apply: Callable[[Tensor], Tensor]
    note: str


def change_images(size: tuple[int, int], mirrored: bool, note: str) -> PlainChange:
    """Shifts of up to 2 pixels, of small images up to a twelfth of the side; mirrored left to right if told so."""
    most = [max(1, min(MOST_SHIFT, side // 12)) for side in size]

    def apply(batch: Tensor) -> Tensor:
        rows, columns = (_shifted(side, reach, len(batch)) for side, reach in zip(size, most, strict=True))
        if mirrored:
            flip = torch.rand(len(batch), 1) < 0.5
            columns = torch.where(flip, columns.flip(1), columns)
        which = torch.arange(len(batch))[:, None, None]
        moved = batch[which, :, rows[:, :, None], columns[:, None, :]]
        return moved.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)

    note = f"Plain changes: shifts of up to {max(most)} pixels{', and mirrored images' if mirrored else ''}. {note}"
    return PlainChange("shifts and flips" if mirrored else "shifts", apply, note)


def change_signals(x: np.ndarray) -> PlainChange:
    """Shifts of up to a 32nd of the length, and noise of a twentieth of each channel's deviation in `x`."""
    length = x.shape[1]
    some = x[:: max(1, len(x) // 5000)]
    deviation = torch.as_tensor(some.reshape(len(some), length, -1).std((0, 1)), dtype=torch.float32)
    reach = max(1, round(length * DRIFT))

    def apply(batch: Tensor) -> Tensor:
        places = _shifted(length, reach, len(batch))[:, None].expand(batch.shape)
        return batch.gather(2, places) + NOISE * deviation[:, None] * torch.randn(batch.shape)

    note = (
        f"Plain changes: shifts of up to {reach} values, and noise of {NOISE:.0%} of the standard deviation."
    )
    return PlainChange("shifts and noise", apply, note)


def may_be_mirrored(learner: Learner, learnt: Learnt, test: Examples) -> tuple[bool, str]:
    """Whether a classifier that learnt from real images finds mirrored ones in their class, and a word on it."""
    straight = learner.score(learnt, test)
    turned = learner.score(learnt, Examples(np.ascontiguousarray(test.x[:, :, ::-1]), test.y))
    if not straight.value or turned.value is None:
        return False, "Images are not mirrored: the classifier that would judge it recognises none."
    classes = [
        after >= KEPT_BY_CLASS * before
        for before, after in zip(straight.recalled, turned.recalled, strict=True)
        if before is not None and after is not None
    ]
    fine = turned.value >= KEPT * straight.value and all(classes)
    note = (
        f"Of mirrored images {turned.value:.1%} are recognised by a classifier that learnt from real ones, of"
        f" others {straight.value:.1%}: they {'keep' if fine else 'do not keep'} their class."
    )
    return fine, note


def _shifted(length: int, most: int, count: int) -> Tensor:
    """Positions `(count, length)` to read from, each row moved by up to so many; the ends are repeated."""
    shift = torch.randint(-most, most + 1, (count, 1))
    return (torch.arange(length) + shift).clamp(0, length - 1)
