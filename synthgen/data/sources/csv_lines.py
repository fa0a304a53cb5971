"""Checking a CSV file before it is read: all of it is text, and every row has a field for each column.

pandas fills up a row that is too short, and takes a line break in quotes for no line; so lines are counted
here. It also takes 007 for a number; so such are looked for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np

from synthgen import DataError
from synthgen.data.sources.csv_format import CsvFormat, is_code, records, refuse_bytes
from synthgen.data.sources.table_files import open_table

_CHUNK = 1 << 22
_END = "\0end"
"""Put after the last line, to see whether it is within quotes."""


class _NotPlainError(Exception):
    """The file has quotes, or lines that end in a carriage return alone: it must be parsed."""


def check_lines(path: Path, form: CsvFormat) -> set[str]:
    """The columns with numbers such as 007.

    Raises DataError, naming file and line, for a row with more or fewer fields than there are columns, for a
    quote that is not closed, and for bytes that are no text in the file's encoding.
    """
    try:
        if form.encoding == "utf-8-sig" and form.separator.isascii():
            try:
                with open_table(path) as file:
                    return _count(path, file, form)
            except _NotPlainError:
                pass
        with open_table(path) as file:
            return _parse(path, file, form)
    except UnicodeDecodeError:
        refuse_bytes(path, form.encoding)


def _count(path: Path, file: IO[bytes], form: CsvFormat) -> set[str]:
    """As `check_lines`, by counting separators, which is many times faster than parsing."""
    lines = 0
    codes: set[int] = set()
    header = form.header
    blanks = b" \t\r".replace(form.separator.encode(), b"")
    for chunk in _whole_lines(file):
        if b'"' in chunk or chunk.count(b"\r") != chunk.count(b"\r\n"):
            raise _NotPlainError
        if not chunk.isascii():
            chunk.decode()
        data = np.frombuffer(chunk, np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        separators = np.flatnonzero(data == ord(form.separator))
        fields = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
        for index in np.flatnonzero(fields != len(form.names)):
            begins = ends[index - 1] + 1 if index else 0
            if chunk[begins : ends[index]].strip(blanks):
                raise _fault(path, lines + int(index) + 1, int(fields[index]), form)
        lines += len(ends)
        body = 0
        if header and (names := re.search(rb"[^\s]", chunk)):
            body, header = int(ends[np.searchsorted(ends, names.start())]) + 1, False
        codes.update(_columns_of_codes(data, separators, ends, body, form).tolist())
    return {form.names[index] for index in codes}


def _columns_of_codes(
    data: np.ndarray, separators: np.ndarray, ends: np.ndarray, body: int, form: CsvFormat
) -> np.ndarray:
    """The places of the columns with a field of digits that begins with 0, in whole lines, from byte `body` on."""
    opens = (data == ord(form.separator)) | (data == ord("\n"))
    zero = data == ord("0")
    begins = np.flatnonzero(opens[:-1] & zero[1:]) + 1
    if form.skip_spaces:
        spaced = opens[:-2] & (data[1:-1] == ord(" ")) & zero[2:]
        begins = np.concatenate([begins, np.flatnonzero(spaced) + 2])
    begins = np.concatenate([np.flatnonzero(zero[:1]), begins])
    begins = begins[begins >= body]
    follow = begins + 1
    while (digits := (data[follow] >= ord("0")) & (data[follow] <= ord("9"))).any():
        follow = follow + digits  # at the latest, the end of the line is none
    whole = np.isin(data[follow], list(f"{form.separator}\r\n".encode())) & (follow > begins + 1)
    found = begins[whole]
    line = np.searchsorted(ends, found)
    before = np.where(line > 0, np.searchsorted(separators, ends[line - 1]), 0)
    return np.unique(np.searchsorted(separators, found) - before)


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that end where a line ends; the last line is given an end if it has none."""
    rest: list[bytes] = []
    while chunk := file.read(_CHUNK):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, chunk[:end]])
            rest = []
        rest.append(chunk[end:])
    if any(rest):
        yield b"".join(rest) + b"\n"


def _parse(path: Path, file: IO[bytes], form: CsvFormat) -> set[str]:
    line = 0
    codes: set[str] = set()
    header = form.header
    try:
        with io.TextIOWrapper(file, form.encoding, newline="") as lines:
            for line, row in records(chain(lines, [_END]), form.separator, form.skip_spaces):
                if row[-1].endswith(_END) and row != [_END]:
                    raise DataError(f"{path}:{line}: a quote is opened in this row and never closed")
                if len(row) != len(form.names) and row != [_END]:
                    raise _fault(path, line, len(row), form)
                if not header:
                    codes.update(name for name, field in zip(form.names, row, strict=False) if is_code(field))
                header = False
    except csv.Error as error:
        raise DataError(
            f"{path}:{line + 1}: cannot be read ({error}); is a quote opened in this row and never closed?"
        ) from error
    return codes


def _fault(path: Path, line: int, fields: int, form: CsvFormat) -> DataError:
    columns = len(form.names)
    name = {"\t": "a tab"}.get(form.separator, repr(form.separator))
    mend = (
        f"a field that holds {name} must be in quotes" if fields > columns else "an empty field counts, too"
    )
    return DataError(
        f"{path}:{line}: has {fields} field{'s' * (fields != 1)}; {columns} {'is' if columns == 1 else 'are'}"
        f" right, separated by {name} ({mend})"
    )
