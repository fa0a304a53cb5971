"""CIFAR-10: photographs of ten kinds of things, 50,000 to train on and 10,000 to test on."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from synthgen import DataError, Dataset
from synthgen.data.sources.cifar_batches import SIDE, read_batch
from synthgen.data.sources.memory import require_memory
from synthgen.data.sources.torchvision_sets import TorchvisionSet, by_root_or_variable

FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"

_FILES = {"train": tuple(f"data_batch_{n}" for n in range(1, 6)), "test": ("test_batch",)}


class Cifar10(TorchvisionSet[Path]):
    """Photographs of animals and vehicles in ten classes, 32 × 32, RGB: 50,000 to train, 10,000 to test."""

    image_size = (SIDE, SIDE)

    name = "cifar10"
    torchvision_name = "CIFAR10"
    class_names = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )

    def load(self) -> Dataset:
        """The whole split, class numbers 0 to 9."""
        found, names = self.locate(), _FILES[self.options.split]
        require_memory(str(found), 10_000 * len(names), (SIDE, SIDE, 3), "free some memory first")
        batches = [
            read_batch(content, where, len(self.class_names)) for where, content in _batches(found, names)
        ]
        return Dataset(
            self.name,
            np.concatenate([pixels for pixels, _ in batches]),
            np.concatenate([labels for _, labels in batches]),
            self.classes(),
            description="CIFAR-10 by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, a labelled part of the"
            " Tiny Images.",
        )

    def find(self, folder: Path, *, own: bool) -> Path | None:
        """The folder of the split's batch files, or the archive that holds them."""
        names = _FILES[self.options.split]
        for place in (folder / FOLDER, folder):
            missing = [name for name in names if not (place / name).is_file()]
            if not missing:
                return place
            if len(missing) < len(names):
                raise DataError(f"{place}: incomplete: {', '.join(missing)} is missing")
        return folder / ARCHIVE if (folder / ARCHIVE).is_file() else None

    @classmethod
    def provide(cls) -> str:
        """Which files to put where."""
        return (
            f"put the folder {FOLDER} or the file {ARCHIVE}, as torchvision downloads them, into a folder and"
            f" name that folder {by_root_or_variable()}"
        )


def _batches(found: Path, names: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Where each batch file is, for messages, and its bytes, in the order of `names`."""
    if found.is_dir():
        for name in names:
            try:
                yield str(found / name), (found / name).read_bytes()
            except OSError as error:
                raise DataError(f"{found / name}: cannot be read ({error})") from error
        return
    members = read_members(found, names)
    for name in names:
        yield f"{found}: {name}", members[name]


def read_members(archive: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """The bytes of these files of CIFAR-10's archive. Raises DataError if it is damaged or has them not."""
    wanted, found = {f"{FOLDER}/{name}": name for name in names}, {}
    try:
        with tarfile.open(archive, "r|gz") as tar:  # as a stream: unpacked once, in whatever order
            for member in tar:
                content = tar.extractfile(member) if member.name in wanted and member.isfile() else None
                if content is not None:
                    found[wanted[member.name]] = content.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise DataError(f"{archive}: cannot be read, cut short or corrupt ({error})") from error
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(f"{archive}: {', '.join(missing)} not in its folder {FOLDER}")
    return found
