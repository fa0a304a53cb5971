"""Finding the files of a table, by a path or a pattern, and opening them packed or not."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from glob import has_magic
from pathlib import Path
from typing import IO, Any

from synthgen import DataError, DataNotFoundError
from synthgen.data.sources.class_folders import natural
from synthgen.data.sources.lookup import DATA_VARIABLE, Place, places

_PACKED: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_FAULTS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
)


def as_seen_from_here(path: Any) -> Any:
    """A path or pattern as text, absolute if there is something at it now: a run may be resumed from another
    folder. If there is nothing, it stays relative, and `find_files` looks elsewhere, too."""
    if not isinstance(path, str | os.PathLike):
        return path
    full = Path(path).expanduser().absolute()
    with suppress(OSError):  # a name that is too long
        if full.exists() or _matches(full):
            return str(full)
    return os.fspath(path)


def find_files(path: str) -> list[Path]:
    """The file at `path`, or all that a pattern such as `part-*.csv` fits, in natural order.

    A relative path begins at the current directory or, if nothing is there, at the folder SYNTHGEN_DATA.
    Raises DataNotFoundError that lists these places.
    """
    wanted = Path(path).expanduser()
    looked = [Place("option path", wanted.absolute())]
    if not wanted.is_absolute():
        variable = next(place for place in places(None) if DATA_VARIABLE in place.name)
        looked.append(Place(variable.name, variable.folder and variable.folder / wanted))
    for place in looked:
        found = _files(place.folder) if place.folder else []
        if found:
            return found
    lines = "\n  ".join(map(str, looked))
    shared = f", or put it into the folder that {DATA_VARIABLE} names" if not wanted.is_absolute() else ""
    raise DataNotFoundError(
        f"{wanted.name} was not found. Looked in\n  {lines}\nTo provide it, name it by the option path{shared}."
    )


def _files(path: Path) -> list[Path]:
    try:
        if path.is_dir():
            raise DataError(
                f"{path}: is a folder; path must be a file, or a pattern such as {path / '*.csv'}"
            )
        return [path] if path.exists() else _matches(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be looked at ({error.strerror})") from error


def _matches(path: Path) -> list[Path]:
    """The files that an absolute path fits as a pattern, but for hidden ones."""
    first = next((i for i, part in enumerate(path.parts) if has_magic(part)), None)
    if first is None:
        return []
    found = Path(*path.parts[:first]).glob(str(Path(*path.parts[first:])))
    files = (file for file in found if file.is_file() and not file.name.startswith("."))
    return sorted(files, key=lambda file: natural(str(file)))


def title(files: list[Path]) -> str:
    """What a table of these files is called: its file without suffixes, or the folder of several."""
    if len(files) > 1:
        return files[0].resolve().parent.name or "table"
    name = files[0].name
    packed = files[0].suffix.lower() in (*_PACKED, ".zip")
    stem = Path(files[0].stem).stem if packed else files[0].stem
    return stem or name


def describe(files: list[Path]) -> str:
    """Where the table is from, for the dataset card."""
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"A table from the file {files[0].name}{more}."


@contextmanager
def open_table(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked if its name ends in .gz, .bz2, .xz or .zip.

    Raises DataError if it cannot be read, is cut short, or is a .zip of several files, here and while it is read.
    """
    try:
        with ExitStack() as stack:
            suffix = path.suffix.lower()
            if suffix == ".zip":
                archive = stack.enter_context(zipfile.ZipFile(path))
                file = stack.enter_context(archive.open(_only_member(path, archive)))
            else:
                file = stack.enter_context(_PACKED.get(suffix, _plain)(path))
            yield file
    except _FAULTS as error:
        raise DataError(f"{path}: cannot be read, cut short or corrupt ({error})") from error


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _only_member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX/")]
    if len(names) != 1:
        held = f"{len(names)} files ({', '.join(names[:5])})" if names else "no file"
        raise DataError(f"{path}: holds {held}; it must hold one table")
    return names[0]
