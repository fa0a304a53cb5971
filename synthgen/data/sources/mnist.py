"""MNIST: 28 × 28 grey handwritten digits, 60,000 to train on and 10,000 to test on."""

from __future__ import annotations

from pathlib import Path

from synthgen import (
    ClassLabel,
    DataError,
    DataNotFoundError,
    Dataset,
    Source,
    SourceOptions,
    UnsupportedError,
)
from synthgen.data.sources.download import DownloadFailed, download
from synthgen.data.sources.idx_files import read_labelled_images
from synthgen.data.sources.lookup import DATA_VARIABLE, cache_folder, places

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_NAME = "MNIST"


class Mnist(Source):
    """Handwritten digits, 28 × 28, grey: 60,000 to train, 10,000 to test."""

    image_size = (28, 28)

    class Options(SourceOptions):
        """Where MNIST's files are."""

        root: Path | None = None
        """Folder with MNIST's IDX files, directly or in MNIST/raw, as torchvision puts them; looked in first."""
        download: bool = True
        """Download the files into the user's cache folder if they are nowhere."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        if options.split not in _FILES:
            raise UnsupportedError(f"mnist has no split '{options.split}'; it has train and test")

    def load(self) -> Dataset:
        """The whole split, class numbers 0 to 9."""
        x, y = read_labelled_images(*self._files(), n_classes=10)
        if x.shape[1:] != self.image_size:
            raise DataError(f"{self._files()[0]}: images of {x.shape[1]}×{x.shape[2]}; MNIST's are 28×28")
        return Dataset(
            name="mnist",
            x=x,
            y=y,
            classes=tuple(ClassLabel(number, str(number)) for number in range(10)),
            description="MNIST handwritten digits by Yann LeCun, Corinna Cortes and Christopher J. C. Burges,"
            " CC BY-SA 3.0.",
        )

    def _files(self) -> tuple[Path, Path]:
        """The image and the label file of the split, downloaded if need be."""
        looked = places(self.options.root)
        for place in looked:
            found = place.folder and _find(place.folder, *_FILES[self.options.split])
            if found:
                return found
        lines = [str(place) for place in looked]
        if self.options.download:
            try:
                download(_NAME, cache_folder())
            except DownloadFailed as failure:
                lines.append(f"download: {failure}")
            else:
                found = _find(cache_folder(), *_FILES[self.options.split])
                if found:
                    return found
        else:
            lines.append("download: switched off (download: false)")
        raise DataNotFoundError(_not_found(lines))


def _find(place: Path, images: str, labels: str) -> tuple[Path, Path] | None:
    """Both files from one of the folders that `place` may hold them in; a pair torn apart is a DataError."""
    for folder in (place / _NAME / "raw", place / "raw", place):
        found = [_plain_or_gzipped(folder / name) for name in (images, labels)]
        if found[0] and found[1]:
            return found[0], found[1]
        if found[0] or found[1]:
            missing = labels if found[0] else images
            raise DataError(f"{folder}: incomplete: {missing} is missing (or {missing}.gz)")
    return None


def _plain_or_gzipped(path: Path) -> Path | None:
    return next((p for p in (path, path.with_name(path.name + ".gz")) if p.is_file()), None)


def _not_found(lines: list[str]) -> str:
    files = ", ".join(name for pair in _FILES.values() for name in pair)
    return "\n  ".join(
        [
            "MNIST was not found. Looked in",
            *lines,
            f"To provide it, put {files} (each may be gzipped, .gz) into one folder and name that folder"
            f" by the option root or the environment variable {DATA_VARIABLE}.",
        ]
    )
