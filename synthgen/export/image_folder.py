"""PNG files in a folder per class, as torchvision's `ImageFolder` and Keras read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from pydantic import Field

from synthgen import ClassLabel, DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard
from synthgen.export.csv_text import row
from synthgen.export.images import given_rows, png, sample_names
from synthgen.export.kinds import check_images

UNLABELLED = "unlabelled"
"""The one folder of a dataset without classes."""
METADATA = "metadata.csv"
"""The table of the numbers that samples were made at; as Hugging Face's imagefolder reads it, where it is one."""

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST = 200  # bytes; file systems take 255


class ImageFolderExporter(Exporter):
    """PNG files `CLASS/NUMBER.png`, by the sample's number: files sort in the order of sampling.

    An original, where the dataset includes them, is called `NUMBER_real.png`. Numbers that samples are conditioned
    on stand in `metadata.csv`, or one for each shard, beside the file's name and its class.
    """

    shard_size = 10_000

    class Options(Options):
        """How the PNG files are written."""

        compress_level: int = Field(1, ge=0, le=9)
        """zlib's effort, from 0 (none) to 9 (smallest and slowest)."""

    def folders(self, info: DatasetInfo) -> list[str]:
        """The folder of each class."""
        return folder_names(info.classes)

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        lines = [
            "from torchvision.datasets import ImageFolder",
            'data = ImageFolder("PATH/OF/THIS/FOLDER")',
            "image, label = data[0]  # label: place of the class folder; see manifest.json",
        ]
        if info.given:
            files = f'sorted(Path("PATH/OF/THIS/FOLDER").glob("{METADATA.replace(".", "*.")}"))'
            read = f'pd.concat(map(pd.read_csv, {files})).set_index("file_name")'
            lines = ["from pathlib import Path", "import pandas as pd", *lines]
            lines += [f"metadata = {read}  # with {', '.join(info.given)}"]
        return "\n".join(lines)

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for what is no grey or RGB images."""
        check_images(x, "image_folder")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """One PNG a sample. Raises UnsupportedError for what is no grey or RGB image."""
        folders = self.folders(info) or [
            UNLABELLED
        ]  # none for a class without samples: ImageFolder refuses it
        with folder.open(shard.file(METADATA)) if info.given else nullcontext() as metadata:
            if metadata:
                label = ["label"] if info.classes else []
                metadata.write(row(["file_name", *label, *info.given]) + b"\n")
            for batch in batches:
                self.check(batch.x)
                names = sample_names(batch, info.digits)
                files = [f"{folders[y]}/{name}.png" for name, y in zip(names, batch.y.tolist(), strict=True)]
                for file, image in zip(files, batch.x, strict=True):
                    folder.write(file, png(image, self.options.compress_level))
                if metadata:
                    metadata.writelines(_rows(files, batch, info))


def _rows(files: Sequence[str], batch: SampleBatch, info: DatasetInfo) -> Iterator[bytes]:
    """The lines of the metadata: file, class, numbers."""
    for file, y, given in zip(files, batch.y.tolist(), given_rows(batch, info), strict=True):
        label = [info.classes[y].name] if info.classes else []
        yield row([file, *label, *given.values()]) + b"\n"


def folder_names(classes: Sequence[ClassLabel]) -> list[str]:
    """A folder for each class that every file system takes, all different even where case does not count.

    Names that are all decimal numbers get one width: ImageFolder sorts as strings, and 10 comes before 2.
    """
    names = [_safe(label.name) for label in classes]
    if all(name.isascii() and name.isdigit() for name in names):
        width = max(map(len, names), default=0)
        names = [name.zfill(width) for name in names]
    taken: set[str] = set()
    folders = []
    for label, name in zip(classes, names, strict=True):
        folder, tries = name, 0
        while folder.casefold() in taken:
            folder = f"{name}_{label.number}" + f"_{tries}" * bool(tries)
            tries += 1
        taken.add(folder.casefold())
        folders.append(folder)
    return folders


def _safe(name: str) -> str:
    """A class name as a folder name for Linux, macOS and Windows."""
    text = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip()
    text = text.encode()[:_LONGEST].decode(errors="ignore").rstrip(". ")  # Windows drops dots at the end
    if text.startswith(".") or not text or _RESERVED.fullmatch(text):
        return f"_{text}"
    return text
