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


R1, R2, RELATIVISTIC = "penalty r1", "penalty r2", "loss relativistic"


@pytest.mark.parametrize(
    ("has", "penalties"),
    [
        (set(), "penalties r1 and r2"),
        ({R1}, "penalty r2"),
        ({R2, RELATIVISTIC}, "penalty r1"),
        ({R1, R2}, "heavier penalties r1 and r2"),
    ],
)
def test_of_two_penalties_the_one_that_lacks_is_advised_and_of_none_that_they_be_heavier(has, penalties):
    assert advise("explosion", has) == (
        f"Try a lower train.optimizer.lr, {penalties} or train.optimizer.clip_value"
    )


@pytest.mark.parametrize(
    ("has", "advised"),
    [
        (set(), "loss relativistic with penalties r1 and r2"),
        ({R1}, "loss relativistic with penalty r2"),
        ({R1, R2}, "loss relativistic"),
        ({RELATIVISTIC}, "penalties r1 and r2"),
        ({RELATIVISTIC, R1}, "penalty r2"),
        ({RELATIVISTIC, R2}, "penalty r1"),
        ({RELATIVISTIC, R1, R2}, "heavier penalties r1 and r2"),
    ],
)
def test_of_a_loss_and_its_penalties_only_what_the_recipe_lacks_is_advised(has, advised):
    assert advise("repeats", has | {"augmentations"}) == f"Try {advised} or a larger train.batch_size"


def test_a_heavier_penalty_is_advised_only_where_there_is_one():
    assert "a heavier penalty" in advise("divergence", {"penalty wgan_gp"})
    assert "penalties r1 and r2" in advise("divergence", {"loss wasserstein"})
