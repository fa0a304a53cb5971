"""What of the real data is kept from the training."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from synthgen import ClassLabel, Dataset, Source, SourceOptions
from synthgen.data.codecs.table import TableCodec
from synthgen.data.fingerprint import fingerprint
from synthgen.data.loading import load_dataset
from synthgen.data.sources.digits import Digits
from synthgen.errors import RecipeError
from synthgen.export.originals import Originals
from synthgen.hold_out import MOST, split_real
from synthgen.metric import take_samples
from synthgen.real_data import load_data, load_parts
from synthgen.recipe import recipe_from_dict
from synthgen.run_model import SetupJudge
from synthgen.seen_samples import leave_out_seen


@pytest.fixture
def recipe(registry):
    def make(**values):
        base = {
            "data": "digits",
            "generator": "dcgan",
            "discriminator": "dcgan",
            "train": {"steps": 2},
            "report": "quick",
        }
        return recipe_from_dict(base | values, registry)

    return make


def numbered(counts: list[int], **facts) -> Dataset:
    """Signals each of which holds its own number, so many of each class."""
    y = np.repeat(np.arange(len(counts)), counts)
    x = np.arange(len(y), dtype=np.float32)[:, None].repeat(8, axis=1)
    classes = tuple(ClassLabel(i, f"c{i}") for i in range(len(counts)))
    return Dataset("numbered", x, y, classes, kind="signals", **facts)


def test_the_source_s_own_test_split_is_held_out_and_nothing_is_taken_from_the_training(recipe):
    parts = load_parts(recipe())
    train, test = (Digits(Digits.Options(split=split)).load() for split in ("train", "test"))
    assert fingerprint(parts.train) == fingerprint(train) == fingerprint(parts.whole)
    assert parts.held_out is not None and fingerprint(parts.held_out) == fingerprint(test)
    assert parts.how.startswith("the test split of digits, 355 samples")


def test_the_test_split_has_the_same_classes_but_all_of_its_samples(recipe):
    parts = load_parts(recipe(data={"name": "digits", "classes": [7, 3], "per_class": 20}))
    assert len(parts.train) == 40
    assert [label.name for label in parts.held_out.classes] == ["7", "3"]
    assert len(parts.held_out) > 40


def test_the_fallback_s_test_split_is_taken_where_the_fallback_was(recipe, tmp_path, monkeypatch):
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    asked = {"name": "cifar10", "root": str(tmp_path), "fallback": "digits"}
    parts = load_parts(recipe(data=asked))
    assert parts.train.name == "digits" and len(parts.held_out) == 355
    assert parts.held_out.x.shape[1:] == parts.train.x.shape[1:]


def test_a_tenth_of_each_class_is_kept_back_where_there_is_no_test_split(recipe):
    whole = numbered([200, 500])
    parts = split_real(recipe(), whole, None)
    assert np.bincount(parts.held_out.y).tolist() == [20, 50]
    together = np.sort(np.concatenate([parts.train.x[:, 0], parts.held_out.x[:, 0]]))
    np.testing.assert_array_equal(together, np.arange(700))
    assert parts.whole is whole and "70 of the 700" in parts.how


@pytest.mark.parametrize(("count", "kept"), [(60, 12), (150, 30), (250, 50), (400, 50), (500, 50), (600, 60)])
def test_of_few_samples_up_to_a_fifth_is_kept_back_so_that_there_is_a_verdict(recipe, count, kept):
    assert len(split_real(recipe(), numbered([count]), None).held_out) == kept
    assert len(split_real(recipe(report={"hold_out": 0.1}), numbered([count]), None).held_out) == count // 10


def test_numbers_given_beside_the_class_stay_with_their_samples(recipe):
    numbers = np.arange(60.0)
    parts = split_real(recipe(), numbered([60], given={"t": numbers}), None)
    for part in (parts.train, parts.held_out):
        np.testing.assert_array_equal(part.given["t"], part.x[:, 0])


def test_the_same_recipe_keeps_the_same_samples_back_and_another_seed_others(recipe):
    whole = numbered([50, 50])
    first, again, other = (split_real(recipe(seed=seed), whole, None).held_out for seed in (0, 0, 1))
    assert fingerprint(first) == fingerprint(again) != fingerprint(other)


def test_small_classes_keep_their_members(recipe):
    parts = split_real(recipe(report={"hold_out": 0.5}), numbered([2, 3, 40]), None)
    assert np.bincount(parts.train.y).tolist() == [2, 2, 20]


def test_too_few_samples_hold_none_out_and_say_so(recipe):
    parts = split_real(recipe(), numbered([3, 4]), None)
    assert parts.held_out is None and len(parts.train) == 7
    assert "7 samples are too few" in parts.how


@pytest.mark.parametrize("values", [{"report": {"hold_out": 0}}, {"report": "none"}])
def test_all_samples_are_trained_on_where_none_are_asked_for(recipe, values):
    parts = split_real(recipe(**values), numbered([50]), None)
    assert parts.held_out is None and len(parts.train) == 50


def test_a_selection_wants_held_out_samples_even_without_a_report(recipe):
    parts = split_real(recipe(report="none", selection={}), numbered([50]), None)
    assert len(parts.held_out) == 10


def test_more_than_enough_are_not_kept_back(recipe):
    parts = split_real(recipe(report={"hold_out": 0.5}), numbered([30_000, 10_000]), None)
    assert len(parts.held_out) == MOST


def test_a_source_that_ignores_split_has_no_test_split(recipe):
    class Stubborn(Digits):
        def __init__(self, options):
            super().__init__(options.model_copy(update={"split": "train"}))

    resolved = recipe()
    dataset = load_data(resolved)
    source = Stubborn(Stubborn.Options())
    source.options = Stubborn.Options()
    parts = split_real(resolved, dataset, source)
    assert len(parts.held_out) == sum(int(n * 0.1) for n in np.bincount(dataset.y))


class Rows(Source):
    """A table, whatever split it is asked for."""

    Options = SourceOptions

    def load(self) -> Dataset:
        frame = pd.DataFrame({"a": range(60), "b": ["x", None, "z"] * 20})
        return Dataset("rows", frame, np.zeros(60, np.int64), (), kind="table")


class Waves(Source):
    """Signals, the same."""

    Options = SourceOptions

    def load(self) -> Dataset:
        return numbered([30, 30])


@pytest.mark.parametrize("source", [Rows, Waves])
def test_all_that_a_source_without_splits_has_is_not_held_out_from_a_part_of_it(recipe, source):
    part = source(SourceOptions(limit=40))
    parts = split_real(recipe(), load_dataset(part, None, 0), part)
    assert len(parts.train) + len(parts.held_out) == 40


def test_data_that_is_loaded_already_is_split_as_the_run_loads_it_again(recipe, tmp_path, monkeypatch):
    monkeypatch.delenv("SYNTHGEN_DATA", raising=False)
    resolved = recipe(data={"name": "cifar10", "root": str(tmp_path), "fallback": "digits"})
    first, again = load_parts(resolved, load_data(resolved)), load_parts(resolved)
    assert fingerprint(first.train) == fingerprint(again.train)
    assert fingerprint(first.held_out) == fingerprint(again.held_out)


def test_samples_that_a_snapshot_is_chosen_by_are_said_to_be(recipe):
    judged, chosen = (load_parts(recipe(**more)).how for more in ({}, {"selection": {}}))
    assert "flatters the model" in chosen
    assert "flatters the model" not in judged
    few = split_real(recipe(selection={}), numbered([50]), None)  # the selection goes by the training's own
    assert "flatters the model" not in few.how


def test_enough_held_out_samples_are_shared_out_between_choosing_and_judging(recipe):
    whole = numbered([2000, 3000])
    parts = split_real(recipe(selection={}, report={"hold_out": 0.1}), whole, None)
    assert np.bincount(parts.choosing.y).tolist() == np.bincount(parts.held_out.y).tolist() == [100, 150]
    together = [part.x[:, 0] for part in (parts.train, parts.choosing, parts.held_out)]
    np.testing.assert_array_equal(np.sort(np.concatenate(together)), np.arange(5000))
    assert "chosen by 250 of them" in parts.how and "the report is of the other 250" in parts.how
    again = split_real(recipe(selection={}, report={"hold_out": 0.1}), whole, None)
    assert fingerprint(again.choosing) == fingerprint(parts.choosing)


def test_no_more_samples_choose_than_the_selection_looks_at(recipe):
    parts = split_real(recipe(selection={"samples": 250}, report={"hold_out": 0.5}), numbered([5000]), None)
    assert (len(parts.choosing), len(parts.held_out)) == (250, 2250)


@pytest.mark.parametrize("samples", [150, 200, 2000])
@pytest.mark.parametrize("counts", [[1000] * 10, [7003, 2967, 30], [383, 41, 33, 21, 20]])
def test_a_few_samples_to_choose_by_and_rare_classes_are_shared_out(recipe, samples, counts):
    held_out = numbered([2 * count for count in counts])
    parts = split_real(recipe(selection={"samples": samples}, report={"hold_out": 0.5}), held_out, None)
    assert len(parts.choosing) == min(max(samples, 200), sum(counts) // 2)
    for part in (parts.choosing, parts.held_out):
        assert np.bincount(part.y).min() >= 10
    assert len(parts.held_out) + len(parts.choosing) == sum(counts)


def test_four_hundred_in_ten_random_classes_are_shared_out(recipe):
    counts = np.bincount(np.random.default_rng(0).integers(0, 10, 400)).tolist()
    parts = split_real(
        recipe(selection={}, report={"hold_out": 0.5}), numbered([2 * n for n in counts]), None
    )
    assert (len(parts.choosing), len(parts.held_out)) == (200, 200)


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ([1500, 2400], "for sharing them out takes 400, so that"),
        ([6000, 190], "for sharing them out takes 20 of each class, and of c1 there are 19, so that"),
    ],
)
def test_held_out_samples_too_few_to_share_out_serve_twice(recipe, counts, why):
    parts = split_real(recipe(selection={}, report={"hold_out": 0.1}), numbered(counts), None)
    assert parts.choosing is None and len(parts.held_out) == sum(counts) // 10
    assert why in parts.how and "flatters the model" in parts.how


def test_what_a_snapshot_was_chosen_by_is_left_out_of_other_real_data_or_told(recipe):
    asked = recipe(selection={"samples": 200}, report={"hold_out": 0.5})
    parts = split_real(asked, numbered([1200]), None)
    test = take_samples(parts.whole, np.flatnonzero(~np.isin(parts.whole.x[:, 0], parts.train.x[:, 0])))
    left, said = leave_out_seen(test, parts, asked)
    assert sorted(left.x[:, 0]) == sorted(parts.held_out.x[:, 0])
    assert said == "; 200 more are left out, for the best snapshot was chosen by them"
    few, said = leave_out_seen(take_samples(parts.choosing, np.arange(150)), parts, asked)
    assert len(few) == 150 and "the best snapshot was chosen by 150 of them" in said
    same, said = leave_out_seen(parts.whole, replace(parts, choosing=None, held_out=None), asked)
    assert same is parts.whole and said == "; 600 of them equal samples that the model learnt from"
    other = replace(parts.whole, x=parts.whole.x + 5000)
    assert leave_out_seen(other, parts, asked) == (other, "")


def test_rows_of_another_type_and_order_of_columns_are_known_again_each_once(recipe):
    y = np.zeros(800, np.int64)
    frame = pd.DataFrame({"a": np.arange(800) % 100, "b": ["x", None, "z", "w"] * 200})
    asked = recipe(selection={"samples": 200}, report={"hold_out": 0.5})
    parts = split_real(asked, Dataset("rows", frame, y, (), kind="table"), None)
    again = pd.concat([parts.choosing.x, parts.held_out.x]).astype({"a": float})[["b", "a"]]
    left, said = leave_out_seen(
        Dataset("again", again.reset_index(drop=True), y[:400], (), kind="table"), parts, asked
    )
    assert len(left) == 200 and "200 more are left out" in said


def test_a_run_that_did_not_share_them_out_is_not_said_to_have(recipe):
    asked = recipe(selection={}, report={"hold_out": 0.5})
    parts = split_real(asked, numbered([1200]), None, share_out=False)
    assert parts.choosing is None and len(parts.held_out) == 600 == len(parts.chosen_by(asked))
    assert "when the run was trained they were not shared out, so that" in parts.how


def test_rows_are_shared_out_however_rare_a_class_is(recipe):
    y = np.repeat([0, 1], [5000, 30])
    frame = pd.DataFrame({"n": range(len(y)), "k": np.array(["a", "b"])[y]})
    whole = Dataset("rows", frame, y, (ClassLabel(0, "a"), ClassLabel(1, "b")), kind="table", target="k")
    parts = split_real(recipe(selection={}, report={"hold_out": 0.1}), whole, None)
    assert (len(parts.choosing), len(parts.held_out)) == (251, 252)
    assert np.bincount(parts.choosing.y).tolist() == [250, 1]


@pytest.mark.parametrize("hold_out", [0.1, 0.05])
def test_a_snapshot_is_chosen_by_its_own_held_out_samples(recipe, hold_out, monkeypatch):
    seen = []
    monkeypatch.setattr("synthgen.run_model.make_scorer", lambda real, held_out, **_: seen.append(held_out))
    resolved = recipe(selection={}, report={"hold_out": hold_out})
    parts = split_real(resolved, numbered([5000]), None)
    codec = SimpleNamespace(like_samples=lambda values: values)
    setup = SimpleNamespace(dataset=parts.train, codec=codec, parts=parts, recipe=resolved)
    with pytest.raises(AttributeError):  # there is no scorer
        SetupJudge(setup, resolved.selection)
    assert fingerprint(seen[0]) == fingerprint(parts.choosing or parts.held_out)


def test_rows_held_out_with_categories_of_their_own_do_not_keep_the_others_from_being_included():
    frame = pd.DataFrame({"a": range(40), "cat": ["x", "y"] * 20})
    frame.loc[[5, 20, 39], "cat"] = ["odd", None, "odder"]
    whole = Dataset("rows", frame, np.zeros(40, np.int64), (), kind="table")
    codec = TableCodec(TableCodec.Options(conditions=["cat"]))
    codec.fit(take_samples(whole, np.setdiff1d(np.arange(40), [5, 20, 39])))
    asked = Originals.of(whole, "").having((("cat", "x"),), codec)
    assert asked.index.tolist() == [row for row in range(0, 40, 2) if row != 20]


def test_a_share_of_one_or_more_is_refused_where_the_recipe_is_read(recipe):
    with pytest.raises(RecipeError, match=r"report\.hold_out"):
        recipe(report={"hold_out": 1.0})
