"""Samples that break a rule are drawn again, for the same conditions, and not for ever."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from synthgen import redrawing
from synthgen.errors import SynthgenError
from synthgen.redrawing import Redraws, draw_until_accepted
from synthgen.sampling import ChunkDraws
from synthgen.training.settings import LatentSettings

SIZE = 32


def draws(seed=0):
    return ChunkDraws(seed, 0, SIZE, LatentSettings(dim=1))


def make(noise, rows):
    """Two columns: the noise, and the position in the chunk as the condition."""
    return np.stack([noise[:, 0].numpy(), rows.numpy()], 1)


def positive(values):
    return values[:, 0] > 0


@pytest.mark.parametrize("judge", [lambda values: None, lambda values: np.ones(len(values), bool)])
def test_all_samples_are_kept_and_made_once_where_none_is_refused(judge):
    calls = []

    def counted(noise, rows):
        calls.append(len(rows))
        return make(noise, rows)

    values = draw_until_accepted(counted, judge, draws())
    assert calls == [SIZE]
    assert np.array_equal(values, make(draws().noise, torch.arange(SIZE)))


def test_only_refused_rows_are_replaced_and_each_keeps_its_condition():
    first = make(draws().noise, torch.arange(SIZE))
    values = draw_until_accepted(make, positive, draws())
    assert positive(values).all()
    fine = positive(first)
    assert 0 < fine.sum() < SIZE
    assert np.array_equal(values[fine], first[fine])
    assert values[:, 1].tolist() == list(range(SIZE))
    assert len(np.unique(values[:, 0])) == SIZE


def test_rules_that_go_by_the_condition_hold_for_each_row():
    def judge(values):
        return (values[:, 0] > 0) == (values[:, 1] % 2 == 0)

    values = draw_until_accepted(make, judge, draws())
    assert ((values[:, 0] > 0) == (np.arange(SIZE) % 2 == 0)).all()


def test_the_same_draws_give_the_same_samples():
    one, same, other = (draw_until_accepted(make, positive, draws(seed)) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_kept_samples_have_the_distribution_of_accepted_ones():
    many = ChunkDraws(0, 0, 4000, LatentSettings(dim=1))
    values = draw_until_accepted(make, positive, many)
    assert values[:, 0].mean() == pytest.approx((2 / np.pi) ** 0.5, abs=0.03)  # of a half normal


def test_frames_are_redrawn_with_their_types_and_index():
    def frame(noise, rows):
        text = pd.Series(noise[:, 0].numpy() > 0, dtype="boolean")
        return pd.DataFrame({"up": text, "row": rows.numpy()})

    values = draw_until_accepted(frame, lambda values: values["up"].to_numpy(bool), draws())
    assert values["up"].all()
    assert values.dtypes.astype(str).to_dict() == {"up": "boolean", "row": "int64"}
    assert values.index.equals(pd.RangeIndex(SIZE))
    assert values["row"].tolist() == list(range(SIZE))


def test_rows_that_cannot_be_had_are_given_up_with_the_rate_after_bounded_rounds(monkeypatch):
    monkeypatch.setattr(redrawing, "ROUNDS", 5)
    made = []

    def counted(noise, rows):
        made.append(len(rows))
        return make(noise, rows)

    def judge(values):
        return values[:, 1] != 7

    with pytest.raises(
        SynthgenError, match=r"of 192 rows drawn, 31 obey .* for 1 of 32 .* none did in 5 rounds"
    ):
        draw_until_accepted(counted, judge, draws())
    assert made == [SIZE] * 6


def test_a_rare_but_possible_row_is_found_since_every_round_draws_it_many_times():
    rounds = []

    def judge(values):
        rounds.append(len(values))
        return (values[:, 1] != 7) | (values[:, 0] > 2)  # one draw in 44

    values = draw_until_accepted(make, judge, draws())
    assert values[7, 0] > 2
    assert len(rounds) < 12


def test_how_many_rows_were_drawn_again_is_counted_over_chunks_and_told(caplog):
    caplog.set_level("INFO", "synthgen")
    first = make(draws().noise, torch.arange(SIZE))
    redraws = Redraws()
    for _ in range(2):
        draw_until_accepted(make, positive, draws(), redraws)
    refused = int((~positive(first)).sum())
    assert (redraws.rows, redraws.refused) == (2 * SIZE, 2 * refused)
    assert redraws.made % (2 * SIZE) == 0
    assert redraws.made >= 4 * SIZE
    redraws.log()
    (record,) = caplog.records
    share = 100 * refused / SIZE
    assert record.getMessage().startswith(
        f"{2 * refused} of {2 * SIZE} rows ({share:.1f} %) broke a constraint"
    )


def test_nothing_is_told_where_nothing_was_drawn_again(caplog):
    caplog.set_level("INFO", "synthgen")
    redraws = Redraws()
    draw_until_accepted(make, lambda values: np.ones(len(values), bool), draws(), redraws)
    assert (redraws.rows, redraws.refused, redraws.made) == (SIZE, 0, SIZE)
    redraws.log()
    assert not caplog.records
