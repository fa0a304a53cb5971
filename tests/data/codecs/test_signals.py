import json

import numpy as np
import pytest
import torch

from synthgen import ClassLabel, DataError, Dataset
from synthgen.data.codecs.signals import SignalCodec
from synthgen.data.training_data import TrainingData

NO_CODES = torch.empty(0, 0, dtype=torch.int64)


def signals(x, classes=1):
    y = np.arange(len(x)) % classes
    return Dataset("toy", x, y, tuple(ClassLabel(i, str(i)) for i in range(classes)), kind="signals")


def windows(*shape, dtype=np.float32):
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def codec_for(x, **options):
    return SignalCodec(SignalCodec.Options(**options)).fit(signals(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "encoded"), [((5, 9), (1, 9)), ((5, 9, 1), (1, 9)), ((5, 9, 3), (3, 9))])
def test_layout_dtype_and_values_survive_encoding_and_decoding(shape, encoded, dtype):
    x = windows(*shape, dtype=dtype)
    codec = codec_for(x)
    stored = codec.encode(signals(x))
    assert codec.shape == encoded
    assert (stored.dtype, stored.shape) == (torch.float32, (5, *encoded))
    decoded = codec.decode(stored, NO_CODES)
    assert (decoded.dtype, decoded.shape) == (dtype, shape)
    np.testing.assert_allclose(decoded, x, atol=1e-6)


def test_each_channel_fills_the_room_within_its_margin():
    x = windows(50, 20, 2) * [1, 1000] + [0, 1e6]
    stored = codec_for(x, margin=0.1).encode(signals(x))
    assert stored.amax((0, 2)).tolist() == pytest.approx([0.9, 0.9])
    assert stored.amin((0, 2)).tolist() == pytest.approx([-0.9, -0.9])
    assert stored[:, 0].std().item() == pytest.approx(stored[:, 1].std().item(), rel=0.2)


def test_channels_go_first_in_the_tensor():
    x = np.zeros((2, 3, 2))
    x[1, 2, 1] = 5
    stored = codec_for(x, margin=0.0).encode(signals(x))
    assert stored[1].tolist() == [[0, 0, 0], [-1, -1, 1]]


def test_values_beyond_the_real_range_are_set_to_its_ends():
    x = np.array([[-2.0, 0.0, 6.0]])
    codec = codec_for(x)
    made = codec.decode(torch.tensor([[[-1.0, 0.0, 1.0]]]), NO_CODES)
    assert made.tolist() == [[-2, 2, 6]]


def test_a_constant_channel_comes_back_as_it_was_whatever_a_generator_makes():
    x = windows(4, 8, 2)
    x[:, :, 1] = 0.1
    codec = codec_for(x)
    assert codec.encode(signals(x))[:, 1].abs().max() == 0
    made = codec.decode(torch.ones(3, 2, 8), NO_CODES)
    assert (made[:, :, 1] == np.float32(0.1)).all()


def test_trim_cuts_outliers_off_and_gives_the_rest_their_room():
    x = windows(100, 50)
    x[3, 4] = 1e4
    stored = codec_for(x, trim=0.01).encode(signals(x))
    assert stored.std() > 0.3
    assert stored.max().item() == pytest.approx(0.95)
    assert codec_for(x).encode(signals(x)).std() < 0.03


def test_values_near_the_limits_of_a_float_are_encoded():
    x = np.array([[-1.7e308, 1.7e308, 0.0]])
    codec = codec_for(x)
    stored = codec.encode(signals(x))
    assert stored.flatten().tolist() == pytest.approx([-0.95, 0.95, 0])
    assert np.isfinite(codec.decode(torch.ones(1, 1, 3), NO_CODES)).all()


def test_a_loaded_codec_decodes_as_the_one_that_was_saved():
    x = windows(6, 9, 3, dtype=np.float64)
    saved = codec_for(x)
    values, tensors = saved.state()
    loaded = SignalCodec(SignalCodec.Options())
    loaded.load_state(json.loads(json.dumps(values)), {name: t.clone() for name, t in tensors.items()})
    made = torch.rand(4, 3, 9) * 2 - 1
    assert loaded.shape == (3, 9)
    assert np.array_equal(loaded.decode(made, NO_CODES), saved.decode(made, NO_CODES))


def test_training_data_is_conditioned_on_the_class():
    dataset = signals(windows(10, 12), classes=2)
    data = TrainingData.from_dataset(dataset, SignalCodec(SignalCodec.Options()).fit(dataset), 4)
    batch = data.batch(torch.tensor([0, 3]))
    assert batch.x.shape == (2, 1, 12)
    assert batch.condition.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("channels", [(), (2,)])
def test_nan_and_infinity_are_told_with_the_signal_that_has_them(bad, channels):
    x = windows(1500, 8, *channels)
    x[1100, 3] = bad
    with pytest.raises(DataError, match="toy: signal 1100 has NaN or infinity"):
        codec_for(x)
    with pytest.raises(DataError, match="toy: signal 1100 has NaN or infinity"):
        codec_for(windows(1500, 8, *channels)).encode(signals(x))


@pytest.mark.parametrize("shape", [(2, 9), (2, 8, 2)])
def test_signals_of_another_shape_than_fitted_are_refused(shape):
    with pytest.raises(DataError, match=r"toy: signals are .*the model's are \(8,\)"):
        codec_for(windows(2, 8)).encode(signals(windows(*shape)))


def test_an_unfitted_codec_has_no_shape():
    with pytest.raises(RuntimeError, match="fit"):
        _ = SignalCodec(SignalCodec.Options()).shape
