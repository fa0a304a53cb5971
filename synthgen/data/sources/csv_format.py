"""What a CSV file looks like: encoding, separator and columns, found out from its beginning."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from synthgen import DataError
from synthgen.data.sources.table_files import open_table

SEPARATORS = ("\t", ";", "|", ",")
"""What is tried; the comma last, since it is also in decimal numbers and in sentences."""

_SAMPLE = 1 << 17  # bytes at the beginning that are looked at
_CHUNK = 1 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZEROS_FIRST = re.compile(r"0[0-9]+")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+(\.[0-9]{3})*,[0-9]+")


@dataclass(frozen=True)
class Given:
    """What a person says of a file's format; None where it is to be found out."""

    encoding: str | None = None
    separator: str | None = None
    decimal: str = "."
    skip_spaces: bool = True
    header: bool = True
    names: Sequence[str] | None = None


@dataclass(frozen=True)
class CsvFormat:
    """How a file is to be read."""

    encoding: str
    separator: str
    skip_spaces: bool
    """Whether spaces after a separator count for nothing."""
    newline: str | None
    """As in `open`: None, for any line end, where there are carriage returns alone, which pandas misreads (it
    loses a separator after a blank line)."""
    header: bool
    """Whether the first line has names."""
    names: tuple[str, ...]
    """The columns' names."""
    sample: tuple[tuple[str, ...], ...]
    """The first rows, those with the right number of fields."""

    @property
    def decimal_commas(self) -> list[str]:
        """Columns that look like numbers with a decimal comma."""
        return [n for n, fields in self._fields() if fields and all(map(_DECIMAL_COMMA.fullmatch, fields))]

    @property
    def points(self) -> set[str]:
        """Columns with a decimal point, or comma, or an exponent in any field."""
        return {n for n, fields in self._fields() if any(set(field) & set(".,eE") for field in fields)}

    def _fields(self) -> Iterator[tuple[str, list[str]]]:
        """Each column's name and what its sample has, without what is empty."""
        for index, name in enumerate(self.names):
            yield name, [row[index].strip() for row in self.sample if row[index].strip()]


def is_code(field: str) -> bool:
    """Whether it is digits such as 007: a code, which would lose its zeros if it were read as a number."""
    return field[:1] in ("0", " ") and _ZEROS_FIRST.fullmatch(field.strip()) is not None


def find_format(path: Path, given: Given) -> CsvFormat:
    """The file's format. Raises DataError for one without rows, columns of the same name, or wrong `names`."""
    with open_table(path) as file:
        start = file.read(_SAMPLE) + file.readline()
    encoding = codecs.lookup(given.encoding or ("utf-16" if start.startswith(_UTF_16) else "utf-8")).name
    encoding = "utf-8-sig" if encoding == "utf-8" else encoding  # a byte order mark or not
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        refuse_bytes(path, encoding)
    tried = [separator for separator in SEPARATORS if separator != given.decimal]
    separator = given.separator or _separator(text, tried, given.skip_spaces)
    rows = _rows(text, separator, given.skip_spaces)
    if not rows:
        raise DataError(f"{path}: is empty; it must hold a line for each row")
    names = _names(path, rows[0], given)
    body = rows[1:] if given.header else rows
    if not body:
        shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        raise DataError(f"{path}: has a header ({shown}) and no rows; header: false if it is a row")
    sample = tuple(tuple(row) for row in body if len(row) == len(names))
    newline = None if re.search(r"\r(?!\n)", text) else ""
    return CsvFormat(encoding, separator, given.skip_spaces, newline, given.header, names, sample)


def records(lines: Iterable[str], separator: str, skip_spaces: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text, blank lines passed over, each with the number of the line that it begins in."""
    line = ""

    def heard() -> Iterator[str]:
        nonlocal line
        for line in lines:  # noqa: UP028 - `line` is looked at outside
            yield line

    reader = csv.reader(heard(), delimiter=separator, skipinitialspace=skip_spaces)
    blanks = " \t\r\n".replace(separator, "")
    begins = 1
    for row in reader:
        if len(row) > 1 or line.strip(blanks):
            yield begins, row
        begins = reader.line_num + 1


def refuse_bytes(path: Path, encoding: str) -> NoReturn:
    """Raise DataError with the place of the first bytes that are no text in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = place = 0
    with open_table(path) as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            kept = len(decoder.getstate()[0])
            try:
                lines += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].decode(encoding, "ignore").count("\n") + 1
                at = place - kept + error.start
                name = encoding.removesuffix("-sig").upper()
                raise DataError(
                    f"{path}:{line}: byte {at:,} of the file, 0x{error.object[error.start]:02x}, is no {name}; give"
                    " the option encoding, such as latin-1, cp1252 or utf-16"
                ) from error
            place += len(chunk)
    raise DataError(f"{path}: is cut short within a character of {encoding.removesuffix('-sig').upper()}")


def _rows(text: str, separator: str, skip_spaces: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for _, row in records(io.StringIO(text, newline=""), separator, skip_spaces):
            rows.append(row)
    except csv.Error:  # a field without end; it is told with its line when all lines are checked
        pass
    return rows


def _separator(text: str, tried: Sequence[str], skip_spaces: bool) -> str:
    """The separator that gives the most rows as many fields as the first row has, more than one."""
    best, best_share = tried[-1], 0.0
    for separator in tried:
        rows = _rows(text, separator, skip_spaces)
        columns = len(rows[0]) if rows else 0
        share = sum(len(row) == columns for row in rows) / max(1, len(rows))
        if columns > 1 and share > best_share:
            best, best_share = separator, share
    return best


def _names(path: Path, row: Sequence[str], given: Given) -> tuple[str, ...]:
    """The columns' names: those given, the header's, or column_0 and so on."""
    if given.names is not None:
        names = list(given.names)
        mend = "the option names must differ"
        if len(names) != len(row):
            raise DataError(
                f"{path}: {len(names)} names for {len(row)} columns; option names needs one for each"
            )
    elif given.header:
        names = [name.strip() if given.skip_spaces else name for name in row]
        names = [name or f"Unnamed: {index}" for index, name in enumerate(names)]  # as pandas calls them
        mend = (
            "rename them, or name all columns by option names (and header: false if the first line is a row)"
        )
    else:
        return tuple(f"column_{index}" for index in range(len(row)))
    twice = [repr(name) for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{path}: has more than one column called {', '.join(twice)}; {mend}")
    return tuple(names)
