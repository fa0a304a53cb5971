"""Names as two sides of a comparison may write them: 3, 3.0 and 03 are one class."""

from __future__ import annotations

import re
from typing import Any

_WHOLE = re.compile(r"([+-]?)0*([0-9]+)(\.0+)?", re.ASCII)


def plain_name(value: Any) -> str:
    """A value as text, whole numbers as plain digits: `3` for 3, 3.0, "3.0" and "03"."""
    text = str(value).strip()
    whole = _WHOLE.fullmatch(text)
    return whole[1].replace("+", "") + whole[2] if whole else text
