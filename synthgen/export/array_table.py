"""What `csv` and `parquet` share for samples that are arrays: the columns of images and signals, and PNG files."""

from __future__ import annotations

from math import prod
from typing import Any

from synthgen import DatasetInfo, OutputFolder, SampleBatch, UnsupportedError
from synthgen.export.images import png, sample_names
from synthgen.export.kinds import check_images, is_signals, is_table
from synthgen.export.reading import read_frame

IMAGES_PER_FOLDER = 10_000


def check_samples(x: Any, exporter: str, pixels: str) -> None:
    """Raise UnsupportedError unless these are images, signals or rows, and `pixels` has a sense for them."""
    if not (is_table(x) or is_signals(x)):
        check_images(x, exporter)
    elif pixels == "png" or (is_table(x) and pixels != "flat"):
        what = "rows of a table" if is_table(x) else "signals"
        raise UnsupportedError(f"exporter '{exporter}': pixels: {pixels} is not for {what}; leave it out")


def label_columns(info: DatasetInfo) -> list[str]:
    """The columns before the values: the sample's number, its class's number and name, the numbers it was made at,
    whether it is real."""
    label, real = ["label", "class"] if info.classes else [], ["real"] if info.real else []
    return ["sample", *label, *info.given, *real]


def value_columns(x: Any) -> list[str]:
    """A name for each value of one of these samples, in the order of an array's values.

    Images have `pixel_0` and on: row by row, a pixel's R, G and B together. Signals have `value_0` and on, by
    time, or `value_0_0`, `value_0_1` and on, by time and channel.
    """
    if not is_signals(x):
        return [f"pixel_{i}" for i in range(prod(x.shape[1:]))]
    if x.ndim == 2:
        return [f"value_{time}" for time in range(x.shape[1])]
    return [f"value_{time}_{channel}" for time in range(x.shape[1]) for channel in range(x.shape[2])]


def list_column(x: Any) -> str:
    """What one column with all values of a sample is called."""
    return "values" if is_signals(x) else "pixels"


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


def array_usage(pixels: str, info: DatasetInfo, file: str, read: str) -> str:
    """Python that reads the samples with pandas; `read` is the call, with FILE for its first argument."""
    signals = info.dtype is not None and info.dtype != "uint8"
    stored, dtype = ("value", info.dtype) if signals else ("pixel", "uint8")
    arrays = {
        "flat": f'data.filter(regex="^{stored}_").to_numpy("{dtype}").reshape(-1, *shape)',
        "list": f'np.stack(data["{stored}s"]).reshape(-1, *shape)',
        "png": 'np.stack([np.asarray(Image.open(path)) for path in data["path"]])',
    }
    shape, imports = [], []
    if pixels != "png":
        imports += ["import json", "from pathlib import Path"]
        shape = ['shape = json.loads(Path("manifest.json").read_text("utf-8"))["shape"]']
    imports += ["import numpy as np"] if pixels != "flat" else []
    imports += ["from PIL import Image"] if pixels == "png" else []
    columns = {"y": "label"} if info.classes else {}
    columns |= {name: name for name in info.given}
    beside = [f'{name} = data["{column}"].to_numpy()' for name, column in columns.items()]
    return "\n".join(
        [*read_frame(read, file, info, tuple(imports)), *shape, f"x = {arrays[pixels]}", *beside]
    )
