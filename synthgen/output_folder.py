"""The folder that an exporter writes into: it knows every file's checksum, and which shards are complete."""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np

from synthgen.files import sha256_file, sync_file

MANIFEST = "manifest.json"
"""The file that lists all others of a dataset."""
CARD = "README.md"
"""The file that tells a person what a dataset is."""

JOURNAL = ".journal.jsonl"
"""The record of an unfinished dataset: its request, its files, its complete shards, one JSON value a line."""


@dataclass
class OutputFolder:
    """A folder in which every file is recorded with its SHA-256 as it is written.

    Names are relative and have forward slashes; folders on the way are made. A name can be written once.
    """

    path: Path
    """Where the files go. Read from it what you like, but write through the methods."""
    _journal: BinaryIO = field(repr=False)
    _folders: set[Path] = field(default_factory=set, repr=False)
    files: int = 0
    """Files written so far."""
    note: dict[str, Any] | None = None
    """What was noted with the last complete shard; None if there is none."""

    def write(self, name: str, content: bytes) -> None:
        """A whole file."""
        path = self._place(name)
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            raise _taken(name) from None
        self._record(name, hashlib.sha256(content).hexdigest(), len(content))

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A new binary file to write to, seekable; recorded when the block ends well."""
        with self.create(name) as path, path.open("xb") as file:
            yield file

    @contextmanager
    def create(self, name: str) -> Iterator[Path]:
        """The path of a new file, for a library that opens it; recorded when the block ends well."""
        path = self._place(name)
        if path.exists():
            raise _taken(name)
        yield path
        sync_file(path)
        self._record(name, sha256_file(path), path.stat().st_size)

    def _place(self, name: str) -> Path:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or not parts.name:
            raise ValueError(f"a file's name must be relative to the folder and stay in it, not {name!r}")
        if str(parts) in (JOURNAL, MANIFEST, CARD):
            raise ValueError(
                f"{name} is written by synthgen itself; an exporter must name its file otherwise"
            )
        path = self.path / parts
        if path.parent not in self._folders:  # one system call a folder, not one a file
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        return path

    def _record(self, name: str, sha256: str, size: int) -> None:
        self.files += 1
        self._line({"file": name, "sha256": sha256, "bytes": size})

    def _line(self, value: dict[str, Any]) -> None:
        self._journal.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")

    # ------------------------------------------------------------------------------------- what the engine does

    @classmethod
    def begin(cls, path: Path, request: str) -> OutputFolder:
        """An empty folder for the dataset of this request."""
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path, (path / JOURNAL).open("w+b"))
        folder._line({"request": request})
        folder._sync()
        return folder

    @classmethod
    def go_on(cls, path: Path, request: str) -> OutputFolder | None:
        """The folder as it was after its last complete shard whose files are all there, in their sizes.

        Whatever else lies in it is removed. None if there is no such shard. Raises OtherRequest, and removes
        nothing, if the folder has complete shards of another request.
        """
        try:
            journal = (path / JOURNAL).open("r+b")
        except OSError:
            return None
        state = _read_journal(journal, path, request)
        if state.note is None:
            journal.close()
            return None
        journal.seek(state.end)
        journal.truncate()
        _remove_unknown(path, state.known)
        return cls(path, journal, files=len(state.known), note=state.note)

    def complete_shard(self, note: dict[str, Any]) -> None:
        """All files so far are whole; `note` is there again after `go_on`. The journal is on disk then."""
        self._line({"shard": note})
        self._sync()
        self.note = note

    def add_card(self, content: bytes) -> None:
        """The dataset's card, the last file to be recorded."""
        (self.path / CARD).write_bytes(content)
        self._record(CARD, hashlib.sha256(content).hexdigest(), len(content))

    def recorded(self) -> Iterator[dict[str, Any]]:
        """`file`, `sha256` and `bytes` of every file, in the order of writing, read from the disk."""
        self._journal.flush()
        with (self.path / JOURNAL).open("rb") as lines:
            for line in lines:
                value = json.loads(line)
                if "file" in value:
                    yield value

    def close(self) -> None:
        """Close the journal; no more can be written."""
        self._journal.close()

    def _sync(self) -> None:
        self._journal.flush()
        os.fsync(self._journal.fileno())


class OtherRequest(Exception):  # noqa: N818 - whoever catches it makes an error of it
    """The folder has complete shards of another request; the argument is the last one's note."""


@dataclass
class _State:
    """How far a journal goes that can be believed."""

    end: int = 0
    """Where the last sound shard ends."""
    note: dict[str, Any] | None = None
    known: array[int] = field(default_factory=lambda: array("q"))
    """Hashes of the names of all files up to there: 8 bytes each, for there may be millions."""


def _taken(name: str) -> ValueError:
    return ValueError(
        f"{name} is there already: a name is written once, and every shard needs names of its own"
    )


def _read_journal(journal: BinaryIO, path: Path, request: str) -> _State:
    state, position, asked = _State(), 0, None
    files = array("q")
    for line in journal:
        position += len(line)
        value = _parse(line)
        if value is None:  # cut short by a crash
            break
        if asked is None:
            asked = value.get("request")
        elif "file" in value:
            if asked == request and _size(path / value["file"]) != value["bytes"]:
                break
            files.append(hash(value["file"]))
        elif "shard" in value:
            state = _State(position, value["shard"], state.known + files)
            files = array("q")
    if state.note is not None and asked != request:
        journal.close()
        raise OtherRequest(state.note)
    return state


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _remove_unknown(path: Path, known: array[int]) -> None:
    """Remove every file but the journal and those whose names' hashes are known."""
    hashes = np.unique(np.asarray(known, np.int64))
    for folder, _, files in os.walk(path):
        below = Path(folder).relative_to(path)
        names = np.array([hash((below / name).as_posix()) for name in files], np.int64)
        for name, keep in zip(files, np.isin(names, hashes), strict=True):
            if not keep and not (name == JOURNAL and folder == str(path)):
                Path(folder, name).unlink()
