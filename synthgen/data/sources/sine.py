"""Points on the sine curve as a table of two columns, made by numbers: the teaching text's first example."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from synthgen import Dataset, Source, SourceOptions, UnsupportedError

_SPLITS = ("train", "test")


class Sine(Source):
    """Drawn, so always there: points on the sine curve, in groups around random centres; columns x and sin(x)."""

    class Options(SourceOptions):
        """How many points, and where."""

        count: Annotated[int, Field(ge=2)] = 51_200
        """Points in all."""
        points: PositiveInt = 128
        """Points of a group, one step after the other, its centre in the middle."""
        spacing: PositiveFloat = 0.1
        """The step between two points of a group, along x."""
        mean: float = 3.0
        """Of the normal distribution that the groups' centres are drawn from."""
        std: NonNegativeFloat = 1.0
        """Of the same."""
        seed: NonNegativeInt = 0
        """Where the random centres begin; split test never has the same."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"sine has no split '{options.split}'; it has train and test")

    def load(self) -> Dataset:
        """`count` points, float64, unlabelled; a larger count only adds to a smaller one's."""
        import pandas as pd  # noqa: PLC0415 - not needed for images

        options = self.options
        rng = np.random.default_rng([options.seed, _SPLITS.index(options.split)])
        centres = rng.normal(options.mean, options.std, -(-options.count // options.points))
        steps = options.spacing * (np.arange(options.points) - (options.points - 1) / 2)
        x = (centres[:, None] + steps).reshape(-1)[: options.count]
        return Dataset(
            name="sine",
            x=pd.DataFrame({"x": x, "sin(x)": np.sin(x)}),
            y=np.zeros(len(x), np.int64),
            classes=(),
            description=f"Points on the sine curve, drawn by synthgen: groups of {options.points},"
            f" {options.spacing:g} apart, around centres from N({options.mean:g}, {options.std:g}²).",
            kind="table",
        )
