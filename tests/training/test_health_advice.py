"""What is advised against what is wrong with a training."""

from __future__ import annotations

from typing import get_args

import pytest

from synthgen.training.health_advice import advise
from synthgen.training.health_verdicts import Kind


@pytest.mark.parametrize("kind", get_args(Kind))
def test_there_is_advice_against_everything(kind):
    everything = {
        *("loss relativistic", "penalty r1", "penalty r2", "penalty mismatch", "augmentations"),
        *("one discriminator step", "betas", "clip_value"),
    }
    for has in (set(), everything):
        words = advise(kind, has)
        assert words.startswith("Try ") and not words.endswith((".", " ", ",")) and ", or" not in words


def test_what_the_recipe_has_is_not_advised():
    assert "augmentations" in advise("repeats") and "augmentations" not in advise(
        "repeats", {"augmentations"}
    )
    assert "betas" not in advise("oscillation", {"betas"})
    assert advise("discriminator_won", {"one discriminator step", "loss relativistic", "augmentations"}) == (
        "Try penalties r1 and r2 or a lower train.discriminator_optimizer.lr"
    )


def test_who_has_penalties_is_advised_heavier_ones():
    both = {"penalty r1", "penalty r2"}
    assert advise("explosion", both).startswith(
        "Try a lower train.optimizer.lr, heavier penalties r1 and r2 or"
    )
    assert "loss relativistic with penalties" in advise("collapse", both)
    assert advise("collapse", both | {"loss relativistic", "penalty mismatch"}) == (
        "Try heavier penalties r1 and r2, a lower train.optimizer.lr or another seed"
    )
    assert "heavier" not in advise("explosion", {"penalty r1"})
