from __future__ import annotations

import numpy as np
import pytest
import torch
from judged_data import bars

from synthgen.errors import DataError
from synthgen.evaluation import classifier as module
from synthgen.evaluation.classifier import LEVELS, Classifier, random_classifier, train_classifier


def two_classes(kind: str, shape: tuple[int, ...], count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Noise of which that of class 1 is twice as strong."""
    rng = np.random.default_rng(0)
    y = np.arange(count) % 2
    if kind == "images":
        return (rng.integers(0, 100, (count, *shape)) * (1 + y).reshape(-1, *[1] * len(shape))).astype(
            np.uint8
        ), y
    return rng.normal(size=(count, *shape)) * (1 + 3 * y).reshape(-1, *[1] * len(shape)), y


def test_it_learns_classes_and_tells_those_of_new_samples():
    real, new = bars(120), bars(60, seed=1)
    classifier = train_classifier(real.x, real.y, 3, kind="images", steps=30, seed=0)
    assert classifier.accuracy(new.x, new.y) == 1
    assert classifier.accuracy(new.x, (new.y + 1) % 3) == 0
    found = classifier.probabilities(new.x)
    assert found.dtype == np.float32
    assert found.shape == (60, 3)
    assert np.allclose(found.sum(1), 1, atol=1e-5)
    assert classifier.predict(new.x).dtype == np.int64


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("images", (8, 8)),
        ("images", (9, 21, 3)),
        ("images", (100, 70)),
        ("signals", (8,)),
        ("signals", (33, 2)),
        ("signals", (700, 1)),
    ],
)
def test_samples_of_every_size_are_taken_and_a_saved_one_sees_the_same(kind, shape):
    x, y = two_classes(kind, shape)
    classifier = train_classifier(x, y, 2, kind=kind, steps=12, seed=0, batch=16)
    assert classifier.features(x).shape == (60, 64)
    assert classifier.levels(x).shape == (60, sum(LEVELS))
    assert np.isfinite(classifier.levels(x)).all()
    again = Classifier.from_state(classifier.state())
    assert (again.kind, again.shape, again.classes) == (kind, shape, 2)
    assert (again.probabilities(x) == classifier.probabilities(x)).all()


def test_seed_decides_and_global_random_numbers_stay():
    real = bars(30)

    def train(seed: int) -> np.ndarray:
        noisy = lambda batch: batch + 0.1 * torch.randn_like(batch)  # noqa: E731
        made = train_classifier(real.x, real.y, 3, kind="images", steps=3, seed=seed, change=noisy)
        return made.probabilities(real.x)

    torch.manual_seed(5)
    np.random.seed(5)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = train(0)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()
    torch.manual_seed(6)
    assert (train(0) == first).all()
    assert (train(1) != first).any()


def test_half_of_every_batch_is_from_the_extra_samples():
    real = bars(60)
    left, right = real.y == 0, real.y == 1
    batches = []

    def seen(batch: torch.Tensor) -> torch.Tensor:
        batches.append(batch.clone())
        return batch

    made = train_classifier(
        real.x[left],
        real.y[left],
        3,
        kind="images",
        steps=20,
        seed=0,
        extra=(real.x[right], real.y[right]),
        change=seen,
        batch=16,
    )
    brighter_left = batches[0][:, 0, :, :4].mean((1, 2)) > batches[0][:, 0, :, 4:].mean((1, 2))
    assert brighter_left.tolist() == [True] * 8 + [False] * 8
    assert made.accuracy(real.x[left | right], real.y[left | right]) == 1


def test_change_is_given_images_from_minus_one_to_one_and_signals_as_they_are():
    given = []

    def seen(batch: torch.Tensor) -> torch.Tensor:
        given.append(batch)
        return batch

    x = np.zeros((4, 8, 9, 3), np.uint8)
    x[..., 0] = 255
    train_classifier(x, np.arange(4) % 2, 2, kind="images", steps=1, seed=0, change=seen, batch=4)
    assert given[0].shape == (4, 3, 8, 9)
    assert given[0].amax((0, 2, 3)).tolist() == [1, -1, -1]
    signals = np.full((4, 10, 2), 40.0)
    train_classifier(signals, np.arange(4) % 2, 2, kind="signals", steps=1, seed=0, change=seen, batch=4)
    assert given[1].shape == (4, 2, 10)
    assert (given[1] == 40).all()


def test_samples_are_looked_at_in_parts_with_the_same_outcome(monkeypatch):
    real = bars(40)
    classifier = random_classifier(real.x, kind="images", seed=0)
    whole = classifier.levels(real.x)
    monkeypatch.setattr(module, "_TOGETHER", 7 * 64)
    assert np.allclose(classifier.levels(real.x), whole, atol=1e-5)


@pytest.mark.parametrize("kind", ["images", "signals"])
def test_constant_samples_of_one_class_give_finite_answers(kind):
    x = np.full((3, 8, 8), 7, np.uint8) if kind == "images" else np.full((3, 8), 1e6)
    made = train_classifier(x, np.zeros(3, np.int64), 1, kind=kind, steps=2, seed=0)
    assert np.isfinite(made.levels(x)).all()
    assert np.isfinite(random_classifier(x, kind=kind, seed=0).levels(x)).all()


@pytest.mark.parametrize(
    ("kind", "shape"), [("images", (7, 20)), ("images", (20, 7, 3)), ("signals", (7, 9))]
)
def test_too_small_samples_are_refused(kind, shape):
    x, y = two_classes(kind, shape, 4)
    with pytest.raises(DataError, match=r"too small .* 8 at least"):
        train_classifier(x, y, 2, kind=kind, steps=1, seed=0)


def test_no_samples_are_refused():
    none = np.zeros((0, 8, 8), np.uint8), np.zeros(0, np.int64)
    some = bars(6)
    with pytest.raises(DataError, match="no samples"):
        train_classifier(*none, 2, kind="images", steps=1, seed=0)
    with pytest.raises(DataError, match="no samples"):
        train_classifier(some.x, some.y, 3, kind="images", steps=1, seed=0, extra=none)


def test_state_of_something_else_is_refused():
    state = random_classifier(bars(6).x, kind="images", seed=0).state()
    for wrong in ({}, {**state, "head": torch.tensor([1, 2, 9, 9])}, {"head": state["head"]}):
        with pytest.raises(DataError, match="not the state of a classifier"):
            Classifier.from_state(wrong)


@pytest.mark.slow
def test_digits_are_learnt_in_300_steps(real_data):
    from synthgen.data.sources.mnist import Mnist

    def load(split: str):
        return Mnist(Mnist.Options(root=real_data, download=False, split=split)).load()

    train, test = load("train"), load("test")
    classifier = train_classifier(train.x, train.y, 10, kind="images", steps=300, seed=0)
    assert classifier.accuracy(test.x, test.y) > 0.95
