"""Well-known sets that torchvision can download: where their files are looked for, and who fetches them."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from synthgen import ClassLabel, DataNotFoundError, Source, SourceOptions, UnsupportedError
from synthgen.data.sources.download import DownloadFailed, download
from synthgen.data.sources.lookup import DATA_VARIABLE, cache_folder, places

Files = TypeVar("Files")
"""What a source has found: the paths that it reads."""

_SPLITS = ("train", "test")


class TorchvisionSet(Source, Generic[Files]):
    """Base of the sources of torchvision's sets; a subclass says what its files are and reads them."""

    name: ClassVar[str]
    """What the source is registered as."""
    torchvision_name: ClassVar[str]
    """Name of the class in torchvision.datasets, and in messages."""
    class_names: ClassVar[tuple[str, ...]]
    """Names of the classes 0, 1, ..."""

    class Options(SourceOptions):
        """Where the set's files are."""

        root: Path | None = None
        """Folder with the set's files, directly or below as torchvision puts them; looked in first."""
        download: bool = True
        """Download the files into the user's cache folder if they are nowhere."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        if options.split not in _SPLITS:
            raise UnsupportedError(f"{self.name} has no split '{options.split}'; it has train and test")

    @abstractmethod
    def find(self, folder: Path, *, own: bool) -> Files | None:
        """The split's files, if they are in or below `folder`; part of them is a DataError.

        `own` says that a person named this folder for this source; other folders may hold other sets, too.
        """

    @classmethod
    @abstractmethod
    def provide(cls) -> str:
        """What a person must put where, to follow "To provide it, "."""

    def locate(self) -> Files:
        """The split's files, downloaded if need be. Raises DataNotFoundError that lists every place."""
        looked = places(self.options.root)
        for place in looked:
            found = place.folder and self.find(place.folder, own=place.folder is looked[0].folder)
            if found:
                return found
        lines = [str(place) for place in looked]
        if self.options.download:
            try:
                download(self.torchvision_name, cache_folder())
            except DownloadFailed as failure:
                lines.append(f"download: {failure}")
            else:
                found = self.find(cache_folder(), own=False)
                if found:
                    return found
        else:
            lines.append("download: switched off (download: false)")
        raise DataNotFoundError(
            "\n  ".join(
                [
                    f"{self.torchvision_name} was not found. Looked in",
                    *lines,
                    f"To provide it, {self.provide()}.",
                ]
            )
        )

    def classes(self) -> tuple[ClassLabel, ...]:
        """The classes by number and name."""
        return tuple(ClassLabel(*pair) for pair in enumerate(self.class_names))


def by_root_or_variable() -> str:
    """How a person names a folder that any source finds."""
    return f"by the option root or the environment variable {DATA_VARIABLE}"
