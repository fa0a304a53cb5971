"""What samples are, told from how they look: images, signals, or rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from synthgen import UnsupportedError

WRITE_TABLES = "exporters 'csv' and 'parquet' write tables"
_WRITE_SIGNALS = "exporters 'npz', 'csv' and 'parquet' write signals"


def is_table(x: Any) -> bool:
    """Whether these are rows of a DataFrame."""
    return not isinstance(x, np.ndarray)


def is_images(x: Any) -> bool:
    """Whether these are uint8 images `(N, H, W)` or `(N, H, W, 3)`."""
    return (
        isinstance(x, np.ndarray)
        and x.dtype == np.uint8
        and (x.ndim == 3 or (x.ndim == 4 and x.shape[-1] == 3))
    )


def is_signals(x: Any) -> bool:
    """Whether these are signals, floats `(N, length)` or `(N, length, channels)`."""
    return isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.ndim in (2, 3)


def check_images(x: Any, exporter: str) -> None:
    """Raise UnsupportedError, which says what else there is, unless `is_images(x)`."""
    if is_images(x):
        return
    what = "rows of a table" if is_table(x) else f"{x.dtype} {x.shape}"
    others = f"; {WRITE_TABLES}" if is_table(x) else f"; {_WRITE_SIGNALS}" if is_signals(x) else ""
    raise UnsupportedError(
        f"exporter '{exporter}' writes uint8 images (N, H, W) or (N, H, W, 3), not {what}{others}"
    )
