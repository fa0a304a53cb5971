"""Dates and times that are written as text: which format they have, and reading and writing them in it.

Formats are strftime's, with two additions: `%-d` is a day without a leading zero, wherever it runs, and `%3f` the
first three digits of a fraction. A zone at the end, `Z` or `+01:00`, is taken for a part of the format, the same in
all rows.
"""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.api import guess_datetime_format

from synthgen import DataError

_LIKE = re.compile(r"(?=.*\d)(?=.*[-/.: ]).{4,40}")
"""What dates and times are like; others are not even tried."""
_ZONE = re.compile(r"(?<=\d)\s?(Z|[+-]\d{2}:?\d{2})$")
_HALF = re.compile(r"\s?(AM|PM)$")
_TIMES = ("%H:%M:%S", "%H:%M")
_FIELDS = {"Y": "year", "m": "month", "d": "day", "H": "hour", "M": "minute", "S": "second"}
_ISO = {
    "%Y": (0, 4),
    "%m": (5, 7),
    "%d": (8, 10),
    "%H": (11, 13),
    "%M": (14, 16),
    "%S": (17, 19),
    "%f": (20, 26),
}
"""Where a part of a date stands in the form of ISO 8601."""
_FEW = 50
_MANY = 10_000


def find_format(texts: pd.Series) -> tuple[str, Any]:
    """The format of all these texts, none missing, and the dtype to count them in.

    Raises DataError, naming a text, if there is none.
    """
    distinct = np.asarray(pd.unique(texts), object)
    few = distinct[:_FEW]
    wrong = {pattern: int(_misfits(few, pattern).sum()) for pattern in _candidates(few[0])}
    for pattern in (pattern for pattern, count in wrong.items() if not count):
        if not _misfits(distinct, pattern).any():
            return pattern, np.dtype("M8[us]" if "f" in pattern else "M8[s]")
    best = min(wrong, key=wrong.__getitem__, default=None)
    if best is None or wrong[best] == len(few):
        raise DataError(
            f"column {texts.name!r}: {few[0]!r} is no date or time that could be read and written again; read"
            " the column as dates first, with pandas.to_datetime"
        )
    row = int(np.argmax(_misfits(distinct, best)))
    raise DataError(
        f"column {texts.name!r}: {distinct[row]!r} is not written as other dates in it are ({best}); write all the"
        " same, or make it missing"
    )


def has_format(texts: pd.Series) -> bool:
    """Whether these texts, none missing, are all dates or times of one format."""
    try:
        find_format(texts)
    except DataError:
        return False
    return True


def _candidates(first: str) -> list[str]:
    """Formats that this text may have."""
    if not _LIKE.fullmatch(first):
        return []
    zone, half = _ZONE.search(first), _HALF.search(first)
    text = first[: zone.start()] if zone else first[: half.start()] if half else first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a guess that turns out wrong
        guesses = [guess_datetime_format(text, dayfirst=day_first) for day_first in (False, True)]
    patterns = [guess for guess in dict.fromkeys(guesses) if guess and "%z" not in guess]
    patterns = patterns or list(_TIMES)
    digits = len(text.rpartition(".")[2])
    patterns = [p.replace("%f", f"%{digits}f") if digits < 6 else p for p in patterns]
    dates = [re.sub("%([md])", r"%-\1", pattern) for pattern in patterns]
    hours = [pattern.replace("%H", "%-H") for pattern in (*patterns, *dates)]
    patterns = list(dict.fromkeys((*patterns, *dates, *hours)))
    if half:
        return [p.replace("H", "I") + half.group()[:-2] + "%p" for p in patterns if "H" in p]
    return [pattern + (zone.group() if zone else "") for pattern in patterns]


def _misfits(texts: np.ndarray, pattern: str) -> np.ndarray:
    """Which texts are not read, or not written the same again: the latter of the first few thousand only."""
    read = _read(texts, pattern)
    wrong = np.isnat(read)
    if not wrong.any():
        wrong[:_MANY] = _write(read[:_MANY], pattern) != texts[:_MANY]
    return wrong


def _read(texts: np.ndarray, pattern: str) -> np.ndarray:
    plain = re.sub(r"%\df", "%f", pattern.replace("%-", "%"))
    read = pd.to_datetime(pd.Series(texts, dtype=object), format=plain, errors="coerce")
    return read.to_numpy().astype("M8[us]")


def _write(moments: np.ndarray, pattern: str) -> np.ndarray:
    tokens = re.findall(r"%-?[A-Za-z%]|%\df|[^%]+", pattern)
    if all(token in _ISO or token[0] != "%" for token in tokens):
        return _cut(moments, tokens)
    index = pd.DatetimeIndex(moments)
    parts = [_part(index, token) for token in tokens]
    return np.array(["".join(part) for part in zip(*parts, strict=True)], object)


def _cut(moments: np.ndarray, tokens: list[str]) -> np.ndarray:
    """Texts put together from parts of those that NumPy writes: many times faster than one by one."""
    letters = np.datetime_as_string(moments.astype("M8[us]")).astype("U26").view("U1").reshape(-1, 26)
    parts = [
        letters[:, slice(*_ISO[token])]
        if token in _ISO
        else np.tile(np.array(list(token)), (len(letters), 1))
        for token in tokens
    ]
    whole = np.ascontiguousarray(np.concatenate(parts, 1))
    return whole.view(f"U{whole.shape[1]}").reshape(-1).astype(object)


def _part(index: pd.DatetimeIndex, token: str) -> list[str]:
    """What one piece of a format is written as."""
    if token[0] != "%" or token == "%%":
        return [token[-1] if token == "%%" else token] * len(index)
    if token[-1] == "f":
        digits = int(token[1:-1] or 6)
        return [f"{fraction:06d}"[:digits] for fraction in index.microsecond]
    if token == "%-I":
        return [str((hour - 1) % 12 + 1) for hour in index.hour]
    if token[1] == "-":
        return [str(number) for number in getattr(index, _FIELDS[token[-1]])]
    return index.strftime(token).tolist()


def from_texts(texts: pd.Series, pattern: str, dtype: Any) -> pd.Series:
    """Texts as datetimes of this dtype; each different text is read once."""
    codes, distinct = pd.factorize(texts)
    read = _read(np.asarray(distinct, object), pattern)
    return pd.Series(np.append(read, np.datetime64("NaT")).astype(dtype)[codes], copy=False)


def to_texts(moments: pd.Series, pattern: str, missing: Any) -> np.ndarray:
    """Datetimes as texts; each different one is written once."""
    codes, distinct = pd.factorize(moments)
    texts = np.array([*_write(np.asarray(distinct), pattern), missing], object)
    return texts[codes]
