"""scikit-learn's digits: 1,797 grey handwritten digits of 8 × 8, embedded, so that no network is needed."""

from __future__ import annotations

import numpy as np

from synthgen import ClassLabel, Dataset, Source, SourceOptions, UnsupportedError
from synthgen.data.sources.sizes import Size, height_width

_SPLITS = ("train", "test", "all")
_TEST_EVERY = 5


class Digits(Source):
    """Handwritten digits, 8 × 8, grey, 1,797 in all; part of scikit-learn, so always there."""

    class Options(SourceOptions):
        """How large the digits are."""

        split: str = "train"
        """Part of the data: train (four fifths of each class), test (every fifth of a class) or all."""
        size: Size | None = None
        """Scale the images, bicubically, to this size: a number, or [height, width]; 8 if not given."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"digits has no split '{options.split}'; it has train, test and all")

    def load(self) -> Dataset:
        """The whole split, class numbers 0 to 9."""
        from sklearn.datasets import load_digits  # noqa: PLC0415

        raw = load_digits()
        x = np.rint(raw.images * (255 / 16)).astype(np.uint8)
        y = raw.target.astype(np.int64)
        chosen = _split(y, self.options.split)
        x, y, scaled = x[chosen], y[chosen], ""
        if self.options.size is not None:
            height, width = height_width(self.options.size)
            x, scaled = _scale(x, height, width), f", here scaled from 8×8 to {height}×{width}"
        return Dataset(
            name="digits",
            x=x,
            y=y,
            classes=tuple(ClassLabel(number, str(number)) for number in range(10)),
            description="Handwritten digits by Ethem Alpaydin and Cenk Kaynak, 1998 (the test set of UCI's"
            f" Optical Recognition of Handwritten Digits, CC BY 4.0), as embedded in scikit-learn{scaled}.",
        )


def _split(y: np.ndarray, split: str) -> np.ndarray:
    """Mask of the samples of a split: every fifth of a class is for testing, always the same ones."""
    if split == "all":
        return np.ones(len(y), bool)
    test = np.zeros(len(y), bool)
    for number in np.unique(y):
        test[np.flatnonzero(y == number)[_TEST_EVERY - 1 :: _TEST_EVERY]] = True
    return test if split == "test" else ~test


def _scale(x: np.ndarray, height: int, width: int) -> np.ndarray:
    from PIL import Image  # noqa: PLC0415

    bicubic = Image.Resampling.BICUBIC
    return np.stack([np.asarray(Image.fromarray(image).resize((width, height), bicubic)) for image in x])
