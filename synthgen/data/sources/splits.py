"""Splits of sources that have none."""

from __future__ import annotations

from synthgen import DataError


def refuse_split(split: str, where: str, what: str) -> None:
    """Raise DataError unless `split` is train or all, which mean everything where there are no splits."""
    if split not in ("train", "all"):
        raise DataError(f"{where}: {what} has no splits, so no '{split}': leave split out")
