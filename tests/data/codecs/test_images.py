import numpy as np
import pytest
import torch

from synthgen import DataError
from synthgen.data.codecs.images import ImageCodec
from synthgen.options import Options

from ..helpers import make_dataset

NO_CODES = torch.empty(0, 0)


def codec_for(dataset):
    return ImageCodec(Options()).fit(dataset)


@pytest.mark.parametrize(("shape", "encoded"), [((4, 5), (1, 4, 5)), ((4, 5, 3), (3, 4, 5))])
def test_every_pixel_value_survives_encoding_and_decoding(shape, encoded):
    x = np.random.default_rng(0).integers(0, 256, (256, *shape), np.uint8)
    x[:, 0, 0] = np.arange(256).reshape(-1, *([1] * (len(shape) - 2)))
    dataset = make_dataset((256,), x=x)
    codec = codec_for(dataset)
    tensor = codec.encode(dataset)
    assert codec.shape == encoded
    assert (tensor.dtype, tensor.shape) == (torch.uint8, (256, *encoded))
    assert tensor.is_contiguous()
    decoded = codec.decode(codec.expand(tensor), NO_CODES)
    assert decoded.dtype == np.uint8
    assert np.array_equal(decoded, x)


def test_channels_go_first_in_the_tensor():
    x = np.zeros((1, 2, 2, 3), np.uint8)
    x[0, 0, 1] = [10, 20, 30]
    dataset = make_dataset((1,), x=x)
    assert codec_for(dataset).encode(dataset)[0, :, 0, 1].tolist() == [10, 20, 30]


def test_decoding_rounds_and_clamps():
    codec = codec_for(make_dataset(shape=(1, 4)))
    x = torch.tensor([[[[-3.0, -1.0, 0.005, 7.0]]]])
    assert codec.decode(x, NO_CODES).tolist() == [[[0, 0, 128, 255]]]


def test_decoding_takes_half_precision_channels_last_and_gradients():
    codec = codec_for(make_dataset(shape=(2, 2, 3)))
    x = torch.ones(2, 3, 2, 2, dtype=torch.bfloat16, requires_grad=True).to(memory_format=torch.channels_last)
    assert codec.decode(x, NO_CODES).tolist() == np.full((2, 2, 2, 3), 255).tolist()


def test_a_read_only_array_is_encoded_without_a_warning():
    dataset = make_dataset()
    dataset.x.flags.writeable = False
    assert codec_for(dataset).encode(dataset)[11].unique().tolist() == [11]


def test_a_loaded_codec_decodes_as_the_one_that_was_saved():
    saved = codec_for(make_dataset(shape=(4, 5, 3)))
    values, tensors = saved.state()
    loaded = ImageCodec(Options())
    loaded.load_state(values, tensors)
    assert values == {"shape": [3, 4, 5]}
    assert loaded.shape == (3, 4, 5)
    assert loaded.decode(torch.zeros(1, 3, 4, 5), NO_CODES).shape == (1, 4, 5, 3)


def test_images_of_another_shape_than_fitted_are_refused():
    with pytest.raises(DataError, match=r"toy: images are \(1, 5, 5\).*the model's are \(1, 4, 4\)"):
        codec_for(make_dataset()).encode(make_dataset(shape=(5, 5)))


def test_an_unfitted_codec_has_no_shape():
    with pytest.raises(RuntimeError, match="fit"):
        _ = ImageCodec(Options()).shape
