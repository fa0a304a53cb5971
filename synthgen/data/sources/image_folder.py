"""Pictures sorted into folders, one folder a class."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from tqdm import tqdm

from synthgen import DataError, Dataset, Source, SourceOptions
from synthgen.data.sources.class_folders import (
    Picture,
    list_pictures,
    number_classes,
    refuse_empty,
    split_folder,
)
from synthgen.data.sources.pictures import Header, PictureError, Resize, read_header, read_pixels
from synthgen.data.sources.sizes import Size, height_width

_log = logging.getLogger("synthgen")

_THREADS = min(8, os.cpu_count() or 1)  # Pillow decodes outside Python's lock


class ImageFolder(Source):
    """Pictures in class folders, ROOT/CLASS/*.png and the like, or ROOT/SPLIT/CLASS/*.png."""

    class Options(SourceOptions):
        """Which folder, and how its pictures become images of one size and kind."""

        split: str = "train"
        """Folder ROOT/train, ROOT/test, ... to use; if ROOT holds the classes itself, train is everything."""
        root: Path
        """The folder; a relative path begins at the current directory."""
        size: Size | None = None
        """Bring all pictures to this size: a number, or [height, width]; needed where sizes differ."""
        resize: Resize = "crop"
        """How a picture of another aspect gets to size: crop the longer side (centred), pad the shorter with
        black, or stretch."""
        mode: Literal["auto", "grey", "rgb"] = "auto"
        """Make images grey or rgb; auto: grey if every picture is grey, else rgb."""
        on_corrupt: Literal["error", "skip"] = "error"
        """What to do about a picture that cannot be read: end with an error, or skip it and say so."""

    def load(self) -> Dataset:
        """All pictures of the split; classes are numbered as `number_classes` says."""
        root: Path = self.options.root.expanduser()
        folder = split_folder(root, self.options.split)
        names, pictures = list_pictures(folder)
        skipped: dict[Path, str] = {}
        pictures, headers = self._headers(pictures, skipped)
        refuse_empty(folder, names, {picture.y for picture in pictures}, "no picture in it can be read")
        x, y = self._pixels(pictures, headers, skipped)
        refuse_empty(folder, names, set(y.tolist()), "no picture in it can be read")
        title = root.resolve().name or "images"
        return Dataset(
            name=title,
            x=x,
            y=y,
            classes=number_classes(names),
            description=f"Pictures from the folder {title}.",
            notes=_notes(folder, sum(header.alpha for header in headers), skipped),
        )

    def _headers(
        self, pictures: list[Picture], skipped: dict[Path, str]
    ) -> tuple[list[Picture], list[Header]]:
        kept, headers = [], []
        for picture in pictures:
            try:
                headers.append(read_header(picture.path))
                kept.append(picture)
            except PictureError as error:
                self._corrupt(picture.path, str(error), skipped)
        return kept, headers

    def _pixels(
        self, pictures: list[Picture], headers: list[Header], skipped: dict[Path, str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decode into one array, made once, in the order of `pictures`: `x` and `y` of the sound ones."""
        options: Any = self.options
        grey = all(h.grey for h in headers) if options.mode == "auto" else options.mode == "grey"
        size = None if options.size is None else height_width(options.size)
        height, width = size or _common_size(pictures, headers)
        x = np.empty((len(pictures), height, width, *(() if grey else (3,))), np.uint8)

        def decode(i: int) -> str | None:
            try:
                pixels = read_pixels(pictures[i].path, grey=grey, size=size, resize=options.resize)
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
                    self._corrupt(pictures[i].path, reason, skipped)
        finally:
            pool.shutdown(cancel_futures=True)
        for target, i in enumerate(sound):
            if target != i:
                x[target] = x[i]
        return x[: len(sound)], np.array([pictures[i].y for i in sound], np.int64)

    def _corrupt(self, path: Path, reason: str, skipped: dict[Path, str]) -> None:
        if self.options.on_corrupt == "error":
            raise DataError(
                f"{path}: cannot be read ({reason}); mend or remove it, or set on_corrupt: skip to leave such"
                " pictures out"
            )
        skipped[path] = reason


def _common_size(pictures: list[Picture], headers: list[Header]) -> tuple[int, int]:
    """The height and width that all share."""
    first = headers[0]
    for picture, header in zip(pictures, headers, strict=True):
        if header[:2] != first[:2]:
            raise DataError(
                f"pictures of different sizes: {pictures[0].path} is {first.height}×{first.width} (height×width),"
                f" {picture.path} is {header.height}×{header.width}; set size: to bring all to one"
            )
    return first.height, first.width


def _notes(folder: Path, alpha: int, skipped: dict[Path, str]) -> tuple[str, ...]:
    """What a reader of the results must know; each is logged, too."""
    notes = []
    if alpha:
        notes.append(f"{alpha} of the pictures had transparency (alpha), which was dropped")
    if skipped:
        which = ", ".join(path.relative_to(folder).as_posix() for path in skipped)
        notes.append(f"{len(skipped)} pictures could not be read and were skipped: {which}")
    for note in notes:
        _log.warning("%s: %s", folder, note)
    return tuple(notes)
