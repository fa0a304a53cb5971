"""Ctrl-C while training: finish the step, save, and say how to go on; a second one ends at once."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from synthgen.training.trainer import Trainer

logger = logging.getLogger("synthgen")


@contextmanager
def stop_on_signals(trainer: Trainer) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a request to the trainer, or a KeyboardInterrupt if it is not at work.

    Only the main thread can listen for them; in any other this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def request_stop(number: int, frame: FrameType | None) -> None:
        if trainer.stop_requested or not trainer.running:
            raise KeyboardInterrupt
        trainer.stop_requested = True
        logger.info("stopping after this step; once more to stop at once, without saving")

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, request_stop) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
