"""Pictures sorted into folders, one folder a class."""

from __future__ import annotations

from pathlib import Path

from synthgen import Dataset, Source
from synthgen.data.sources.class_folders import (
    list_loose,
    list_pictures,
    number_classes,
    refuse_empty,
    split_folder,
)
from synthgen.data.sources.picture_sets import PictureOptions, read_pictures


class ImageFolder(Source):
    """Pictures in class folders, ROOT/CLASS/*.png and the like, or ROOT/SPLIT/CLASS/*.png.

    Without classes, with `labelled: false`, they may lie in ROOT itself.
    """

    class Options(PictureOptions):
        """Which folder, and how its pictures become images of one size and kind."""

        split: str = "train"
        """Folder ROOT/train, ROOT/test, ... to use; if ROOT holds the classes itself, train is everything."""
        root: Path
        """The folder; a relative path begins at the current directory."""

    def load(self) -> Dataset:
        """All pictures of the split; classes are numbered as `number_classes` says. Loose ones have none."""
        root: Path = self.options.root.expanduser()
        folder = split_folder(root, self.options.split)
        loose = [] if self.options.labelled else list_loose(folder)
        names, pictures = ([], loose) if loose else list_pictures(folder)
        x, y, notes = read_pictures(pictures, self.options, folder)
        refuse_empty(folder, names, set(y.tolist()), "no picture in it can be read")
        title = root.resolve().name or "images"
        return Dataset(
            name=title,
            x=x,
            y=y,
            classes=number_classes(names),
            description=f"Pictures from the folder {title}.",
            notes=notes,
        )
