"""What `csv` and `parquet` share: the columns of a table of images, and the PNG files beside it."""

from __future__ import annotations

from math import prod

from synthgen import DatasetInfo, OutputFolder, SampleBatch
from synthgen.export.images import png, sample_names

IMAGES_PER_FOLDER = 10_000


def label_columns(info: DatasetInfo) -> list[str]:
    """The columns before the image: the sample's number, its class's number and name, whether it is real."""
    return ["sample", *(["label", "class"] if info.classes else []), *(["real"] if info.real else [])]


def pixel_columns(shape: tuple[int, ...]) -> list[str]:
    """A name for each value of an image `(H, W)` or `(H, W, 3)`: row by row, a pixel's R, G and B together."""
    return [f"pixel_{i}" for i in range(prod(shape))]


def write_pictures(
    batch: SampleBatch, info: DatasetInfo, folder: OutputFolder, compress_level: int
) -> list[str]:
    """Write the batch as PNG files and return their names: `images/0042.png`, or below a folder for each 10,000."""
    names = []
    for number, name, image in zip(
        range(batch.start, batch.start + len(batch.x)), sample_names(batch, info.digits), batch.x, strict=True
    ):
        part = f"{number // IMAGES_PER_FOLDER:0{max(info.digits - 4, 1)}}/"
        names.append(f"images/{part if info.count > IMAGES_PER_FOLDER else ''}{name}.png")
        folder.write(names[-1], png(image, compress_level))
    return names


def table_usage(pixels: str, info: DatasetInfo, file: str, read: str) -> str:
    """Python that reads the table with pandas; `read` is the call, with FILE for its first argument."""
    lines = ["from glob import glob"] if info.shards > 1 else []
    if pixels != "png":
        lines += ["import json", "from pathlib import Path"]
    if pixels != "flat":
        lines.append("import numpy as np")
    lines.append("import pandas as pd")
    if pixels == "png":
        lines.append("from PIL import Image")
    if info.shards == 1:
        lines.append(f"data = {read.replace('FILE', chr(34) + file + chr(34))}")
    else:
        lines.append(f'files = sorted(glob("{file.replace(".", "-*.")}"))')
        every = f"[{read.replace('FILE', 'file')} for file in files]"
        lines.append(f"data = pd.concat({every}, ignore_index=True)")
    if pixels != "png":
        lines.append('shape = json.loads(Path("manifest.json").read_text("utf-8"))["shape"]')
    lines.append(f"x = {_ARRAY[pixels]}")
    if info.classes:
        lines.append('y = data["label"].to_numpy()')
    return "\n".join(lines)


_ARRAY = {
    "flat": 'data.filter(regex="^pixel_").to_numpy("uint8").reshape(-1, *shape)',
    "list": 'np.stack(data["pixels"]).reshape(-1, *shape)',
    "png": 'np.stack([np.asarray(Image.open(path)) for path in data["path"]])',
}
"""The images of a table, by what stands for them."""
