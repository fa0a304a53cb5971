"""Small datasets, pictures and IDX files to test with."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from synthgen import ClassLabel, Dataset


def make_dataset(counts=(5, 4, 3), names=None, numbers=None, shape=(4, 4), **changes: Any) -> Dataset:
    """Class i has `counts[i]` samples, interleaved; every pixel of sample i is i."""
    left, y = list(counts), []
    while any(left):
        for index, n in enumerate(left):
            if n:
                y.append(index)
                left[index] -= 1
    x = np.zeros((len(y), *shape), np.uint8) + np.arange(len(y), dtype=np.uint8).reshape(
        -1, *([1] * len(shape))
    )
    names = names or [f"class {i}" for i in range(len(counts))]
    numbers = numbers or range(len(counts))
    classes = tuple(ClassLabel(number, name) for number, name in zip(numbers, names, strict=True))
    return Dataset(**{"name": "toy", "x": x, "y": np.array(y, np.int64), "classes": classes, **changes})


def make_table(x: pd.DataFrame | None = None, **changes: Any) -> Dataset:
    """Twelve rows of a colour, a number that is the row's, and the label `kind`: a, b, c, a, b, c, ..."""
    if x is None:
        colours = ["red", "green", "blue", "red"] * 3
        x = pd.DataFrame({"colour": colours, "number": np.arange(12.0), "kind": list("abc") * 4})
    classes = tuple(ClassLabel(number, name) for number, name in enumerate("abc"))
    y = np.arange(len(x)) % 3
    given = {"name": "toy", "x": x, "y": y, "classes": classes, "kind": "table", "target": "kind"}
    return Dataset(**{**given, **changes})


def save_picture(path: Path, colour: Any = 100, size=(12, 8), mode: str = "L", **options: Any) -> Path:
    """A picture of one colour; `size` is (width, height), as Pillow has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)
    return path


def idx_bytes(array: np.ndarray) -> bytes:
    """A uint8 array as an IDX file."""
    axes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + axes + array.astype(np.uint8).tobytes()


def mnist_like(count: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random 28 × 28 images and labels that run through 0 to 9."""
    x = np.random.default_rng(seed).integers(0, 256, (count, 28, 28), np.uint8)
    return x, np.arange(count) % 10
