"""The Python on a card that reads a table with pandas, in one file or in many."""

from __future__ import annotations

from synthgen import DatasetInfo
from synthgen.export.table_columns import real_column


def read_frame(call: str, file: str, info: DatasetInfo, imports: tuple[str, ...] = ()) -> list[str]:
    """Lines that leave the whole table in `data`; `call` reads a file, with FILE for its name.

    `imports` are lines that what follows needs, too.
    """
    many = info.shards > 1
    lines = sorted(
        {"import pandas as pd", *imports, *(["from glob import glob"] if many else [])}, key=_order
    )
    if not many:
        return [*lines, f"data = {call.replace('FILE', chr(34) + file + chr(34))}"]
    every = f"[{call.replace('FILE', 'file')} for file in files]"
    return [
        *lines,
        f'files = sorted(glob("{file.replace(".", "-*.")}"))',
        f"data = pd.concat({every}, ignore_index=True)",
    ]


_STANDARD = ("from glob", "import json", "from pathlib")


def _order(line: str) -> tuple[bool, str]:
    """The standard library first, then by the module's name."""
    return not line.startswith(_STANDARD), line.split()[1].lower()


def categories_again(names: list[str | int]) -> list[str]:
    """A line that makes these columns of `data` categories, where reading or joining files has undone it."""
    return [f"data = data.astype({dict.fromkeys(names, 'category')!r})"] if names else []


def without_originals(info: DatasetInfo) -> list[str]:
    """A line that takes the originals out of `data`, where there are any."""
    mark = real_column(column.name for column in info.columns)
    return [f"synthetic = data[~data[{mark!r}]].drop(columns={mark!r})"] if info.real else []
