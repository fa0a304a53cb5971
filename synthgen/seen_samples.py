"""Samples by which a run is judged and that it has met before."""

from __future__ import annotations

import numpy as np

from synthgen.components import Dataset
from synthgen.data.overlap import in_common
from synthgen.evaluation.scoring import FEWEST
from synthgen.hold_out import RealParts
from synthgen.metric import take_samples
from synthgen.recipe import Recipe


def leave_out_seen(other: Dataset, parts: RealParts, recipe: Recipe) -> tuple[Dataset, str]:
    """The samples by which no snapshot was chosen, if enough are left, and what to say of others."""
    said = ""
    chosen_by = parts.chosen_by(recipe)
    if chosen_by is not None and (there := in_common(other, chosen_by)).any():
        if len(other) - there.sum() >= FEWEST:
            other = take_samples(other, np.flatnonzero(~there))
            said = f"; {there.sum():,} more are left out, for the best snapshot was chosen by them"
        else:
            said = (
                f"; the best snapshot was chosen by {there.sum():,} of them, so that what is measured by them"
                " flatters the model a little"
            )
    learnt = int(in_common(other, parts.train).sum())
    return other, said + f"; {learnt:,} of them equal samples that the model learnt from" * bool(learnt)
