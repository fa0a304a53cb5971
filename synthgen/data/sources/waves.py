"""Windows of waves drawn by numbers, so that labelled signals can be tried where there are none."""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from synthgen import ClassLabel, Dataset, Source, SourceOptions, UnsupportedError
from synthgen.data.sources.memory import require_memory_of_signals

_SPLITS = ("train", "test")
_CLASSES = ("sine", "square", "chirp")
_SWEEP = (0.5, 1.5)  # where a chirp's frequency begins and ends, as a part of its mean
_CHUNK = 2**18  # values drawn at a time, for bounded memory

Range = tuple[PositiveFloat, PositiveFloat]


class Waves(Source):
    """Drawn, so always there: noisy sine, square and chirp waves; 128 values, one channel by default.

    A chirp's frequency rises evenly from half its mean to one and a half times that. The channels of a window share
    its frequency, and have each their own phase and amplitude.
    """

    class Options(SourceOptions):
        """How many windows, and of which waves."""

        count: Annotated[int, Field(ge=len(_CLASSES))] = 6000
        """Windows to draw, as many of each class as of any other."""
        length: Annotated[int, Field(ge=8)] = 128
        """Values in a window."""
        channels: PositiveInt | None = None
        """Channels of a window `(length, channels)`; if not given there is one, and a window is `(length,)`."""
        frequency: Range = (2.0, 8.0)
        """Lowest and highest mean frequency, in cycles a window; drawn evenly."""
        amplitude: Range = (0.5, 1.5)
        """Lowest and highest amplitude, drawn evenly."""
        noise: NonNegativeFloat = 0.1
        """Standard deviation of the Gaussian noise, in the amplitude's unit."""
        seed: NonNegativeInt = 0
        """Where the random numbers begin; split test never has the same."""

        @model_validator(mode="after")
        def _ranges_rise(self) -> Self:
            for name, (low, high) in (("frequency", self.frequency), ("amplitude", self.amplitude)):
                if low > high:
                    raise ValueError(f"{name}: the lowest, {low:g}, is above the highest, {high:g}")
            most = self.length / 2 / _SWEEP[1]
            if self.frequency[1] > most:
                raise ValueError(
                    f"frequency: {self.frequency[1]:g} cycles are too many for windows of {self.length} values; a"
                    f" chirp reaches {_SWEEP[1]:g} times that, so at most {most:g}"
                )
            return self

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"waves has no split '{options.split}'; it has train and test")

    def load(self) -> Dataset:
        """`count` windows, float32; window i is of class i mod 3 and the same for every larger count."""
        options = self.options
        channels = options.channels or 1
        shape = (options.count, options.length, channels)
        require_memory_of_signals("waves", shape, 4, "use a smaller count or length")
        seed = [options.seed, _SPLITS.index(options.split)]
        for_waves, for_noise = (np.random.default_rng([*seed, i]) for i in (0, 1))
        y = np.arange(options.count) % len(_CLASSES)
        x = np.empty(shape, np.float32)
        step = max(1, _CHUNK // (options.length * channels))
        for start in range(0, options.count, step):
            part = slice(start, min(start + step, options.count))
            chance = for_waves.random((len(y[part]), 1 + 2 * channels))
            noise = for_noise.standard_normal((len(y[part]), options.length, channels))
            x[part] = _draw(y[part], chance, noise, options)
        return Dataset(
            name="waves",
            x=x if options.channels else x[:, :, 0],
            y=y.astype(np.int64),
            classes=tuple(ClassLabel(*pair) for pair in enumerate(_CLASSES)),
            description=f"Windows of {options.length} values of sine, square and chirp waves, drawn by synthgen"
            f" with random frequency, phase and amplitude and noise of standard deviation {options.noise:g}.",
            kind="signals",
        )


def _draw(y: np.ndarray, chance: np.ndarray, noise: np.ndarray, options: Waves.Options) -> np.ndarray:
    """Windows `(N, length, channels)` of the classes `y (N,)`.

    `chance (N, 1 + 2 channels)` is uniform in [0, 1), `noise (N, length, channels)` standard normal.
    """
    channels = noise.shape[2]
    frequency = _within(options.frequency, chance[:, None, :1])
    amplitude = _within(options.amplitude, chance[:, None, 1 : 1 + channels])
    phase = chance[:, None, 1 + channels :]
    time = (np.arange(options.length) / options.length)[:, None]
    low, high = _SWEEP
    swept = low * time + (high - low) / 2 * time**2
    kind = y[:, None, None]
    wave = np.sin(2 * np.pi * (frequency * np.where(kind == _CLASSES.index("chirp"), swept, time) + phase))
    wave = np.where(kind == _CLASSES.index("square"), np.sign(wave), wave)
    return amplitude * wave + options.noise * noise


def _within(bounds: tuple[float, float], chance: np.ndarray) -> np.ndarray:
    low, high = bounds
    return low + (high - low) * chance
