"""Decoded samples, be they arrays or DataFrames: joining them and taking some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def join(parts: Sequence[Any]) -> Any:
    """Arrays, or DataFrames of the same columns, one after the other; an index is counted anew."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import pandas as pd  # noqa: PLC0415 - not needed for images

    return pd.concat(parts, ignore_index=True)


def take(values: Any, index: np.ndarray) -> Any:
    """The rows of an array or a DataFrame with these positions; an index is counted anew."""
    return values[index] if isinstance(values, np.ndarray) else values.take(index).reset_index(drop=True)
