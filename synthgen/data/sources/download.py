"""Downloading a torchvision dataset so that it cannot hang and leaves nothing half done."""

from __future__ import annotations

import shutil
import socket
import sys
import tarfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

TIMEOUT = 10.0
"""Seconds without an answer after which a download is given up."""


class DownloadFailed(Exception):  # noqa: N818 - sources turn it into a line of their own error
    """Nothing could be downloaded; the message says why."""


def download(name: str, folder: Path, timeout: float = TIMEOUT) -> None:
    """Download `torchvision.datasets.<name>` into `folder`, unpacked and laid out as torchvision does.

    That is `folder/<name>/raw` for a set of IDX files, and its own folder for a set in one archive. The files
    appear there once all are complete and checked. Shows progress on stderr, nothing on stdout. Raises
    DownloadFailed, after `timeout` seconds if no mirror answers at all.
    """
    from torchvision import datasets  # noqa: PLC0415

    base: Any = getattr(datasets, name)
    fetch = _idx_files if hasattr(base, "mirrors") else _archive
    url, file = _address(base)
    mirrors = _answering(url, file, timeout)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=f".{name}-") as scratch:
            with _socket_timeout(timeout), redirect_stdout(sys.stderr):
                made = fetch(base, mirrors, Path(scratch))
            _move(made, folder / made.relative_to(scratch))
    except (OSError, RuntimeError, HTTPException, tarfile.TarError, EOFError, zlib.error) as error:
        raise DownloadFailed(" ".join(str(error).split()) or type(error).__name__) from error


def _address(base: Any) -> tuple[list[str], str]:
    """The mirrors of a set, and the first file to fetch from one."""
    if hasattr(base, "mirrors"):
        return base.mirrors, base.resources[0][0]
    mirror, _, file = base.url.rpartition("/")
    return [mirror + "/"], file


def _idx_files(base: Any, mirrors: list[str], scratch: Path) -> Path:
    """The folder of the four files, fetched, checked and unpacked by torchvision."""
    # torchvision names the folder after the class
    dataset: Any = type(base.__name__, (base,), {"mirrors": mirrors})
    dataset(str(scratch), download=True)
    raw = scratch / base.__name__ / "raw"
    for archive in raw.glob("*.gz"):
        archive.unlink()
    return raw


def _archive(base: Any, mirrors: list[str], scratch: Path) -> Path:
    """The folder of a tar archive that torchvision fetched and checked; torchvision would unpickle it, too."""
    from torchvision.datasets.utils import download_url  # noqa: PLC0415

    download_url(mirrors[0] + base.filename, str(scratch), base.filename, base.tgz_md5)
    folder = scratch / base.base_folder
    folder.mkdir()
    with tarfile.open(scratch / base.filename) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            content = tar.extractfile(member) if str(path.parent) == base.base_folder else None
            if content is not None:
                with content, (folder / path.name).open("wb") as file:
                    shutil.copyfileobj(content, file)
    return folder


def _answering(mirrors: list[str], file: str, timeout: float) -> list[str]:
    """The mirrors, first the one that was first to answer, without those that failed by then.

    They are asked all at once and from threads, because neither looking up a name nor trying one address
    after another is bounded by a socket's timeout.
    """
    answers: Queue[tuple[str, str | None]] = Queue()

    def ask(mirror: str) -> None:
        answers.put((mirror, _fault(mirror + file, timeout)))

    for mirror in mirrors:
        Thread(target=ask, args=(mirror,), daemon=True).start()
    faults: dict[str, str] = {}
    deadline = time.monotonic() + timeout
    while len(faults) < len(mirrors):
        try:
            mirror, fault = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            break
        if fault is None:
            return [mirror, *(m for m in mirrors if m != mirror and m not in faults)]
        faults[mirror] = fault
    raise DownloadFailed(
        "; ".join(f"{m} {faults.get(m, f'did not answer within {timeout:g} s')}" for m in mirrors)
    )


def _fault(url: str, timeout: float) -> str | None:
    """Why this address cannot be had, or None if it can."""
    try:
        with urlopen(url, timeout=timeout):
            return None
    except HTTPError as error:
        error.close()
        return f"answered {error.code} {error.reason}"
    except (OSError, HTTPException, ValueError) as error:
        return f"cannot be reached ({getattr(error, 'reason', None) or error or type(error).__name__})"


@contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """torchvision opens its addresses without a timeout: give them one."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _move(made: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # the usual case: all files appear at once
        made.rename(target)
        return
    for file in made.iterdir():
        file.replace(target / file.name)
