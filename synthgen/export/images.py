"""What the formats that write pictures share: the PNG, the name of a sample, and the numbers it was made at."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from synthgen import DatasetInfo, SampleBatch

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(image: np.ndarray, compress_level: int) -> bytes:
    """A uint8 image `(H, W)` or `(H, W, 3)` as a PNG file (ISO/IEC 15948).

    A third of what Pillow takes for images this small, which decides how fast a dataset is written. Grey rows
    are stored as they are, RGB rows as differences to the pixel on the left: the smaller way for either.
    """
    height, width = image.shape[:2]
    pixels = image.reshape(height, -1)
    rows = np.empty((height, 1 + pixels.shape[1]), np.uint8)  # before each row, the number of its filter
    if image.ndim == 2:
        colour = 0
        rows[:, 0] = 0
        rows[:, 1:] = pixels
    else:
        colour = 2
        rows[:, 0] = 1
        rows[:, 1:4] = pixels[:, :3]
        np.subtract(pixels[:, 3:], pixels[:, :-3], out=rows[:, 4:])
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    data = zlib.compress(rows.data, compress_level)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sample_names(batch: SampleBatch, digits: int) -> list[str]:
    """The batch's sample numbers as file names that sort, without suffix; originals are marked `_real`."""
    mark = "_real" if batch.real else ""
    return [f"{number:0{digits}}{mark}" for number in range(batch.start, batch.start + len(batch.x))]


def given_rows(batch: SampleBatch, info: DatasetInfo) -> list[dict[str, float]]:
    """For each sample of the batch the numbers that it was made at, by name."""
    columns = [batch.given[name].tolist() for name in info.given]
    if not columns:
        return [{} for _ in range(len(batch.x))]
    return [dict(zip(info.given, numbers, strict=True)) for numbers in zip(*columns, strict=True)]
