"""Writing files so that nothing half written is ever found under its final name."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from synthgen.errors import SynthgenError, UsageError


def write_atomically(path: Path, content: bytes | Callable[[BinaryIO], object]) -> None:
    """Write a file whole or not at all, and on disk when this returns.

    `content` is the bytes, or a function that writes them into the open file it is given. A file that was
    there before is replaced in the same instant. Raises UsageError for a path that is a folder, SynthgenError
    where the disk refuses.
    """
    if os.path.isdir(path):  # noqa: PTH112 - pathlib's raises where the path cannot be looked at
        raise UsageError(f"cannot write {path}: it is a folder; name a file in it")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise SynthgenError(f"cannot write {path}: {reason(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def new_directory(final: Path) -> Iterator[Path]:
    """A hidden folder beside `final` to work in, renamed to `final` when the block ends well.

    If the block fails, or is interrupted, the folder is removed. Raises UsageError if `final` exists and is
    not an empty folder, or cannot be made. Files are not synced one by one: ten thousand syncs take minutes.
    """
    refuse_taken(final)
    target = final.resolve()
    partial = target.with_name(f".{target.name}.partial-{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        raise UsageError(f"output folder {final} cannot be made: {reason(error)}") from error
    try:
        yield partial
        move_folder(partial, final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # gone already, if all went well


def move_folder(finished: Path, final: Path) -> None:
    """Give a finished folder its final name. Raises UsageError if somebody has taken the name meanwhile."""
    refuse_taken(final)
    target = final.resolve()
    if target.exists():
        target.rmdir()  # Windows does not rename onto an empty folder
    finished.rename(target)
    _sync_folder(target.parent)


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; reads in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Put a file's content on disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def reason(error: OSError) -> str:
    """What the operating system said, without its number and the path."""
    return error.strerror or str(error)


def refuse_taken(final: Path) -> None:
    """Raises UsageError if a new folder `final` would be in the way of something."""
    try:
        target = final.resolve()
        if target == Path.cwd():
            raise UsageError(
                f"output folder {final} is the folder you are in; name one that is not there yet"
            )
        if target.exists() and not (target.is_dir() and not any(target.iterdir())):
            raise UsageError(
                f"output folder {final} exists; name one that is not there yet, or remove it first"
            )
    except OSError as error:
        raise UsageError(f"output folder {final} cannot be looked at: {reason(error)}") from error


def _sync_folder(folder: Path) -> None:
    """Put a rename on disk; systems that cannot open a folder do without."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
