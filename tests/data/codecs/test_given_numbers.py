"""Images and signals that are conditioned on numbers beside their class."""

import numpy as np
import pytest
import torch

from synthgen import Condition, DataError, UsageError
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.codecs.signals import SignalCodec
from synthgen.data.training_data import TrainingData

from ..helpers import make_dataset

HEAT = np.linspace(1.0, 3.2, 12)
WIND = HEAT * 10


def toy(counts=(6, 6), **given):
    """Twelve images of two classes in turn; the numbers rise."""
    return make_dataset(counts, given=given or {"heat": HEAT})


def fitted(dataset, kind=ImageCodec):
    return kind(kind.Options()).fit(dataset)


def unlabelled(**given):
    return make_dataset((12,), classes=(), given=given)


def draw(codec, labels, uniform, **where):
    codec.check_where(where)
    return codec.draw_conditions(np.asarray(labels), np.asarray(uniform, float), where)


def test_each_number_is_a_standardised_condition_after_the_class():
    dataset = toy(heat=HEAT, wind=WIND)
    codec = fitted(dataset)
    label, *numbers = codec.conditions(dataset)
    assert label == Condition(name="label", values=("class 0", "class 1"))
    assert numbers == [
        Condition(name="heat", mean=HEAT.mean(), scale=HEAT.std()),
        Condition(name="wind", mean=WIND.mean(), scale=WIND.std()),
    ]
    codes = codec.encode_conditions(dataset)
    assert torch.equal(codes, torch.tensor(np.stack([dataset.y, HEAT, WIND], 1)))
    condition = TrainingData.from_dataset(dataset, codec, 4).batch(torch.arange(12)).condition
    assert condition.shape == (12, 4)
    assert condition[:, 2:].mean(0).tolist() == pytest.approx([0, 0], abs=1e-6)
    assert condition[:, 2:].std(0, correction=0).tolist() == pytest.approx([1, 1])


def test_a_number_that_never_changes_is_a_condition_of_zero():
    dataset = unlabelled(heat=np.full(12, 7.0))
    data = TrainingData.from_dataset(dataset, fitted(dataset), 4)
    assert data.batch(torch.arange(3)).condition.tolist() == [[0.0]] * 3


def test_without_numbers_all_is_as_it_was():
    dataset = make_dataset()
    codec = fitted(dataset)
    assert codec.encode_conditions(dataset).dtype == torch.int64
    assert codec.state() == ({"shape": [1, 4, 4]}, {})
    assert codec.given(codec.encode_conditions(dataset)) == {}
    assert codec.class_odds({}) is None
    with pytest.raises(UsageError, match="'heat' is no condition of this model"):
        codec.check_where({"heat": 2})


def test_numbers_are_drawn_from_the_real_samples_of_the_class():
    dataset = toy(heat=HEAT, wind=WIND)
    labels = np.repeat([0, 1], 300)
    codes = draw(fitted(dataset), labels, np.tile(np.linspace(0, 0.999, 300), 2)).numpy()
    assert codes[:, 0].tolist() == labels.tolist()
    for label in (0, 1):
        values, counts = np.unique(codes[labels == label, 1], return_counts=True)
        assert values.tolist() == HEAT[label::2].tolist()
        assert counts.tolist() == [50] * 6
    assert codes[:, 2] == pytest.approx(codes[:, 1] * 10)


def test_a_number_that_is_asked_for_is_given_to_all_and_the_others_go_with_the_nearest():
    wind = np.r_[np.zeros(300), np.ones(300)]
    heat = np.r_[np.linspace(1, 2, 300), np.linspace(3, 4, 300)]
    dataset = make_dataset(
        (600,), classes=(), x=np.zeros((600, 4, 4), np.uint8), given={"heat": heat, "wind": wind}
    )
    codes = draw(fitted(dataset), [0] * 3, [0.0, 0.5, 0.9], heat="3.5")
    assert codes[:, 0].tolist() == [3.5] * 3
    assert codes[:, 1].tolist() == [1.0] * 3


def test_without_classes_there_are_numbers_alone():
    dataset = unlabelled(heat=HEAT)
    codec = fitted(dataset)
    assert [condition.name for condition in codec.conditions(dataset)] == ["heat"]
    assert draw(codec, [0, 0], [0.0, 0.999]).tolist() == [[1.0], [3.2]]
    codes = draw(codec, [0, 0], [0.1, 0.2], heat=2)
    assert codec.given(codes)["heat"].tolist() == [2.0, 2.0]
    assert codec.class_odds({"heat": 2}) is None


@pytest.mark.parametrize("value", [1.0, "1", 3.2, " 2.35 ", np.float32(2)])
def test_values_within_the_range_can_be_asked_for(value):
    codes = draw(fitted(toy()), [1], [0.5], heat=value)
    assert codes[0].tolist() == [1.0, float(value)]


@pytest.mark.parametrize("value", [0.99, "3.3", "warm", "", None, True, float("nan"), "inf", [2]])
def test_others_are_refused_with_the_range(value):
    with pytest.raises(UsageError, match=r"where: heat must be a number between 1 and 3\.2, .* not "):
        fitted(toy()).check_where({"heat": value})


def test_what_is_no_number_of_the_model_is_refused_with_those_that_are():
    with pytest.raises(UsageError, match=r"'cold' is no condition .* beside classes it has heat, wind"):
        fitted(toy(heat=HEAT, wind=WIND)).check_where({"cold": 1})


def test_classes_are_as_frequent_as_with_the_nearest_numbers():
    heat = np.r_[np.zeros(400), np.ones(400)]
    y = np.r_[np.zeros(400), np.tile([0, 1], 200)].astype(np.int64)
    dataset = make_dataset((1, 1), x=np.zeros((800, 4, 4), np.uint8), y=y, given={"heat": heat})
    codec = fitted(dataset)
    assert codec.class_odds({}) is None
    assert codec.class_odds({"heat": 0}) == [400, 0]
    assert codec.class_odds({"heat": "1"}) == [200, 200]
    assert codec.class_odds({"heat": 0.9}) == [200, 200]


@pytest.mark.parametrize("kind", [ImageCodec, SignalCodec])
def test_a_loaded_codec_draws_and_refuses_as_the_one_that_was_saved(kind):
    x = np.random.default_rng(0).normal(size=(12, 9)) if kind is SignalCodec else make_dataset().x
    dataset = make_dataset((6, 6), x=x, kind=kind.kind, given={"heat": HEAT})
    saved = fitted(dataset, kind)
    loaded = kind(kind.Options())
    loaded.load_state(*saved.state())
    assert loaded.conditions(dataset) == saved.conditions(dataset)
    assert torch.equal(loaded.encode(dataset), saved.encode(dataset))
    arguments = (np.arange(100) % 2, np.random.default_rng(1).random(100), {})
    assert torch.equal(loaded.draw_conditions(*arguments), saved.draw_conditions(*arguments))
    with pytest.raises(UsageError, match=r"between 1 and 3\.2"):
        loaded.check_where({"heat": 5})


def test_a_dataset_without_the_number_is_refused():
    with pytest.raises(DataError, match="toy: has no heat, a number that this model is conditioned on"):
        fitted(toy()).encode_conditions(make_dataset((6, 6)))
