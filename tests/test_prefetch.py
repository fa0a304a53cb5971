from __future__ import annotations

import threading

import pytest

from synthgen.prefetch import prefetch


def makers():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_items_come_in_order():
    assert list(prefetch(range(1000))) == list(range(1000))
    assert not makers()


def test_an_error_comes_through_after_the_items_before_it():
    def items():
        yield 1
        raise KeyError("broken")

    got = []
    with pytest.raises(KeyError, match="broken"):
        for item in prefetch(items()):
            got.append(item)  # noqa: PERF402
    assert got == [1]
    assert not makers()


def test_closing_ends_the_thread_however_much_there_would_be():
    made = []

    def endless():
        while True:
            made.append(len(made))
            yield made[-1]

    items = prefetch(endless(), depth=2)
    assert [next(items), next(items)] == [0, 1]
    items.close()
    assert not makers()
    assert len(made) <= 6


def test_no_more_than_depth_items_wait():
    made = threading.Semaphore(0)

    def items():
        for i in range(10):
            made.release()
            yield i

    stream = prefetch(items(), depth=1)
    next(stream)  # taken; one waits in the queue, one in the maker's hand
    for _ in range(3):
        assert made.acquire(timeout=5)
    assert not made.acquire(timeout=0.3)
    stream.close()
