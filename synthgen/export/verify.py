"""Whether a dataset on disk is what its manifest says: every file there, unchanged, and no other."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal, NamedTuple

from synthgen.errors import DataError, UsageError
from synthgen.files import reason, sha256_file
from synthgen.output_folder import MANIFEST

Progress = Callable[[int], object]
"""Called with the bytes of the file that was just read."""


class Problem(NamedTuple):
    """A file that is not as the manifest says: its name in the folder, and what is the matter."""

    file: str
    what: Literal["missing", "changed", "unreadable", "not in the manifest"]
    detail: str = ""
    """Such as the two sizes; empty where `what` says it all."""

    def __str__(self) -> str:
        return f"{self.what}: {self.file}" + f" ({self.detail})" * bool(self.detail)


class Entry(NamedTuple):
    """What a manifest says of a file."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """The files of a dataset as its manifest has them."""

    folder: Path
    files: dict[str, Entry]

    @property
    def bytes(self) -> int:
        """Bytes in all files together."""
        return sum(entry.bytes for entry in self.files.values())


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a dataset, or of the dataset of a run.

    Raises UsageError if there is none, DataError if it is not what synthgen writes or names a file outside.
    """
    folder = next((d for d in (directory, directory / "dataset") if (d / MANIFEST).is_file()), None)
    if folder is None:
        raise UsageError(
            f"{directory} is neither the folder of a dataset nor of a run with one: there is no {MANIFEST}"
            if directory.is_dir()
            else f"{directory}: there is no such folder"
        )
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is cut short or changed, it is no JSON: {error}") from error
    files = content.get("files") if isinstance(content, dict) else None
    if not isinstance(files, dict):
        raise DataError(f"{path} is no manifest of synthgen: it has no mapping 'files'")
    return Manifest(folder, {name: _entry(path, name, value) for name, value in files.items()})


def verify_dataset(directory: Path, progress: Progress | None = None) -> list[Problem]:
    """Compare every file with the manifest, by size and SHA-256; also finds files that it does not have.

    `directory` is the folder of a dataset or of a run. An empty list means that all is well. Raises UsageError
    if there is no manifest, DataError if there is something wrong with it.
    """
    return verify_files(read_manifest(directory), progress)


def verify_files(manifest: Manifest, progress: Progress | None = None) -> list[Problem]:
    """The work of `verify_dataset`, on a manifest that was read."""
    problems = []
    for name, entry in manifest.files.items():
        problem = _compare(manifest.folder / name, name, entry)
        if problem:
            problems.append(problem)
        if progress:
            progress(entry.bytes)
    return problems + sorted(_others(manifest))


def _entry(path: Path, name: str, value: Any) -> Entry:
    """An entry of the manifest; its name must lead to a place below the folder, on any system."""
    parts = PurePosixPath(name)
    if (
        not parts.name
        or ".." in parts.parts + PureWindowsPath(name).parts
        or parts.is_absolute()
        or PureWindowsPath(name).anchor
    ):
        raise DataError(f"{path}: the file {name!r} is not in the folder; names must not lead out of it")
    match value:
        case {"sha256": str(sha256), "bytes": int(size)}:
            return Entry(sha256, size)
    raise DataError(f"{path}: the file {name!r} has no sha256 and bytes")


def _compare(path: Path, name: str, entry: Entry) -> Problem | None:
    try:
        size = path.stat().st_size
        if not path.is_file():
            return Problem(name, "missing", "there is something else of that name")
        if size != entry.bytes:
            return Problem(name, "changed", f"{size:,} bytes, not {entry.bytes:,}")
        return None if sha256_file(path) == entry.sha256 else Problem(name, "changed")
    except (FileNotFoundError, NotADirectoryError):
        return Problem(name, "missing")
    except (OSError, ValueError) as error:
        return Problem(name, "unreadable", reason(error) if isinstance(error, OSError) else str(error))


def _others(manifest: Manifest) -> Iterator[Problem]:
    """Everything below the folder that the manifest does not have, and folders that cannot be listed."""
    closed: list[OSError] = []
    for where, folders, files in os.walk(manifest.folder, onerror=closed.append):
        here = Path(where).relative_to(manifest.folder)
        for file in files:
            name = (here / file).as_posix()
            if name not in manifest.files and name != MANIFEST:
                yield Problem(name, "not in the manifest")
        for folder in folders:
            if Path(where, folder).is_symlink():
                detail = "a link to a folder, which is not looked into"
                yield Problem((here / folder).as_posix(), "not in the manifest", detail)
    for error in closed:
        name = Path(error.filename).relative_to(manifest.folder).as_posix()
        yield Problem(name, "unreadable", reason(error))
