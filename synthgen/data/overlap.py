"""Samples that two datasets have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

import numpy as np

from synthgen.components import Dataset


def in_common(dataset: Dataset, other: Dataset) -> np.ndarray:
    """Which samples `(N,)` of the dataset are in the other, too: each of the other's stands for one of them alone,
    so that rows that many have are not all taken for the same. Labels of images and signals do not count."""
    left = Counter(_keys(other, other))
    found = np.zeros(len(dataset), bool)
    for i, key in enumerate(_keys(dataset, other)):
        if left[key] > 0:
            left[key] -= 1
            found[i] = True
    return found


def _keys(dataset: Dataset, like: Dataset) -> list[Hashable]:
    """A value for each sample that is the same for the same one; none where the two have not one form."""
    if isinstance(dataset.x, np.ndarray) or isinstance(like.x, np.ndarray):
        if dataset.kind != like.kind or dataset.x.shape[1:] != like.x.shape[1:]:
            return []
        return [sample.tobytes() for sample in np.asarray(dataset.x, like.x.dtype)]
    import pandas as pd  # noqa: PLC0415 - not needed for images
    from pandas.api.types import is_numeric_dtype  # noqa: PLC0415
    from pandas.util import hash_pandas_object  # noqa: PLC0415

    columns = {str(name): dataset.x[name] for name in dataset.x.columns}
    names = [str(name) for name in like.x.columns]
    if not set(names) <= set(columns):
        return []
    plain = {  # of one type, since a file may give back others
        name: columns[name].astype("float64" if is_numeric_dtype(columns[name].dtype) else str)
        for name in names
    }
    return list(hash_pandas_object(pd.DataFrame(plain), index=False))
