"""What a run draws while it trains on a table or on signals: synthetic beside real, always of the same latents."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch

from synthgen.charts import as_png, draw_signals, draw_table
from synthgen.components import Codec, Dataset
from synthgen.data.training_data import TrainingData
from synthgen.device import fork_random
from synthgen.latents import draw_latents
from synthgen.listeners import SamplePictures
from synthgen.training.settings import LatentSettings
from synthgen.training.trainer import Trainer
from synthgen.values import take

ROWS = 1500
"""Rows of a table in a picture, real and synthetic each."""
SIGNALS = 3
"""Signals of a class in a picture, real and synthetic each."""
CLASSES = 8
"""Of more classes than this, the first are shown."""


class SamplePlots(SamplePictures):
    """Draws some real samples, always the same, and as many synthetic ones under the very conditions of these."""

    def __init__(
        self,
        directory: Path,
        dataset: Dataset,
        data: TrainingData,
        codec: Codec,
        latent: LatentSettings,
        seed: int,
    ) -> None:
        super().__init__(directory)
        rng = np.random.default_rng(seed)
        self._is_table = dataset.kind == "table"
        if self._is_table:
            names, rows = [""], [rng.permutation(len(dataset))[:ROWS]]
        else:
            names = [label.name for label in dataset.classes[:CLASSES]] or [""]
            orders = [rng.permutation(np.flatnonzero(dataset.y == y)) for y in range(len(names))]
            rows = [order[:SIGNALS] for order in orders]
        self._names = names
        self._ends = np.cumsum([len(some) for some in rows])[:-1]
        index = np.concatenate(rows)
        self._real = codec.like_samples(take(dataset.x, index))
        self._decode = codec.decode
        self._codes = data.codes[torch.from_numpy(index).to(data.codes.device)].cpu()
        self._condition = data.spec.encode_conditions(self._codes)
        self._latents = draw_latents(len(index), latent, torch.Generator().manual_seed(seed))

    def draw(self, trainer: Trainer, file: BinaryIO) -> None:
        """A chart of synthetic samples with the real ones."""
        with fork_random(trainer.device):  # generator and codec may draw random numbers of their own
            x = trainer.ema.module(self._latents.to(trainer.device), self._condition.to(trainer.device))
            x = x.float().cpu().nan_to_num()  # of a training that has diverged; its log will say so
            made = self._decode(x, self._codes)
        if self._is_table:
            figure = draw_table(self._real, made)
        else:
            sides = (np.split(signals, self._ends) for signals in (self._real, made))
            figure = draw_signals(list(zip(self._names, *sides, strict=True)))
        file.write(as_png(figure))
