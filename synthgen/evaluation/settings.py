"""What a recipe's `report:` and `selection:` sections say. Importable without torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from synthgen.options import Options


class ReportSettings(Options):
    """What a run is judged by when it has ended."""

    level: Literal["none", "quick", "full"] = "quick"
    """none writes no report; quick takes some seconds; full adds what takes longer, such as how much samples help a
    classifier at several sizes of the real data."""
    hold_out: Literal["auto"] | Annotated[float, Field(ge=0, lt=1)] = "auto"
    """Real samples that are kept from the training to judge it by: auto is the source's own test split or, where it
    has none, a tenth of the samples of each class, of fewer than 500 up to a fifth; else the share to keep back,
    0 for none."""
    samples: PositiveInt | None = None
    """Synthetic samples to judge; as many as there are real ones if not given, at most 10,000, or 2,000 if
    quick (10 for each class where that is more)."""


class SelectionSettings(Options):
    """Which of a training's snapshots becomes the model."""

    every: PositiveInt | None = None
    """Steps between two snapshots that are scored; a twentieth of the training if not given."""
    after: float = Field(0.5, ge=0, lt=1)
    """How much of the training goes by before the first one is scored."""
    keep: PositiveInt = 1
    """How many of the best are kept, as RUN/snapshots/step-N; the best of them is RUN/model."""
    samples: PositiveInt = 2000
    """Samples that each is scored by, from the same latents every time, and real ones to score it against: of those
    held out at most half, which the report does without."""
    floor: float = Field(0.7, ge=0, le=1)
    """Of images and signals: what coverage of its worst class a snapshot needs, as a share of what real samples
    have, before its distance counts; one below is taken only if all are."""
    patience: PositiveInt | None = None
    """Stop the training after so many scores without a better one."""
