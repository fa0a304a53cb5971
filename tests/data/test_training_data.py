import pytest
import torch

from synthgen import Block, Codec, Condition, DataSpec, PluginError
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.training_data import TrainingData
from synthgen.options import Options

from .helpers import make_dataset


class NumbersCodec(Codec):
    """Three numbers a sample, taken as they are."""

    shape = (3,)

    def fit(self, dataset):
        return self

    def encode(self, dataset):
        raise NotImplementedError

    def decode(self, x, codes):
        raise NotImplementedError


def training_data(dataset, noise_dim=8):
    return TrainingData.from_dataset(dataset, ImageCodec(ImageCodec.Options()).fit(dataset), noise_dim)


def test_labelled_images_have_one_condition_with_the_class_names():
    data = training_data(make_dataset((3, 2), ["cat", "dog"], [7, 9]))
    assert data.spec == DataSpec(
        shape=(1, 4, 4), conditions=(Condition(name="label", values=("cat", "dog")),), noise_dim=8
    )
    assert len(data) == 5
    assert data.stored.dtype == torch.uint8
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
    expand = NumbersCodec(Options()).expand
    spec = DataSpec(shape=(3,), conditions=(Condition(name="size", mean=1, scale=2),))
    data = TrainingData(x.clone(), torch.tensor([[2.0], [0.0], [1.0], [5.0]]), spec, expand, [])
    data.channels_last = True
    batch = data.batch(torch.tensor([2, 2, 0]))
    assert torch.equal(batch.x, x[[2, 2, 0]])
    assert batch.condition.tolist() == [[0.0], [0.0], [0.5]]
    batch.x.zero_()
    assert torch.equal(data.stored, x)


@pytest.mark.parametrize(
    ("stored", "codes", "message"),
    [
        ((2, 3), (12, 1), r"codec Codec encoded 12 samples as a tensor \(2, 3\)"),
        ((12, 3), (12, 2), r"and their 1 conditions as \(12, 2\)"),
        ((12, 4), (12, 1), r"codec Codec says that samples are \(3,\), but expands one to \(4,\)"),
    ],
)
def test_a_codec_that_breaks_its_word_is_the_plugins_fault(stored, codes, message):
    class Codec(NumbersCodec):
        def encode(self, dataset):
            return torch.zeros(stored)

        def encode_conditions(self, dataset):
            return torch.zeros(codes)

    with pytest.raises(PluginError, match=message):
        TrainingData.from_dataset(make_dataset(), Codec(Options()), 8)


def test_a_batch_is_expanded_from_what_is_stored_with_the_codecs_blocks_in_the_spec():
    class Signs(NumbersCodec):
        shape = (2,)
        blocks = (Block(name="sign", kind="category", size=2),)

        def encode(self, dataset):
            return torch.from_numpy(dataset.x[:, 0, 0] % 2)

        def expand(self, stored):
            return torch.eye(2)[stored.long()]

    data = TrainingData.from_dataset(make_dataset(), Signs(Options()), 8)
    assert data.stored.shape == (12,)
    assert data.spec.blocks == Signs.blocks
    assert data.batch(torch.tensor([3, 0])).x.tolist() == [[0, 1], [1, 0]]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_batch_on_a_gpu_never_waits_for_it():
    dataset = make_dataset()
    data = TrainingData.from_dataset(dataset, ImageCodec(ImageCodec.Options()).fit(dataset), 8, "cuda")
    index = torch.arange(4, device="cuda")
    data.batch(index)
    torch.cuda.set_sync_debug_mode("error")
    try:
        data.batch(index)
    finally:
        torch.cuda.set_sync_debug_mode("default")
