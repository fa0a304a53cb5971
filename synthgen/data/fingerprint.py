"""What identifies a dataset's content, so that runs on the same data can be told."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from synthgen.components import Dataset


def fingerprint(dataset: Dataset) -> str:
    """SHA-256, in hex, of samples, labels, classes, shapes and types; not of name, description or notes."""
    # the byte order is fixed, so that every machine gets the same
    x, y = np.ascontiguousarray(dataset.x), np.ascontiguousarray(dataset.y, "<i8")
    head = {
        "x": [str(x.dtype), x.shape],
        "y": [str(dataset.y.dtype), y.shape],
        "classes": dataset.classes,
    }
    digest = hashlib.sha256(json.dumps(head).encode())
    digest.update(x.data)
    digest.update(y.data)
    return digest.hexdigest()
