import re

import numpy as np
import pytest
import torch

from synthgen.components import ClassLabel
from synthgen.errors import UsageError
from synthgen.latents import draw_latents
from synthgen.sampling import ChunkDraws, ClassPlan, make_plan
from synthgen.training.settings import LatentSettings

PETS = (ClassLabel(7, "cat"), ClassLabel(3, "dog"), ClassLabel(0, "newt"))
NO_ODDS = np.zeros(50)


def labels(plan):
    return plan.labels(0, NO_ODDS[: plan.count]).tolist()


def test_latents_have_the_settings_width_and_distribution():
    generator = torch.Generator().manual_seed(0)
    normal = draw_latents(2000, LatentSettings(dim=8), generator)
    uniform = draw_latents(2000, LatentSettings(dim=8, distribution="uniform"), generator)
    assert normal.shape == uniform.shape == (2000, 8)
    assert normal.std() == pytest.approx(1, abs=0.02)
    assert normal.abs().max() > 2
    assert uniform.std() == pytest.approx(3**-0.5, abs=0.02)
    assert uniform.min() < -0.99
    assert uniform.max() > 0.99
    assert uniform.abs().max() <= 1


def test_chunks_are_the_same_for_the_same_seed_and_number_only():
    latent = LatentSettings(dim=4)
    chunk, again = (ChunkDraws(5, 3, 16, latent) for _ in range(2))
    assert chunk.noise.shape == (16, 4)
    assert torch.equal(chunk.noise, again.noise)
    assert torch.equal(chunk.more_noise(), again.more_noise())
    assert np.array_equal(chunk.for_labels, again.for_labels)
    assert np.array_equal(chunk.for_conditions, again.for_conditions)
    others = [ChunkDraws(seed, k, 16, latent) for seed, k in ((5, 4), (6, 3), (5 + 2**32, 3))]
    assert not any(torch.equal(chunk.noise, other.noise) for other in others)


def test_a_chunks_draws_for_labels_conditions_and_further_noise_are_all_different():
    chunk = ChunkDraws(0, 0, 1000, LatentSettings(dim=2))
    for uniform in (chunk.for_labels, chunk.for_conditions):
        assert 0 <= uniform.min() < 0.01
        assert 0.99 < uniform.max() < 1
    assert abs(np.corrcoef(chunk.for_labels, chunk.for_conditions)[0, 1]) < 0.1
    more, yet_more = chunk.more_noise(), chunk.more_noise()
    assert more.shape == chunk.noise.shape
    assert not torch.equal(more, chunk.noise)
    assert not torch.equal(more, yet_more)


def test_further_noise_has_the_latents_own_distribution():
    settings = LatentSettings(dim=3, distribution="uniform")
    assert 0.99 < ChunkDraws(0, 0, 500, settings).more_noise().abs().max() <= 1


def test_counted_classes_take_turns_until_each_has_its_number():
    assert labels(make_plan(PETS, (1, 1, 1), per_class={"cat": 3, "dog": 1, "newt": 2})) == [0, 1, 2, 0, 2, 0]
    assert labels(make_plan(PETS, (1, 1, 1), per_class={"newt": 2, "dog": 0})) == [2, 2]
    assert labels(make_plan(PETS, (1, 1, 1), per_class=2)) == [0, 1, 2, 0, 1, 2]
    assert labels(make_plan(PETS, (1, 1, 1), per_class=2, classes=["newt", "cat"])) == [0, 2, 0, 2]
    assert labels(make_plan(PETS, (1, 1, 1), per_class=[2, 1], classes=["newt", "cat"])) == [0, 2, 2]


def test_turns_count_out_exactly_what_was_asked_and_can_start_anywhere():
    rng = np.random.default_rng(0)
    for _ in range(20):
        counts = tuple(rng.integers(0, 30, 6).tolist())
        plan = ClassPlan(sum(counts), per_class=counts)
        whole = plan.labels(0, np.zeros(plan.count))
        assert np.bincount(whole, minlength=6).tolist() == list(counts)
        start = plan.count // 3
        assert np.array_equal(plan.labels(start, np.zeros(plan.count - start)), whole[start:])


def test_given_classes_are_those_of_the_samples_and_beyond_the_count_the_last_goes_on():
    plan = ClassPlan(5, given=(2, 0, 1, 1, 2))
    assert plan.labels(0, np.zeros(5)).tolist() == [2, 0, 1, 1, 2]
    assert plan.labels(3, np.zeros(4)).tolist() == [1, 2, 2, 2]
    assert plan.labels(0, np.zeros(1)).dtype == np.int64


def test_more_per_class_continues_the_same_order():
    small, large = (make_plan(PETS, (1, 1, 1), per_class=n) for n in (5, 9))
    assert labels(large)[: small.count] == labels(small)


def test_drawn_classes_follow_the_balance_of_the_data():
    plan = make_plan(PETS, (60, 30, 10), 1)
    uniform = np.random.default_rng(0).random(20_000)
    shares = np.bincount(plan.labels(0, uniform), minlength=3) / 20_000
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.02)
    assert plan.labels(0, np.array([0.0, 1 - 2**-53])).tolist() == [0, 2]


def test_drawn_classes_can_be_restricted_and_keep_their_balance_whatever_the_order():
    plan = make_plan(PETS, (60, 30, 10), 4, classes=["newt", 7, "cat"])
    assert plan == make_plan(PETS, (60, 30, 10), 4, classes=["cat", "newt"])
    assert plan.weights == (60, 0, 10)


def test_a_class_without_real_samples_can_still_be_asked_for():
    assert make_plan(PETS, (5, 0, 5), 4, classes=["dog"]).weights == (0, 1, 0)


def test_an_unknown_class_lists_the_known_ones_and_a_near_match():
    with pytest.raises(
        UsageError, match=re.escape("no class 'dgo'. Did you mean dog? Classes: cat (7), dog (3), newt (0).")
    ):
        make_plan(PETS, (1, 1, 1), 4, classes=["dgo"])
    with pytest.raises(UsageError, match="no class '12'"):
        make_plan(PETS, (1, 1, 1), per_class={12: 4})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either a count or a number per class"),
        ({"count": 3, "per_class": 3}, "either a count or a number per class"),
        ({"count": 0}, "must be 1 or more"),
        ({"count": -1}, "0 or more, not -1"),
        ({"count": 2.5}, "whole number of samples"),
        ({"per_class": -1}, "class cat must have a whole number"),
        ({"per_class": 0}, "0 for every class"),
        ({"per_class": [1, 2]}, "2 numbers for 3 classes"),
        ({"per_class": {"cat": 1, 7: 2}}, "names class cat twice"),
        ({"per_class": {"cat": 1}, "classes": ["dog"]}, "cat, which classes leaves out"),
        ({"count": 1, "classes": []}, "one or more names"),
        ({"count": 1, "classes": "cat"}, "must be a list"),
    ],
)
def test_plans_that_make_no_dataset_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        make_plan(PETS, (1, 1, 1), **arguments)


@pytest.mark.parametrize("arguments", [{"per_class": 3}, {"count": 3, "classes": [0]}])
def test_a_model_without_labels_has_no_classes_to_choose(arguments):
    with pytest.raises(UsageError, match="trained without labels"):
        make_plan((), (), **arguments)
