"""Drawing samples again that break a rule, a bounded number of times."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from synthgen.errors import SynthgenError
from synthgen.sampling import ChunkDraws
from synthgen.values import join, take

logger = logging.getLogger("synthgen")

ROUNDS = 100
"""How often a chunk is drawn again before it is given up."""


@dataclass
class Redraws:
    """How many rows of a stream were drawn again."""

    rows: int = 0
    refused: int = 0
    """Of the rows, those whose first draw was not accepted."""
    made: int = 0
    """Rows drawn in all."""
    kept: int = 0
    """Rows that were not accepted and could not be drawn again, since their latents were given."""

    def keep(self, accepted: np.ndarray | None) -> None:
        """Count rows of given latents, which stay as they are."""
        if accepted is not None:
            self.rows += len(accepted)
            self.kept += int(np.count_nonzero(~accepted))

    def log(self) -> None:
        """Say so, if any were."""
        if self.kept:
            logger.warning(
                "%s of %s rows break a constraint; they are kept, since their latents were given",
                f"{self.kept:,}",
                f"{self.rows:,}",
            )
        if self.refused:
            logger.info(
                "%s of %s rows (%.1f %%) broke a constraint and were drawn again, from %s made in all",
                f"{self.refused:,}",
                f"{self.rows:,}",
                100 * self.refused / self.rows,
                f"{self.made:,}",
            )


Make = Callable[[Tensor, Tensor], Any]
"""From noise `(B, dim)` and positions in the chunk `(B,)`, whose conditions hold, to decoded samples."""


def draw_until_accepted(
    make: Make, judge: Callable[[Any], np.ndarray | None], draws: ChunkDraws, redraws: Redraws | None = None
) -> Any:
    """A chunk of samples, each accepted by `judge`, for the conditions at its own position.

    A chunk of given latents stays as it comes, since there is nothing to draw again. Otherwise each round makes
    a whole chunk of candidates for the positions that are still open, each as often as there is room; `redraws`
    counts them. Raises SynthgenError, which tells how few were accepted, when `ROUNDS` were not enough.
    """
    size = len(draws.noise)
    values = make(draws.noise, torch.arange(size))
    accepted = judge(values)
    if draws.given and redraws is not None:
        redraws.keep(None if accepted is None else accepted[: draws.given])
    if accepted is None or draws.given:
        return values
    open_, made, kept = np.flatnonzero(~accepted), size, int(accepted.sum())
    parts, rows, source = [values], size, np.arange(size)
    for _ in range(ROUNDS):
        if not len(open_):
            break
        positions = np.resize(open_, size)
        candidates = make(draws.more_noise(), torch.from_numpy(positions))
        accepted_now = judge(candidates)
        fine = np.arange(size) if accepted_now is None else np.flatnonzero(accepted_now)
        made, kept = made + size, kept + len(fine)
        filled, first = np.unique(positions[fine], return_index=True)
        if len(filled):
            parts.append(take(candidates, fine[first]))
            source[filled] = np.arange(rows, rows + len(filled))
            rows += len(filled)
        open_ = np.setdiff1d(open_, filled, assume_unique=True)
    if redraws is not None:
        redraws.rows += size
        redraws.refused += int(np.count_nonzero(~accepted))
        redraws.made += made
    if len(open_):
        raise SynthgenError(
            f"of {made:,} rows drawn, {kept:,} obey the constraints, and for {len(open_)} of {size} conditions none"
            f" did in {ROUNDS} rounds; loosen the constraints, or train for longer"
        )
    return take(join(parts), source) if len(parts) > 1 else values
