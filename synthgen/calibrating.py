"""Finding a generator's calibration: how often it makes each value against how often there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from synthgen.block_activation import BlockActivation
from synthgen.calibration import KNOTS, Calibration
from synthgen.data.training_data import TrainingData
from synthgen.device import fork_random
from synthgen.latents import draw_latents
from synthgen.telling_apart import told_apart
from synthgen.training.settings import LatentSettings

logger = logging.getLogger("synthgen")

ROUNDS = 8
"""How often the offsets are corrected: categories hang together, so that one correction shifts others."""
ROWS = 32_768
"""Most rows generated in each round; twice as many as there are real ones, otherwise."""
_BATCH = 4096
_JUDGED = 8192  # most rows that a classifier is to tell from as many real ones
_FEWEST_JUDGED = 400  # of fewer a classifier would learn too little to choose by
_NAMES = ("none", "categories", "categories and numbers")
_STEP = 2.0  # most that an offset is changed in a round
_FEWEST = 100  # with fewer numbers in a class, all classes' numbers are calibrated together


class _Counts(NamedTuple):
    """What was seen of rows, by group: frequencies `(G, categories)`, and each group's numbers `(N, numbers)`."""

    frequencies: Tensor
    numbers: list[Tensor]
    rows: Tensor


def calibrate(
    generator: nn.Module, data: TrainingData, latent: LatentSettings, seed: int, *, always: bool = False
) -> None:
    """Set the calibration of the generator's output activation, if it has one, by the real data.

    Frequencies of single columns can be bought with a tight relation of two of them that no longer holds. So,
    unless it is to be `always` done, of no calibration, that of categories alone and that of numbers too, the one
    is kept with which a classifier tells generated rows from real ones least. The generator must be in
    evaluation. Torch's random state stays.
    """
    activation = next((m for m in generator.modules() if isinstance(m, BlockActivation)), None)
    if activation is None:
        return
    calibration = activation.calibration
    random = torch.Generator(data.device).manual_seed(seed)
    with fork_random(data.device), torch.inference_mode():
        torch.manual_seed(seed)
        calibration.reset()
        candidates = [calibration.copy()]
        real = _count(_real_rows(data, random), activation)
        floor = 0.5 / real.rows.clamp_min(1)[:, None]
        for _ in range(ROUNDS if activation.count else 0):
            made = _count(_made_rows(generator, data, latent, random), activation, keep_numbers=False)
            change = ((real.frequencies + floor) / (made.frequencies + floor)).log().clamp(-_STEP, _STEP)
            calibration.offsets += change
        candidates.append(calibration.copy())
        if len(activation.numbers):
            _fit_numbers(calibration, real, _count(_made_rows(generator, data, latent, random), activation))
            candidates.append(calibration.copy())
        if not always and len(data) >= _FEWEST_JUDGED:
            _keep_best(candidates, generator, activation, data, latent, random)


def _keep_best(
    candidates: list[dict[str, Tensor]],
    generator: nn.Module,
    activation: BlockActivation,
    data: TrainingData,
    latent: LatentSettings,
    random: torch.Generator,
) -> None:
    """Give the activation the candidate whose rows are told from real ones least; the same draws for each."""
    index = torch.randperm(len(data), generator=random, device=data.device)[:_JUDGED]
    real = data.batch(index)
    noise = draw_latents(len(index), latent, random)
    state = torch.get_rng_state()
    scores = []
    for candidate in candidates:
        activation.calibration.load_state_dict(candidate)
        torch.set_rng_state(state)
        made = generator(noise, real.condition)
        features = [torch.cat([activation.codes(x), real.condition], 1).cpu().numpy() for x in (made, real.x)]
        values = [*activation.values, *[0] * real.condition.shape[1]]
        scores.append(told_apart(features[0], features[1], values))
    best = int(np.argmin(scores))
    activation.calibration.load_state_dict(candidates[best])
    shown = ", ".join(f"{name} {score:.3f}" for name, score in zip(_NAMES, scores, strict=False))
    logger.info(
        "calibrated: %s, which a classifier tells worst from real rows (ROC AUC, 0.5 is best: %s)",
        _NAMES[best],
        shown,
    )


def _real_rows(data: TrainingData, random: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    most = 8 * ROWS
    index = torch.arange(len(data), device=data.device)
    if len(data) > most:
        index = torch.randint(len(data), (most,), generator=random, device=data.device)
    for part in index.split(_BATCH):
        yield data.batch(part)


def _made_rows(
    generator: nn.Module, data: TrainingData, latent: LatentSettings, random: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows under the conditions of real ones."""
    for _ in range(min(ROWS, 2 * len(data)) // _BATCH + 1):
        index = data.draw(_BATCH, random)
        condition = data.spec.encode_conditions(data.codes.index_select(0, index))
        yield generator(draw_latents(_BATCH, latent, random), condition), condition


def _count(
    batches: Iterator[tuple[Tensor, Tensor]], activation: BlockActivation, *, keep_numbers: bool = True
) -> _Counts:
    calibration = activation.calibration
    groups = calibration.groups
    sums = torch.zeros_like(calibration.offsets)
    rows = torch.zeros(groups, device=sums.device)
    seen: list[tuple[Tensor, Tensor]] = []
    for x, condition in batches:
        group = calibration.group(condition)
        categories, numbers = activation.split(x)
        sums.index_add_(0, group, categories)
        rows += torch.bincount(group, minlength=groups)
        if keep_numbers:
            seen.append((numbers.clone(), group))  # not the whole rows
    by_group: list[Tensor] = []
    if seen:
        numbers, group = (torch.cat(parts) for parts in zip(*seen, strict=True))
        by_group = [numbers[group == g] for g in range(groups)]
    return _Counts(sums / rows.clamp_min(1)[:, None], by_group, rows)


def _fit_numbers(calibration: Calibration, real: _Counts, made: _Counts) -> None:
    levels = torch.linspace(0, 1, KNOTS, device=calibration.made.device)
    for i in range(calibration.made.shape[1]):
        sides = [[_open(numbers[:, i]) for numbers in counts.numbers] for counts in (made, real)]
        together = [torch.cat(parts) for parts in sides]
        for g in range(calibration.groups):
            both = [parts[g] for parts in sides]
            if min(map(len, both)) < _FEWEST:
                both = together
            if min(map(len, both)) < 2:
                continue
            calibration.made[g, i] = _quantiles(both[0], levels)
            calibration.real[g, i] = _quantiles(both[1], levels)


def _open(values: Tensor) -> Tensor:
    """Without the zeros, which are where a gate is shut."""
    return values[values != 0]


def _quantiles(values: Tensor, levels: Tensor) -> Tensor:
    ordered = values.sort().values
    place = levels * (len(ordered) - 1)
    below = place.floor().long()
    above = (below + 1).clamp_max(len(ordered) - 1)
    return torch.lerp(ordered[below], ordered[above], place - below)
