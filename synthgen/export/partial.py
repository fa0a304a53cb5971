"""The hidden folder in which a dataset grows, so that an export that was interrupted can go on."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from synthgen.errors import UsageError
from synthgen.files import move_folder, reason, refuse_taken
from synthgen.output_folder import JOURNAL, OutputFolder

logger = logging.getLogger("synthgen")


@contextmanager
def partial_dataset(final: Path, request: str) -> Iterator[OutputFolder]:
    """The folder `.NAME.partial` beside `final`, as far as this request has got; renamed when the block ends well.

    If the block fails, complete shards are kept for the same request to go on with; before the first of them,
    nothing is. What another request has left is removed. Raises UsageError if `final` is taken, cannot be
    made, or is just being written by another process.
    """
    refuse_taken(final)
    target = final.resolve()
    partial = target.with_name(f".{target.name}.partial")
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UsageError(f"output folder {final} is just being written by another process") from error
    except OSError as error:
        raise UsageError(f"output folder {final} cannot be made: {reason(error)}") from error
    try:
        folder = _open(partial, final, request)
        try:
            yield folder
            folder.close()
            (partial / JOURNAL).unlink()
            move_folder(partial, final)
        except BaseException:
            _keep_or_remove(folder, final)
            raise
    finally:
        lock.release()
        with suppress(OSError):
            Path(lock.lock_file).unlink()


def _open(partial: Path, final: Path, request: str) -> OutputFolder:
    try:
        folder = OutputFolder.go_on(partial, request)
        if folder is None:
            if partial.exists():
                logger.info("what another export into %s had left unfinished is removed", final)
                shutil.rmtree(partial)
            folder = OutputFolder.begin(partial, request)
    except OSError as error:
        raise UsageError(f"output folder {final} cannot be made: {reason(error)}") from error
    return folder


def _keep_or_remove(folder: OutputFolder, final: Path) -> None:
    folder.close()
    if folder.note is None:
        shutil.rmtree(folder.path, ignore_errors=True)
    else:
        logger.info(
            "%s samples are kept in %s; the same export into %s goes on from there",
            *(f"{folder.note['count']:,}", folder.path, final),
        )
