"""The folder that an exporter writes into: it knows every file's checksum, and which shards are complete."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from synthgen.files import sha256_file

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
    _rewriting: bool = False
    """A shard that was not complete is written again, over whatever of it is there."""
    _folders: set[Path] = field(default_factory=set, repr=False)
    files: int = 0
    """Files written so far."""
    note: dict[str, Any] | None = None
    """What was noted with the last complete shard; None if there is none."""

    def write(self, name: str, content: bytes) -> None:
        """A whole file."""
        with self._place(name).open("wb" if self._rewriting else "xb") as file:
            file.write(content)
        self._record(name, hashlib.sha256(content).hexdigest(), len(content))

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A new binary file to write to, seekable; recorded when the block ends well."""
        with self.create(name) as path, path.open("wb" if self._rewriting else "xb") as file:
            yield file

    @contextmanager
    def create(self, name: str) -> Iterator[Path]:
        """The path of a new file, for a library that opens it; recorded when the block ends well."""
        path = self._place(name)
        yield path
        self._record(name, sha256_file(path), path.stat().st_size)

    def _place(self, name: str) -> Path:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or not parts.name:
            raise ValueError(f"a file's name must be relative to the folder and stay in it, not {name!r}")
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
        """The folder as it was after its last complete shard.

        None if no shard was completed, or the folder was begun for another request.
        """
        try:
            journal = (path / JOURNAL).open("r+b")
        except OSError:
            return None
        end, files, note, unfinished = _read_journal(journal, request)
        if note is None:
            journal.close()
            return None
        for name in unfinished:
            with suppress(OSError):
                (path / name).unlink()
        journal.seek(end)
        journal.truncate()
        return cls(path, journal, _rewriting=True, files=files, note=note)

    def complete_shard(self, note: dict[str, Any]) -> None:
        """All files so far are whole; `note` is there again after `go_on`. On disk when this returns."""
        self._line({"shard": note})
        self._sync()
        self.note = note
        self._rewriting = False

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


def _read_journal(journal: BinaryIO, request: str) -> tuple[int, int, dict[str, Any] | None, list[str]]:
    """Where the last complete shard ends, files by then, its note, and the names of files after it."""
    end, files, note, position = 0, 0, None, 0
    unfinished: list[str] = []
    for number, line in enumerate(journal):
        position += len(line)
        try:
            value = json.loads(line)
        except ValueError:  # cut short by a crash
            break
        if number == 0 and value.get("request") != request:
            break
        if "file" in value:
            unfinished.append(value["file"])
        elif "shard" in value:
            end, note = position, value["shard"]
            files, unfinished = files + len(unfinished), []
    return end, files, note, unfinished
