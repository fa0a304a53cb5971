import pytest
import torch

from synthgen import Codec, Condition, DataSpec, PluginError
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.training_data import TrainingData
from synthgen.options import Options

from .helpers import make_dataset


def training_data(dataset, noise_dim=8):
    return TrainingData.from_dataset(dataset, ImageCodec(Options()).fit(dataset), noise_dim)


def test_labelled_images_have_one_condition_with_the_class_names():
    data = training_data(make_dataset((3, 2), ["cat", "dog"], [7, 9]))
    assert data.spec == DataSpec(
        shape=(1, 4, 4), conditions=(Condition(name="label", values=("cat", "dog")),), noise_dim=8
    )
    assert len(data) == 5
    assert data.x.dtype == torch.uint8
    assert data.codes.tolist() == [[0], [1], [0], [1], [0]]
    assert data.class_counts == [3, 2]


def test_a_batch_is_scaled_to_plus_minus_one_with_one_hot_conditions():
    dataset = make_dataset((2, 1), shape=(1, 1))
    dataset.x[:, 0, 0] = [0, 255, 51]
    batch = training_data(dataset).batch(torch.tensor([1, 0, 2, 1]))
    assert batch.x.dtype == torch.float32
    assert batch.x.flatten().tolist() == pytest.approx([1.0, -1.0, -0.6, 1.0], abs=1e-7)
    assert batch.x.max().item() == 1.0
    assert batch.condition.tolist() == [[0, 1], [1, 0], [1, 0], [0, 1]]


def test_data_without_labels_has_an_empty_condition():
    data = training_data(make_dataset((4,), classes=()))
    assert data.spec.conditions == ()
    assert data.codes.shape == (4, 0)
    assert data.batch(torch.tensor([0, 3])).condition.shape == (2, 0)
    assert data.class_counts == []


def test_channels_last_changes_the_layout_and_not_the_values():
    data = training_data(make_dataset(shape=(4, 4, 3)))
    index = torch.arange(6)
    plain = data.batch(index).x
    data.channels_last = True
    last = data.batch(index).x
    assert plain.is_contiguous()
    assert last.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(plain, last)


def test_floats_are_taken_as_they_are_and_the_stored_data_stays_untouched():
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    spec = DataSpec(shape=(3,), conditions=(Condition(name="size"),))
    data = TrainingData(x.clone(), torch.tensor([[2], [0], [1], [5]]), spec)
    data.channels_last = True
    batch = data.batch(torch.tensor([2, 2, 0]))
    assert torch.equal(batch.x, x[[2, 2, 0]])
    assert batch.condition.tolist() == [[1.0], [1.0], [2.0]]
    batch.x.zero_()
    assert torch.equal(data.x, x)


def test_a_codec_that_breaks_its_word_is_the_plugins_fault():
    class Short(Codec):
        shape = (1, 4, 4)

        def fit(self, dataset):
            return self

        def encode(self, dataset):
            return torch.zeros(2, 4, 4)

        def decode(self, x):
            return x.numpy()

    with pytest.raises(
        PluginError, match=r"codec Short encoded 12 samples of shape \(1, 4, 4\) .* \(2, 4, 4\)"
    ):
        TrainingData.from_dataset(make_dataset(), Short(Options()), 8)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_batch_on_a_gpu_never_waits_for_it():
    data = training_data(make_dataset()).to("cuda")
    index = torch.arange(4, device="cuda")
    data.batch(index)
    torch.cuda.set_sync_debug_mode("error")
    try:
        data.batch(index)
    finally:
        torch.cuda.set_sync_debug_mode("default")
