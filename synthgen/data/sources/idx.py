"""Images and labels from IDX files of any name, plain or gzipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synthgen import ClassLabel, DataError, DataNotFoundError, Dataset, Source, SourceOptions
from synthgen.data.sources.idx_files import read_idx, refuse_other_count
from synthgen.data.sources.numbered_classes import name_numbers
from synthgen.data.sources.splits import refuse_split


class Idx(Source):
    """IDX files as MNIST has them, gzipped or not, of any name: grey or RGB images, and labels if any."""

    class Options(SourceOptions):
        """Which files."""

        images: Path
        """File of uint8 images, (N, height, width), or (N, height, width, 3) for RGB."""
        labels: Path | None = None
        """File of class numbers (N,), any integers; without it the images are unlabelled."""
        names: list[str] | None = None
        """Class names in the order of the class numbers; the numbers themselves if not given."""

    def load(self) -> Dataset:
        """All samples; such files have no splits. Classes are numbered by their labels, in order."""
        images: Path = self.options.images.expanduser()
        refuse_split(self.options.split, str(images), "an IDX file")
        x = _images(images)
        y = np.zeros(len(x), np.int64)
        classes: tuple[ClassLabel, ...] = ()
        if self.options.labels is not None:
            y, classes = self._labels(self.options.labels.expanduser(), images, x)
        elif self.options.names is not None:
            raise DataError(f"{images}: has no labels to go with the names; give option labels, too")
        name = images.name.removesuffix(".gz")
        return Dataset(name, x, y, classes, description=f"Images from the IDX file {images.name}.")

    def _labels(self, labels: Path, images: Path, x: np.ndarray) -> tuple[np.ndarray, tuple[ClassLabel, ...]]:
        raw = _read(labels, "labels")
        if raw.dtype.kind not in "iu" or raw.ndim != 1:
            raise DataError(f"{labels}: holds {raw.dtype} {raw.shape}; labels must be integers (N,)")
        refuse_other_count(images, x, labels, raw)
        numbers, y = np.unique(raw, return_inverse=True)
        return y.astype(np.int64), name_numbers(numbers.tolist(), self.options.names, str(labels))


def _images(path: Path) -> np.ndarray:
    x = _read(path, "images")
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    if x.dtype != np.uint8 or not (x.ndim == 3 or (x.ndim == 4 and x.shape[3] == 3)) or not x.size:
        hint = "; put the channels last" if x.ndim == 4 and x.shape[1] in (1, 3) else ""
        raise DataError(
            f"{path}: holds {x.dtype} {x.shape}; images must be uint8 (N, height, width) or"
            f" (N, height, width, 3){hint}"
        )
    return x


def _read(path: Path, option: str) -> np.ndarray:
    if not path.exists():
        raise DataNotFoundError(f"{path}: no such file (option {option})")
    return read_idx(path)
