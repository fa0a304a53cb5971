"""Many picture files as one array of images: options, size and kind, memory, and what becomes of bad ones."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from tqdm import tqdm

from synthgen import DataError, SourceOptions
from synthgen.data.sources.memory import require_memory
from synthgen.data.sources.pictures import Header, PictureError, Resize, read_header, read_pixels
from synthgen.data.sources.sizes import Size, height_width, refuse_size

_log = logging.getLogger("synthgen")

_THREADS = min(8, os.cpu_count() or 1)  # Pillow decodes outside Python's lock


class PictureOptions(SourceOptions):
    """How pictures become images of one size and kind."""

    size: Size | None = None
    """Bring all pictures to this size: a number, or [height, width]; needed where sizes differ."""
    resize: Resize = "crop"
    """How a picture of another aspect gets to size: crop the longer side (centred), pad the shorter with
    black, or stretch."""
    mode: Literal["auto", "grey", "rgb"] = "auto"
    """Make images grey or rgb; auto: grey if every picture is grey, else rgb."""
    on_corrupt: Literal["error", "skip"] = "error"
    """What to do about a picture that cannot be read: end with an error, or skip it and say so."""


class Picture(NamedTuple):
    """A picture file and the index of its class."""

    path: Path
    y: int


class PictureSet(NamedTuple):
    """The images and labels of the pictures that could be read, and what to note of the others."""

    x: np.ndarray
    y: np.ndarray
    notes: tuple[str, ...]


def read_pictures(pictures: Sequence[Picture], options: PictureOptions, folder: Path) -> PictureSet:
    """Decode all into one array, made once, in the order of `pictures`; `folder` is where they lie.

    Returns `x` uint8 `(N, H, W)` or `(N, H, W, 3)` and `y` int64 `(N,)`. Raises DataError for pictures of
    different sizes and no option `size`, for images too small, too large or too many for memory, and for a
    picture that cannot be read unless such are skipped.
    """
    reading = _Reading(options, folder)
    pictures, headers = reading.headers(pictures)
    if not pictures:
        raise DataError(f"{folder}: no picture in it can be read")
    x, y = reading.pixels(pictures, headers)
    return PictureSet(x, y, reading.notes(sum(header.alpha for header in headers)))


class _Reading:
    """One reading of many pictures, and those it had to skip."""

    def __init__(self, options: PictureOptions, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._skipped: dict[Path, str] = {}

    def headers(self, pictures: Sequence[Picture]) -> tuple[list[Picture], list[Header]]:
        """The pictures that can be opened, and what their headers say."""
        kept, headers = [], []
        for picture in pictures:
            try:
                headers.append(read_header(picture.path))
                kept.append(picture)
            except PictureError as error:
                self._corrupt(picture.path, str(error))
        return kept, headers

    def pixels(self, pictures: Sequence[Picture], headers: Sequence[Header]) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of those that can be decoded."""
        x = np.empty((len(pictures), *self._shape(pictures, headers)), np.uint8)
        grey, size = x.ndim == 3, None if self._options.size is None else height_width(self._options.size)

        def decode(i: int) -> str | None:
            try:
                pixels = read_pixels(pictures[i].path, grey=grey, size=size, resize=self._options.resize)
            except PictureError as error:
                return str(error)
            if pixels.shape != x.shape[1:]:
                return "its pixels are not of the size that its header says"
            x[i] = pixels
            return None

        sound: list[int] = []
        pool = ThreadPoolExecutor(_THREADS)
        try:
            reasons = pool.map(decode, range(len(pictures)))
            # the bar appears on a terminal, and after two seconds
            for i, reason in enumerate(tqdm(reasons, "pictures", len(x), leave=False, disable=None, delay=2)):
                if reason is None:
                    sound.append(i)
                else:
                    self._corrupt(pictures[i].path, reason)
        finally:
            pool.shutdown(cancel_futures=True)
        for target, i in enumerate(sound):
            if target != i:
                x[target] = x[i]
        return x[: len(sound)], np.array([pictures[i].y for i in sound], np.int64)

    def notes(self, alpha: int) -> tuple[str, ...]:
        """What a reader of the results must know; each is logged, too. `alpha` pictures had transparency."""
        notes = []
        if alpha:
            notes.append(f"{alpha} of the pictures had transparency (alpha), which was dropped")
        if self._skipped:
            which = ", ".join(path.relative_to(self._folder).as_posix() for path in self._skipped)
            notes.append(f"{len(self._skipped)} pictures could not be read and were skipped: {which}")
        for note in notes:
            _log.warning("%s: %s", self._folder, note)
        return tuple(notes)

    def _shape(self, pictures: Sequence[Picture], headers: Sequence[Header]) -> tuple[int, ...]:
        """Shape of one image; size and memory are checked before anything is decoded."""
        options = self._options
        grey = all(h.grey for h in headers) if options.mode == "auto" else options.mode == "grey"
        given = None if options.size is None else height_width(options.size)
        height, width = given or _common_size(pictures, headers)
        refuse_size(str(self._folder), height, width, "set size: to bring them there")
        shape = (height, width) if grey else (height, width, 3)
        require_memory(str(self._folder), len(pictures), shape, "set a smaller size, or use fewer pictures")
        return shape

    def _corrupt(self, path: Path, reason: str) -> None:
        if self._options.on_corrupt == "error":
            raise DataError(
                f"{path}: cannot be read ({reason}); mend or remove it, or set on_corrupt: skip to leave such"
                " pictures out"
            )
        self._skipped[path] = reason


def _common_size(pictures: Sequence[Picture], headers: Sequence[Header]) -> tuple[int, int]:
    """The height and width that all share."""
    first = headers[0]
    for picture, header in zip(pictures, headers, strict=True):
        if header[:2] != first[:2]:
            raise DataError(
                f"pictures of different sizes: {pictures[0].path} is {first.height}×{first.width} (height×width),"
                f" {picture.path} is {header.height}×{header.width}; set size: to bring all to one"
            )
    return first.height, first.width
