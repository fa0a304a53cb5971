"""Windows of signals as tensors: channels first, each scaled to between -1 and 1."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from synthgen import DataError, Dataset, Options
from synthgen.data.codecs.given_numbers import GivenNumbersCodec

_ROWS = 1024  # signals scaled at a time, for bounded memory


class SignalCodec(GivenNumbersCodec):
    """Float signals of one length: each channel scaled by a factor of its own, the same for all samples.

    Its lowest and highest value come to lie `margin` inside -1 and 1. Generated values beyond them are set to
    them: no sample has a value outside the range of the real ones.
    """

    class Options(Options):
        """How channels are scaled."""

        margin: float = Field(0.05, ge=0, lt=1)
        """Room between a channel's extreme values and -1 and 1, which a generator reaches only in the limit."""
        trim: float = Field(0.0, ge=0, lt=0.5)
        """Share of a channel's values, at either end, that are outliers: they are cut off to the nearest value
        that is none, and not made. With 0 nothing is lost."""

    kind: ClassVar[str | None] = "signals"
    default_format: ClassVar[str] = "npz"
    chunk: ClassVar[int] = 1024

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self._signal: tuple[int, ...] = ()
        """Shape of a signal in the dataset: `(length,)` or `(length, channels)`."""
        self._dtype = np.dtype(np.float32)
        self._low = self._high = np.empty(0)
        """Range of each channel, float64 `(channels,)`."""

    def fit(self, dataset: Dataset) -> Self:
        """Learn the shape of a signal, the range of each channel, and the numbers given with signals.

        Raises DataError for NaN or infinity.
        """
        _refuse_gaps(dataset)
        super().fit(dataset)
        x = _with_channels(dataset.x)
        self._signal, self._dtype = dataset.x.shape[1:], dataset.x.dtype
        if self.options.trim:
            ends = [self.options.trim, 1 - self.options.trim]
            channels = [np.quantile(x[:, :, c].astype(np.float64), ends) for c in range(x.shape[2])]
            self._low, self._high = np.stack(channels, 1)
        else:
            self._low, self._high = (f(x, axis=(0, 1)).astype(np.float64) for f in (np.min, np.max))
        return self

    @property
    def shape(self) -> tuple[int, ...]:
        """`(channels, length)`; known once fitted or loaded."""
        if not self._signal:
            raise RuntimeError("fit() or load_state() the codec first")
        return (len(self._low), self._signal[0])

    def _scale(self) -> tuple[np.ndarray, np.ndarray]:
        """What is taken off a value, and what it is divided by then; of a constant channel by 1."""
        half = self._high / 2 - self._low / 2  # the difference itself may be too large for a float
        half = np.where(half > 0, half, 1.0)
        return self._low / 2 + self._high / 2, half / (1 - self.options.margin)

    def encode(self, dataset: Dataset) -> Tensor:
        """float32 `(N, channels, length)`. Raises DataError for signals of another shape, NaN or infinity."""
        if dataset.x.shape[1:] != self._signal:
            raise DataError(
                f"{dataset.name}: signals are {dataset.x.shape[1:]} (length, channels); the model's are"
                f" {self._signal}"
            )
        _refuse_gaps(dataset)
        x = _with_channels(dataset.x)
        centre, scale = self._scale()
        stored = np.empty((len(x), *self.shape), np.float32)
        for start in range(0, len(x), _ROWS):
            part = slice(start, start + _ROWS)
            values = np.clip(x[part].astype(np.float64), self._low, self._high)
            stored[part] = ((values - centre) / scale).transpose(0, 2, 1)
        return torch.from_numpy(stored)

    def decode(self, x: Tensor, codes: Tensor) -> np.ndarray:
        """Signals of the shape and dtype that were fitted, within the range of each channel."""
        centre, scale = self._scale()
        values = x.detach().double().cpu().numpy().transpose(0, 2, 1) * scale + centre
        values = np.clip(values, self._low, self._high).astype(self._dtype)
        return np.ascontiguousarray(values.reshape(len(x), *self._signal))

    def state(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Shape and dtype as JSON, the channels' ranges as tensors, and the given numbers."""
        given, tensors = super().state()
        values = {"signal": list(self._signal), "dtype": self._dtype.name} | given
        return values, {"low": torch.from_numpy(self._low), "high": torch.from_numpy(self._high)} | tensors

    def load_state(self, values: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        """Take it back."""
        super().load_state(values, tensors)
        self._signal = tuple(int(n) for n in values["signal"])
        self._dtype = np.dtype(values["dtype"])
        self._low, self._high = tensors["low"].numpy(), tensors["high"].numpy()


def _with_channels(x: np.ndarray) -> np.ndarray:
    """`(N, length, channels)`, in the same memory."""
    return x[:, :, None] if x.ndim == 2 else x


def _refuse_gaps(dataset: Dataset) -> None:
    for start in range(0, len(dataset.x), _ROWS):
        part = dataset.x[start : start + _ROWS]
        faulty = np.flatnonzero(~np.isfinite(part.reshape(len(part), -1)).all(1))
        if len(faulty):
            raise DataError(
                f"{dataset.name}: signal {start + faulty[0]} has NaN or infinity; leave such signals out, or fill"
                " the gaps"
            )
