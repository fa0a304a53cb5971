"""Tar files as the webdataset library streams them: a picture and its label, one after the other."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from synthgen import DatasetInfo, Exporter, Options, OutputFolder, SampleBatch, Shard
from synthgen.export.images import given_rows, png, sample_names
from synthgen.export.kinds import check_images

BLOCK = 512
"""Bytes; whatever a tar file holds begins and ends at a multiple of it."""


class WebDatasetExporter(Exporter):
    """WebDataset: tar files `dataset-000000.tar` and on, with `NUMBER.png`, `NUMBER.cls` and `NUMBER.json`.

    `.cls` is the source's class number; `.json` has it as `label`, the class's name as `class`, the numbers that
    samples are conditioned on by their names, and `real` where originals are included. An original
    is called `NUMBER_real`. All members have the time 0.
    """

    shard_size = 10_000

    class Options(Options):
        """What is in the tar files."""

        metadata: bool = True
        """Write the .json beside each picture: a kilobyte more for each."""
        compress_level: int = Field(1, ge=0, le=9)
        """zlib's effort on PNG files, from 0 (none) to 9 (smallest and slowest)."""

    def usage(self, info: DatasetInfo) -> str:
        """Python that reads the dataset."""
        with_json = ["json"] if info.given and self.options.metadata else []
        members = ", ".join(f'"{kind}"' for kind in ("png", *(["cls"] if info.classes else []), *with_json))
        files = "000000" if info.shards == 1 else f"{{000000..{info.shards - 1:06}}}"
        return (
            'import webdataset as wds  # decode("pil") gives RGB, decode("pill") grey\n'
            f'data = wds.WebDataset("dataset-{files}.tar", shardshuffle=False).decode("pil")'
            f".to_tuple({members})"
        )

    def check(self, x: Any) -> None:
        """Raise UnsupportedError for what is no grey or RGB images."""
        check_images(x, "webdataset")

    def write(
        self, batches: Iterable[SampleBatch], info: DatasetInfo, shard: Shard, folder: OutputFolder
    ) -> None:
        """Write one tar file, a sample at a time. Raises UnsupportedError for what is no grey or RGB image."""
        numbers = [str(label.number).encode() for label in info.classes]
        with folder.open(f"dataset-{shard.index:06}.tar") as file:
            for batch in batches:
                self.check(batch.x)
                records = self._records(info, batch)
                names = sample_names(batch, info.digits)
                for i, (name, image, y) in enumerate(zip(names, batch.x, batch.y.tolist(), strict=True)):
                    file.write(tar_member(f"{name}.png", png(image, self.options.compress_level)))
                    if numbers:
                        file.write(tar_member(f"{name}.cls", numbers[y]))
                    if records:
                        file.write(tar_member(f"{name}.json", records[i if info.given else y]))
            file.write(bytes(2 * BLOCK))  # the end, by POSIX
            file.write(bytes(-file.tell() % tarfile.RECORDSIZE))  # and by custom

    def _records(self, info: DatasetInfo, batch: SampleBatch) -> list[bytes]:
        """The `.json` of a sample of each class, or of each sample if they have numbers of their own; none where
        there is nothing to say."""
        origin: dict[str, object] = {"real": batch.real} if info.real else {}
        classes: list[dict[str, object]] = [
            {"label": label.number, "class": label.name} for label in info.classes
        ]
        records = [record | origin for record in classes or [{}]]
        if info.given:
            records = [
                (classes[y] if classes else {}) | numbers | origin
                for y, numbers in zip(batch.y.tolist(), given_rows(batch, info), strict=True)
            ]
        if not self.options.metadata or not records[0]:
            return []
        return [json.dumps(record, ensure_ascii=False).encode() for record in records]


def tar_member(name: str, content: bytes) -> bytes:
    """A file in a tar: header, content, padding. `tarfile`'s own header, ten times as fast.

    The header is one of `tarfile`'s with the name, the size and the sum of its bytes put in (POSIX.1-1988).
    """
    title, size = name.encode("ascii"), b"%011o" % len(content)
    if len(title) > 100 or len(size) > 11:
        raise ValueError(f"{name} of {len(content):,} bytes does not fit a tar header")
    total = b"%06o" % (_HEADER_SUM + sum(title) + sum(size))
    header = title.ljust(100, b"\0") + _HEADER[100:124] + size + _HEADER[135:148] + total + _HEADER[154:]
    return header + content + bytes(-len(content) % BLOCK)


_HEADER = tarfile.TarInfo().tobuf(tarfile.USTAR_FORMAT)
"""The header of an empty file without a name, of nobody, of the year 1970, that all may read."""
_HEADER_SUM = sum(_HEADER[:124]) + sum(_HEADER[135:148]) + 8 * ord(" ") + sum(_HEADER[156:])
"""Its sum without name and size; the sum itself counts as blanks."""
