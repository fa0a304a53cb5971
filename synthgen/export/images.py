"""What the formats that write pictures share: the check, the PNG, the name of a sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain

import numpy as np
from PIL import Image

from synthgen import SampleBatch, UnsupportedError


def check_images(x: np.ndarray, exporter: str) -> None:
    """Raise UnsupportedError unless `x` is uint8 `(N, H, W)` or `(N, H, W, 3)`."""
    if x.dtype != np.uint8 or not (x.ndim == 3 or (x.ndim == 4 and x.shape[-1] == 3)):
        raise UnsupportedError(
            f"exporter '{exporter}' writes uint8 images (N, H, W) or (N, H, W, 3), not {x.dtype} {x.shape}"
        )


def image_stream(
    batches: Iterable[SampleBatch], exporter: str
) -> tuple[tuple[int, ...], Iterator[SampleBatch]]:
    """The shape of an image, and all the batches, each checked when its turn comes."""
    stream = iter(batches)
    first = next(stream)

    def checked() -> Iterator[SampleBatch]:
        for batch in chain([first], stream):
            check_images(batch.x, exporter)
            yield batch

    return first.x.shape[1:], checked()


def png(image: np.ndarray, compress_level: int) -> bytes:
    """A uint8 image `(H, W)` or `(H, W, 3)` as a PNG file."""
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG", compress_level=compress_level)
    return buffer.getvalue()


def sample_names(batch: SampleBatch, digits: int) -> list[str]:
    """The batch's sample numbers as file names that sort, without suffix; originals are marked `_real`."""
    mark = "_real" if batch.real else ""
    return [f"{number:0{digits}}{mark}" for number in range(batch.start, batch.start + len(batch.x))]
