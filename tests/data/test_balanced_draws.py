import numpy as np
import pytest
import torch

from synthgen.data.codecs.images import ImageCodec
from synthgen.data.training_data import TrainingData

from .helpers import make_dataset


def draws(balance, counts=(90, 9, 1), n=6000):
    dataset = make_dataset(counts, ["a", "b", "c"], shape=(2, 2))
    data = TrainingData.from_dataset(dataset, ImageCodec(ImageCodec.Options()).fit(dataset), 8)
    index = data.draw(n, torch.Generator().manual_seed(0), balance)
    return dataset.y, index.numpy()


@pytest.mark.parametrize(
    ("balance", "shares"), [(0.0, (0.9, 0.09, 0.01)), (1.0, (1 / 3,) * 3), (0.5, (0.703, 0.222, 0.074))]
)
def test_classes_are_drawn_with_the_balance_asked_for(balance, shares):
    y, index = draws(balance)
    assert np.bincount(y[index]) / len(index) == pytest.approx(shares, abs=0.02)


def test_within_a_class_every_sample_is_drawn_equally_often():
    y, index = draws(1.0)
    counts = np.bincount(index, minlength=len(y))
    assert counts.min() > 0
    assert counts[y == 1] == pytest.approx(np.full(9, 222), rel=0.25)


def test_data_without_labels_is_drawn_evenly_whatever_the_balance():
    dataset = make_dataset((4,), classes=())
    data = TrainingData.from_dataset(dataset, ImageCodec(ImageCodec.Options()).fit(dataset), 8)
    index = data.draw(400, torch.Generator().manual_seed(0), 1.0)
    assert torch.bincount(index).min() > 60
