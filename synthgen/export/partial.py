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
from synthgen.output_folder import JOURNAL, OtherRequest, OutputFolder

logger = logging.getLogger("synthgen")


@contextmanager
def partial_dataset(final: Path, request: str) -> Iterator[OutputFolder]:
    """The folder `.NAME.partial` beside `final`, as far as this request has got; renamed when the block ends well.

    If the block fails, complete shards are kept for the same request to go on with; before the first of them,
    nothing is. Raises UsageError if `final` is taken, cannot be made, is just being written by another
    process, or was begun with another request.
    """
    refuse_taken(final)
    target = final.resolve()
    partial = target.with_name(f".{target.name}.partial")
    lock = FileLock(target.with_name(f".{target.name}.lock"), timeout=0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UsageError(
            f"output folder {final} is just being written by another process, which holds {lock.lock_file}"
        ) from error
    except OSError as error:
        raise UsageError(f"output folder {final} cannot be made: {reason(error)}") from error
    try:
        folder = _open(partial, final, request)
        try:
            yield folder
            folder.close()
            move_folder(partial, final)
            (target / JOURNAL).unlink()
        except BaseException:
            _keep_or_remove(folder, final)
            raise
    finally:
        with suppress(OSError):  # before it is released, or a third process might lock a file that is gone
            Path(lock.lock_file).unlink()
        lock.release()


def _open(partial: Path, final: Path, request: str) -> OutputFolder:
    try:
        folder = OutputFolder.go_on(partial, request)
        if folder is None:
            shutil.rmtree(partial, ignore_errors=True)  # nothing in it was complete
            folder = OutputFolder.begin(partial, request)
    except OtherRequest as other:
        raise UsageError(
            f"output folder {final}: {other.args[0]['count']:,} samples of another export are kept in {partial};"
            " ask for the same as then to go on with it, remove that folder, or name another"
        ) from None
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
