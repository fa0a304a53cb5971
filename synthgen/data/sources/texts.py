"""Whether a name can be written down: those of files are any bytes, and JSON has halves of characters."""

from __future__ import annotations


def is_text(name: str) -> bool:
    """Whether UTF-8 can hold it, as recipes, models and datasets need."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
