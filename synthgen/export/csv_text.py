"""Cells of a CSV file: quoted where they must be, and only there (RFC 4180)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPECIAL = re.compile('[",\r\n]')


def quoted(texts: list[str]) -> list[str]:
    """The texts as cells. Where none needs quotes, which one look at all of them tells, they are the cells."""
    if not _SPECIAL.search("".join(texts)):
        return texts
    return ['"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text for text in texts]


def row(values: Iterable[object]) -> bytes:
    """Cells with commas between, no end of line."""
    return ",".join(quoted([str(value) for value in values])).encode()
