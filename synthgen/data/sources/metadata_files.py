"""Tables that list pictures and their labels: metadata.csv, .jsonl and .parquet of a Hugging Face imagefolder.

Such a table lies beside the pictures, or above them; its column `file_name` is relative to its own folder.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from synthgen import DataError
from synthgen.data.sources.class_folders import natural
from synthgen.data.sources.texts import is_text

NAMES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")

FILE_NAME = "file_name"


class Row(NamedTuple):
    """One row of a table."""

    where: str
    """The table and the row in it, for messages."""
    path: Path
    """The picture."""
    label: str | bool | None
    """Its label, whole numbers as text in plain digits; None if no label was asked for."""


def find_tables(root: Path) -> list[Path]:
    """The tables at or below `root`, those of a folder before those of its folders, in natural order."""
    tables: list[Path] = []
    for folder, children, files in os.walk(root, onerror=_refuse):
        children[:] = sorted((c for c in children if not c.startswith((".", "__MACOSX"))), key=natural)
        tables += (Path(folder, name) for name in NAMES if name in files)
    return tables


def read_table(table: Path, label: str | None) -> list[Row]:
    """The rows of a table, with the column `label`. Raises DataError that names the table and the row."""
    rows = [
        Row(where, _picture(table.parent, values.get(FILE_NAME), where), _label(values, label, where))
        for where, values in _read(table, label)
    ]
    if not rows:
        raise DataError(f"{table}: has no rows; it must have one for each picture")
    return rows


def read_columns(table: Path) -> list[str]:
    """The columns of a table; of one in JSON, where each row has its own, those of the first row.

    Raises DataError if it cannot be read, or has no first row.
    """
    with _told(table):
        if table.suffix == ".parquet":
            with _parquet_file(table) as file:
                return _parquet_columns(file)
        if table.suffix == ".csv":
            with table.open(encoding="utf-8-sig", newline="") as text:
                return next(csv.reader(text, strict=True), [])
        return list(next((row for _, row in _json_rows(table)), {}))


def _read(table: Path, label: str | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row's place and its values by column."""
    read = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}[table.suffix]
    with _told(table):
        yield from read(table, [FILE_NAME] if label is None else [FILE_NAME, label])


@contextmanager
def _told(table: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table}: cannot be read ({error})") from error


def _csv(table: Path, columns: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        _refuse_missing(table, columns, reader.fieldnames or [])
        for row in reader:
            where = f"{table}, line {reader.line_num}"
            if None in row or None in row.values():  # what DictReader makes of too many or too few
                raise DataError(f"{where}: does not have as many values as the table has columns")
            yield where, row


def _jsonl(table: Path, columns: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for where, row in _json_rows(table):
        _refuse_missing(where, columns, row)
        yield where, row


def _json_rows(table: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with table.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{table}, line {number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(f"{where}: is not JSON that can be read ({error})") from error
            if not isinstance(row, dict):
                raise DataError(f"{where}: is no JSON object; a row must be one, such as {{...}}")
            yield where, row


def _parquet(table: Path, columns: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    with _parquet_file(table) as file:
        _refuse_missing(table, columns, _parquet_columns(file))
        rows = file.read(columns=columns).to_pylist()  # and no other: they may be the pictures themselves
    for number, row in enumerate(rows, 1):
        yield f"{table}, row {number}", row


def _parquet_columns(file: Any) -> list[str]:
    """The columns but for those in which pandas keeps the numbers of its rows."""
    return [name for name in file.schema_arrow.names if not re.fullmatch(r"__index_level_\d+__", name)]


@contextmanager
def _parquet_file(table: Path) -> Iterator[Any]:
    """A `pyarrow.parquet.ParquetFile`."""
    try:
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415

        with ParquetFile(table) as file:
            yield file
    except DataError:
        raise
    except ImportError as error:
        raise DataError(
            f"{table}: reading parquet needs a library that is not there; pip install pyarrow"
        ) from error
    except Exception as error:  # pyarrow has many
        raise DataError(f"{table}: cannot be read, cut short or corrupt ({error})") from error


def _refuse_missing(where: Path | str, columns: list[str], found: Any) -> None:
    for column in columns:
        if column not in found:
            hint = "" if column == FILE_NAME else "; name the one with the classes by option label, or null"
            raise DataError(f"{where}: has no column '{column}', only {', '.join(found) or 'none'}{hint}")


def _picture(folder: Path, name: Any, where: str) -> Path:
    if not isinstance(name, str) or not name.strip():
        raise DataError(f"{where}: {FILE_NAME} is {name!r:.60}; it must name a picture")
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or Path(name).is_absolute():
        raise DataError(f"{where}: {FILE_NAME} '{name}' leads out of {folder}; it must be a path below it")
    return folder / path


def _label(values: Mapping[str, Any], column: str | None, where: str) -> str | bool | None:
    """The label, numbers as text: 3, 3.0 (as pandas has whole numbers beside gaps) and "3" are one class."""
    if column is None:
        return None
    value = values[column]
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int) or not str(value).strip():
        raise DataError(f"{where}: {column} is {value!r:.60}; it must be a class name or a whole number")
    if not is_text(str(value)):
        raise DataError(f"{where}: {column} is {value!r:.60}, which is no text that UTF-8 can hold; mend it")
    return str(value)


def _refuse(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be read ({error.strerror})") from error
