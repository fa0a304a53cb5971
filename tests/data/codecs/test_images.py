import json

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from tests_support import arrays, run

import synthgen
from synthgen import DataError
from synthgen.data.codecs.images import ImageCodec
from synthgen.data.training_data import TrainingData
from synthgen.model_files import _hash

from ..helpers import make_dataset

NO_CODES = torch.empty(0, 0)


def codec_for(dataset, **options):
    return ImageCodec(ImageCodec.Options(**options)).fit(dataset)


@pytest.mark.parametrize("scaling", ["symmetric", "unit"])
@pytest.mark.parametrize(("shape", "encoded"), [((4, 5), (1, 4, 5)), ((4, 5, 3), (3, 4, 5))])
def test_every_pixel_value_survives_encoding_and_decoding(shape, encoded, scaling):
    x = np.random.default_rng(0).integers(0, 256, (256, *shape), np.uint8)
    x[:, 0, 0] = np.arange(256).reshape(-1, *([1] * (len(shape) - 2)))
    dataset = make_dataset((256,), x=x)
    codec = codec_for(dataset, scaling=scaling)
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
    loaded = ImageCodec(ImageCodec.Options())
    loaded.load_state(values, tensors)
    assert values == {"shape": [3, 4, 5]}
    assert loaded.shape == (3, 4, 5)
    assert loaded.decode(torch.zeros(1, 3, 4, 5), NO_CODES).shape == (1, 4, 5, 3)


def test_images_of_another_shape_than_fitted_are_refused():
    with pytest.raises(DataError, match=r"toy: images are \(1, 5, 5\).*the model's are \(1, 4, 4\)"):
        codec_for(make_dataset()).encode(make_dataset(shape=(5, 5)))


def test_an_unfitted_codec_has_no_shape():
    with pytest.raises(RuntimeError, match="fit"):
        _ = ImageCodec(ImageCodec.Options()).shape


@pytest.mark.parametrize(("scaling", "seen"), [("symmetric", [-1.0, -0.2, 1.0]), ("unit", [0.0, 0.4, 1.0])])
def test_networks_see_pixels_on_the_scale_that_the_option_says(scaling, seen):
    x = np.array([[[0, 102, 255]]], np.uint8)
    dataset = make_dataset((1,), x=x)
    codec = codec_for(dataset, scaling=scaling)
    expanded = codec.expand(codec.encode(dataset))
    assert expanded.dtype == torch.float32
    assert torch.allclose(expanded.flatten(), torch.tensor(seen))
    assert codec.value_range == (seen[0], seen[2])
    assert codec.encode(dataset).flatten().tolist() == [0, 102, 255]  # at rest it is the same


def test_decoding_of_the_unit_scale_rounds_and_clamps():
    codec = codec_for(make_dataset(shape=(1, 5)), scaling="unit")
    x = torch.tensor([[[[-3.0, 0.0, 0.4999 / 255, 0.5001, 7.0]]]])
    assert codec.decode(x, NO_CODES).tolist() == [[[0, 0, 0, 128, 255]]]


def test_no_other_scaling_is_known():
    with pytest.raises(ValidationError, match="'symmetric' or 'unit'"):
        ImageCodec.Options(scaling="standard")


@pytest.mark.parametrize(("scaling", "darkest"), [("symmetric", -1.0), ("unit", 0.0)])
@pytest.mark.parametrize("name", ["dcgan", "resnet", "mlp"])
def test_generators_make_the_whole_range_and_nothing_beyond(name, scaling, darkest, registry):
    dataset = make_dataset(shape=(8, 8))
    codec = codec_for(dataset, scaling=scaling)
    spec = TrainingData.from_dataset(dataset, codec, 4).spec
    registered = registry.find("generator", name)
    torch.manual_seed(0)
    generator = registered.build(registered.component.Options(), spec).eval()
    with torch.no_grad():
        x = generator(1000 * torch.randn(50, 4), torch.zeros(50, 3))
    assert darkest <= x.min() < darkest + 0.01
    assert 0.99 < x.max() <= 1


@pytest.mark.parametrize("scaling", ["symmetric", "unit"])
def test_scaling_is_saved_with_the_model_and_comes_back(scaling, tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "run", registry, f"codec={{name: images, scaling: {scaling}}}")
    saved = json.loads((made.model / "model.json").read_text())
    assert saved["codec"]["options"] == {"scaling": scaling}
    loaded = synthgen.load(made.path, registry)
    low = 0.0 if scaling == "unit" else -1.0
    assert loaded.codec.value_range == loaded.spec.value_range == (low, 1.0)
    assert loaded.codec.decode(torch.full((1, 1, 8, 8), low), NO_CODES).max() == 0
    assert np.array_equal(loaded.sample(30, seed=1)[0], arrays(made.dataset / "dataset.npz")["x"])


def test_a_model_that_was_saved_before_there_was_a_choice_is_symmetric(tiny_recipe, tmp_path, registry):
    made = run(tiny_recipe, tmp_path / "run", registry)
    x, _ = synthgen.load(made.path, registry).sample(5)
    path = made.model / "model.json"
    saved = json.loads(path.read_text())
    saved["codec"]["options"], sums = {}, saved["files"]
    del saved["spec"]["value_range"]
    decisive = {k: v for k, v in saved.items() if k not in ("format", "synthgen", "model_hash", "files")}
    path.write_text(json.dumps({**saved, "model_hash": _hash(decisive, sums)}))
    assert np.array_equal(synthgen.load(made.path, registry).sample(5)[0], x)
