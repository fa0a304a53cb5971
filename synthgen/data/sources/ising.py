"""Spins of the Ising model at given temperatures, simulated, so that a continuous condition can be tried."""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveFloat, model_validator
from tqdm import tqdm

from synthgen import Dataset, Source, SourceOptions, UnsupportedError
from synthgen.data.sources.memory import require_memory
from synthgen.data.sources.sizes import Size, height_width

_SPLITS = ("train", "test")
_CHUNK = 2**18  # spins simulated at a time, for bounded memory

Range = tuple[PositiveFloat, PositiveFloat]


class Ising(Source):
    """Simulated, so always there: spins of the two-dimensional Ising model, periodic; 32 × 32 by default.

    Up is white and down black. There are no classes; each image is given its `temperature`, in units of J / k_B:
    spins are ordered below 2.269 and disordered above. Each is an independent draw from thermal equilibrium, by
    Swendsen and Wang's cluster updates; 5,000 images of 32 × 32 take ten seconds.
    """

    class Options(SourceOptions):
        """How many lattices, how large, and at which temperatures."""

        count: Annotated[int, Field(ge=2)] = 5000
        """Images to make."""
        size: Size = 32
        """Size of the images, a spin each pixel: a number, or [height, width]."""
        temperatures: Range = (1.5, 3.5)
        """Lowest and highest temperature, both among those drawn; the others are drawn evenly between them."""
        grid: list[PositiveFloat] | None = Field(None, min_length=1)
        """Only these temperatures instead, in equal numbers."""
        leave_out: Range | None = None
        """No temperatures between these two, so that a model can be asked for what it has not seen."""
        seed: NonNegativeInt = 0
        """Where the random numbers begin; split test never has the same."""

        @model_validator(mode="after")
        def _temperatures_are_some(self) -> Self:
            low, high = self.temperatures
            if low > high:
                raise ValueError(f"temperatures: the lowest, {low:g}, is above the highest, {high:g}")
            if self.grid is not None and "temperatures" in self.model_fields_set:
                raise ValueError("give temperatures or grid, not both")
            if self.leave_out is None:
                return self
            first, last = self.leave_out
            if first >= last:
                raise ValueError(f"leave_out: the first, {first:g}, must be below the last, {last:g}")
            if self.grid is not None:
                raise ValueError("leave_out is for temperatures; leave them out of grid itself")
            if not low < first < last < high:
                raise ValueError(
                    f"leave_out: {first:g} to {last:g} must lie within temperatures, {low:g} to {high:g}"
                )
            return self

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"ising has no split '{options.split}'; it has train and test")

    def load(self) -> Dataset:
        """`count` images, unlabelled, each given its `temperature`."""
        options = self.options
        height, width = height_width(options.size)
        require_memory("ising", options.count, (height, width), "use a smaller count or size")
        seed = [options.seed, _SPLITS.index(options.split)]
        temperature = _temperatures(options, np.random.default_rng([*seed, 0]))
        x = _images(temperature, height, width, [*seed, 1])
        return Dataset(
            name="ising",
            x=x,
            y=np.zeros(len(x), np.int64),
            classes=(),
            description=f"Spins of the two-dimensional Ising model on periodic lattices of {height}×{width},"
            f" simulated by synthgen at temperatures from {temperature.min():.4g} to {temperature.max():.4g}, in"
            " units of J / k_B.",
            given={"temperature": temperature},
        )


def _temperatures(options: Ising.Options, rng: np.random.Generator) -> np.ndarray:
    """`(count,)`, in random order."""
    if options.grid is not None:
        return rng.permutation(np.resize(np.asarray(options.grid, np.float64), options.count))
    low, high = options.temperatures
    first, last = options.leave_out or (high, high)
    drawn = low + rng.random(options.count) * (first - low + high - last)
    drawn[drawn > first] += last - first
    drawn[:2] = low, high
    return rng.permutation(drawn)


def _images(temperature: np.ndarray, height: int, width: int, seed: list[int]) -> np.ndarray:
    """uint8 `(N, height, width)`, 255 for up and 0 for down.

    Lattices of about the same temperature, which need as many sweeps, are simulated together.
    """
    from synthgen.data.sources.ising_lattice import simulate  # noqa: PLC0415 - scipy is slow to import

    x = np.empty((len(temperature), height, width), np.uint8)
    order, step = np.argsort(temperature, kind="stable"), max(1, _CHUNK // (height * width))
    starts = range(0, len(order), step)
    for chunk, start in enumerate(tqdm(starts, "ising", leave=False, disable=None, delay=2)):
        part = order[start : start + step]
        up = simulate(temperature[part], height, width, np.random.default_rng([*seed, chunk]))
        x[part] = np.where(up, np.uint8(255), np.uint8(0))
    return x
