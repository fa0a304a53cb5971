"""Sets of four IDX files named as MNIST's: MNIST itself, and those made to take its place."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from synthgen import DataError, Dataset
from synthgen.data.sources.idx_files import read_labelled_images
from synthgen.data.sources.torchvision_sets import TorchvisionSet, by_root_or_variable

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


class IdxSet(TorchvisionSet[tuple[Path, Path]]):
    """Base of the sources of such sets: 28 × 28, grey, ten classes."""

    image_size = (28, 28)

    origin: ClassVar[str]
    """A sentence on where the set comes from and its licence."""
    owns_file_names: ClassVar[bool] = False
    """Whether files that lie in a folder for all sets, with nothing to tell whose they are, are this set's."""

    def load(self) -> Dataset:
        """The whole split, class numbers 0 to 9."""
        files = self.locate()
        x, y = read_labelled_images(*files, n_classes=len(self.class_names))
        if x.shape[1:] != self.image_size:
            raise DataError(
                f"{files[0]}: images of {x.shape[1]}×{x.shape[2]}; {self.torchvision_name}'s are 28×28"
            )
        return Dataset(self.name, x, y, self.classes(), description=self.origin)

    def find(self, folder: Path, *, own: bool) -> tuple[Path, Path] | None:
        """Image and label file from one of the folders that `folder` may hold them in, each plain or gzipped."""
        named = folder / self.torchvision_name
        bare = (folder / "raw", folder) if own or self.owns_file_names else ()
        for place in (named / "raw", named, *bare):
            found = _pair(place, *_FILES[self.options.split])
            if found:
                return found
        return None

    @classmethod
    def provide(cls) -> str:
        """Which files to put where."""
        files = ", ".join(name for pair in _FILES.values() for name in pair)
        where = (
            f"into one folder and name that folder {by_root_or_variable()}"
            if cls.owns_file_names
            else f"into a folder {cls.torchvision_name} and name the folder that holds it {by_root_or_variable()}"
        )
        return f"put {files} (each may be gzipped, .gz) {where}"


def _pair(folder: Path, images: str, labels: str) -> tuple[Path, Path] | None:
    """Both files from `folder`; a pair torn apart is a DataError."""
    found = [_plain_or_gzipped(folder / name) for name in (images, labels)]
    if found[0] and found[1]:
        return found[0], found[1]
    if found[0] or found[1]:
        missing = labels if found[0] else images
        raise DataError(f"{folder}: incomplete: {missing} is missing (or {missing}.gz)")
    return None


def _plain_or_gzipped(path: Path) -> Path | None:
    return next((p for p in (path, path.with_name(path.name + ".gz")) if p.is_file()), None)
