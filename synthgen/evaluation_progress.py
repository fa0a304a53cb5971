"""How far an evaluation is: a bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import NoReturn, Self

from tqdm import tqdm

from synthgen.listeners import SECONDS_BETWEEN_LINES

logger = logging.getLogger("synthgen")

_STEPS = 100


class EvaluationProgress:
    """Shows the share that is done and the metric that is at work; call it as `evaluate` calls its `progress`."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar = tqdm(
            total=_STEPS,
            desc="evaluation",
            bar_format="{desc}: {percentage:3.0f} %|{bar}| {elapsed}{postfix}",
            disable=None,
            leave=False,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: float, name: str) -> None:
        """So much is done, 0 to 1, and this metric comes next."""
        if self._bar is None:
            return
        if self._bar.disable:
            self._say(done, name)
            return
        self._bar.set_postfix_str(name, refresh=False)
        self._bar.update(round(_STEPS * done) - self._bar.n)
        self._bar.refresh()

    def _say(self, done: float, name: str) -> None:
        now = time.monotonic()
        if name and now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            logger.info("evaluation: %.0f %% done, now %s", 100 * done, name)
