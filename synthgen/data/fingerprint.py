"""What identifies a dataset's content, so that runs on the same data can be told."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from synthgen.components import Dataset

if TYPE_CHECKING:
    import pandas as pd


def fingerprint(dataset: Dataset) -> str:
    """SHA-256, in hex, of samples, labels, classes, given numbers, shapes and types; not of name, description or
    notes."""
    # the byte order is fixed, so that every machine gets the same
    y = np.ascontiguousarray(dataset.y, "<i8")
    arrays = isinstance(dataset.x, np.ndarray)
    head = {
        "x": [str(dataset.x.dtype), dataset.x.shape] if arrays else _head_of_table(dataset),
        "y": [str(dataset.y.dtype), y.shape],
        "classes": dataset.classes,
        **({"given": list(dataset.given)} if dataset.given else {}),
    }
    digest = hashlib.sha256(json.dumps(head).encode())
    if arrays:
        digest.update(np.ascontiguousarray(dataset.x).data)
    else:
        for name in dataset.x.columns:
            digest.update(_hashes(dataset.x[name]).data)
    digest.update(y.data)
    for values in dataset.given.values():
        digest.update(np.ascontiguousarray(values, "<f8").data)
    return digest.hexdigest()


def _head_of_table(dataset: Dataset) -> list[object]:
    frame = dataset.x
    return [[[repr(name), *_dtype(frame[name])] for name in frame.columns], len(frame), repr(dataset.target)]


def _dtype(values: pd.Series) -> list[object]:
    """The dtype's name; for a categorical also its categories, which may be more than those that occur."""
    categories = getattr(values.dtype, "categories", None)
    if categories is None:
        return [str(values.dtype)]
    return [str(values.dtype), str(categories.dtype), bool(values.cat.ordered), list(map(repr, categories))]


def _hashes(values: pd.Series) -> np.ndarray:
    """A number for each value, the same on every machine and in every process."""
    from pandas.util import hash_pandas_object  # noqa: PLC0415 - not needed for images

    try:
        hashes = hash_pandas_object(values, index=False)
    except (TypeError, UnicodeEncodeError):  # objects that have no hash, such as lists; lone surrogates
        hashes = hash_pandas_object(values.map(repr), index=False)
    return np.ascontiguousarray(hashes.to_numpy(), "<u8")
