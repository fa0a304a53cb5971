"""Making the next items of an iterator while the last is being used."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

_POLL = 0.1  # seconds: how soon the maker notices that nobody wants more


class _End:
    """What the maker puts last: nothing went wrong, or what did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def prefetch(items: Iterable[T], depth: int = 2) -> Generator[T, None, None]:
    """The same items, made in a thread of their own and at most `depth` ahead; errors come through.

    The thread has ended when this iterator is exhausted or closed.
    """
    queue: Queue[T | _End] = Queue(depth)
    stop = Event()

    def put(item: T | _End) -> bool:
        while not stop.is_set():
            try:
                queue.put(item, timeout=_POLL)
                return True
            except Full:
                continue
        return False

    def make() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(_End())
        except BaseException as error:
            put(_End(error))

    maker = Thread(target=make, name="prefetch", daemon=True)
    maker.start()
    try:
        while not isinstance(item := queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        while True:  # make room, so that a waiting maker is woken at once
            try:
                queue.get_nowait()
            except Empty:
                break
        maker.join()
