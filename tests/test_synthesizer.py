import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from synthgen import ClassLabel, Codec, Condition, DataSpec, Generator, Options, load
from synthgen.errors import CheckpointError, PluginError, UsageError
from synthgen.model_files import ComponentRecord
from synthgen.plugins import PluginInfo, Registered, Registry
from synthgen.synthesizer import Synthesizer
from synthgen.training.settings import LatentSettings

CHUNK = Codec.chunk
CLASSES = (ClassLabel(4, "four"), ClassLabel(2, "two"))
PLUGIN = PluginInfo("synthgen-tiny", "1.2", "test")


class TinyGenerator(Generator):
    """A linear layer, batch norm and a convolution: sizes, running statistics and 4-D weights."""

    class Options(Options):
        width: int = 8

    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.first = nn.Linear(self.input_dim, options.width * 16)
        self.norm = nn.BatchNorm2d(options.width)
        self.last = nn.Conv2d(options.width, 1, 3, padding=1)
        self.calls = 0

    def forward(self, noise, condition):
        self.calls += 1
        x = self.first(torch.cat([noise, condition], 1)).view(len(noise), -1, 4, 4)
        return self.last(self.norm(x)).tanh()


class GreyCodec(Codec):
    """Grey values from [-1, 1], with a state to keep: an offset in JSON and a table as a tensor."""

    offset = 0
    table = torch.zeros(1)
    shape = (1, 4, 4)

    def fit(self, dataset):
        return self

    def encode(self, dataset):
        return torch.from_numpy(dataset.x)

    def decode(self, x, codes):
        return ((x[:, 0] + 1) * 100).add(self.offset).to(torch.uint8).numpy()

    def state(self):
        return {"offset": self.offset}, {"table": self.table}

    def load_state(self, values, tensors):
        self.offset, self.table = values["offset"], tensors["table"]


def registry(**components):
    found = Registry()
    for kind, component in ({"generator": TinyGenerator, "codec": GreyCodec} | components).items():
        if component:
            found.add(Registered(kind, "tiny", component, PLUGIN))
    return found


def tiny(classes=CLASSES, width=8, **fields):
    torch.manual_seed(0)
    values = tuple(label.name for label in classes)
    conditions = (Condition(name="label", values=values),) if classes else ()
    spec = DataSpec(shape=(1, 4, 4), conditions=conditions, noise_dim=6)
    options = TinyGenerator.Options(width=width)
    found = registry()
    codec = GreyCodec(Options())
    codec.offset, codec.table = 3, torch.arange(5)
    record = ComponentRecord.of
    return Synthesizer(
        generator=fields.pop("generator", None) or TinyGenerator(options, spec),
        codec=codec,
        generator_record=record(SimpleNamespace(registered=found.find("generator", "tiny"), options=options)),
        codec_record=record(SimpleNamespace(registered=found.find("codec", "tiny"), options=Options())),
        spec=spec,
        latent=LatentSettings(dim=6),
        classes=classes,
        class_counts=(30, 10)[: len(classes)],
        source={"data": "pictures", "steps": 9},
        **fields,
    )


@pytest.fixture
def model():
    return tiny()


@pytest.fixture
def folder(model, tmp_path):
    model.save(tmp_path / "model")
    return tmp_path / "model"


# ---------------------------------------------------------------------------------------------------- samples


def test_samples_are_decoded_and_labelled_with_the_numbers_of_the_source(model):
    x, y = model.sample(40)
    assert x.shape == (40, 4, 4)
    assert x.dtype == np.uint8
    assert y.dtype == np.int64
    assert set(y.tolist()) == {4, 2}
    assert len(np.unique(x.reshape(40, -1), axis=0)) == 40


def test_a_shorter_call_gives_the_beginning_of_a_longer_one(model):
    x, y = model.sample(2 * CHUNK + 30, seed=5)
    for n in (1, 17, CHUNK, CHUNK + 1):
        start, labels = model.sample(n, seed=5)
        assert np.array_equal(start, x[:n])
        assert np.array_equal(labels, y[:n])
    assert not np.array_equal(model.sample(17, seed=6)[0], x[:17])


def test_a_longer_round_robin_continues_a_shorter_one(model):
    x, y = model.sample(per_class=200)
    start, labels = model.sample(per_class=150)
    assert np.array_equal(start, x[:300])
    assert np.array_equal(labels, y[:300])
    assert labels[:4].tolist() == [4, 2, 4, 2]


@pytest.mark.parametrize("start", [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 70, 599])
def test_a_stream_continues_from_anywhere(model, start):
    plan = model.plan(600)
    whole, y = model.sample(600)
    batches = list(model.stream(plan, start=start))
    assert batches[0].start == start
    assert [b.start for b in batches[1:]] == [b.start + len(b.x) for b in batches[:-1]]
    assert np.array_equal(np.concatenate([b.x for b in batches]), whole[start:])
    numbers = np.array([4, 2])
    assert np.array_equal(numbers[np.concatenate([b.y for b in batches])], y[start:])


def test_a_stream_past_the_end_is_empty(model):
    assert list(model.stream(model.plan(10), start=10)) == []


def test_noise_does_not_depend_on_the_plan(model):
    drawn, y = model.sample(300)
    counted, turns = model.sample(per_class=150)
    same = y == turns
    assert 0 < same.sum() < 300
    assert np.array_equal(drawn[same], counted[same])


def test_a_stream_makes_a_chunk_when_it_is_asked_for_and_no_sooner(model):
    stream = model.stream(model.plan(10**9))
    assert model.generator.calls == 0
    next(stream)
    next(stream)
    assert model.generator.calls == 2
    assert not torch.is_inference_mode_enabled()


def test_the_classes_of_a_mapping_are_counted_out(model):
    _, y = model.sample(per_class={"four": 3, 2: 5})
    assert sorted(y.tolist()) == [2] * 5 + [4] * 3


def test_a_model_without_labels_samples_and_says_zero():
    x, y = tiny(classes=()).sample(5)
    assert x.shape == (5, 4, 4)
    assert y.tolist() == [0] * 5


def test_negative_seeds_and_starts_are_refused(model):
    with pytest.raises(UsageError, match="seed must be 0 or more"):
        model.sample(1, seed=-1)
    with pytest.raises(UsageError, match="not at -3"):
        next(model.stream(model.plan(5), start=-3))


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (
            lambda noise, condition: torch.full((len(noise), 1, 4, 4), torch.nan),
            "not finite among samples 0 to 255",
        ),
        (lambda noise, condition: noise, r"returned shape \(256, 6\); it must be \(256, 1, 4, 4\)"),
        (lambda noise, condition: noise @ noise, "failed: RuntimeError"),
    ],
)
def test_a_faulty_generator_is_named_with_its_plugin(model, forward, message):
    model.generator.forward = forward
    with pytest.raises(PluginError, match=r"generator 'tiny' \(plugin synthgen-tiny 1.2\) .*" + message):
        model.sample(1)


def test_a_faulty_codec_is_named(model):
    model.codec.decode = lambda x, codes: x.nonsense
    with pytest.raises(PluginError, match=r"codec 'tiny' .* failed to decode: AttributeError"):
        model.sample(1)


# ------------------------------------------------------------------------------------------------ model files


@pytest.mark.parametrize("inside", ["", "model"])
def test_a_loaded_model_gives_the_same_samples_and_knows_the_same(model, tmp_path, inside):
    model.save(tmp_path / "run" / inside)
    loaded = load(tmp_path / "run", registry(), device="cpu")
    assert np.array_equal(loaded.sample(20)[0], model.sample(20)[0])
    assert loaded.classes == model.classes
    assert loaded.class_counts == (30, 10)
    assert loaded.source == {"data": "pictures", "steps": 9}
    assert loaded.model_hash == model.model_hash
    assert loaded.codec.table.tolist() == [0, 1, 2, 3, 4]
    assert not loaded.generator.training


def test_saving_twice_gives_the_same_bytes_and_nothing_else_beside(model, folder, tmp_path):
    load(folder, registry(), device="cpu").save(tmp_path / "again")
    names = {"model.json", "generator.safetensors", "codec.safetensors"}
    assert {p.name for p in folder.iterdir()} == names
    assert all((folder / n).read_bytes() == (tmp_path / "again" / n).read_bytes() for n in names)


def test_the_hash_follows_what_samples_depend_on_and_not_where_the_data_came_from(model):
    before = model.model_hash
    model.source["notes"] = ["other"]
    assert model.model_hash == before
    with torch.no_grad():
        model.generator.last.bias += 1e-6
    assert model.model_hash != before
    assert tiny(width=9).model_hash != before


def test_a_taken_folder_is_refused(model, folder):
    with pytest.raises(UsageError, match="exists"):
        model.save(folder)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"no model in .*: neither model.json nor model/model.json"):
        load(tmp_path, registry())
    with pytest.raises(UsageError, match="gone: there is no such folder"):
        load(tmp_path / "gone", registry())


@pytest.mark.parametrize("name", ["generator.safetensors", "codec.safetensors"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name} is missing"):
        load(folder, registry())


@pytest.mark.parametrize("name", ["generator.safetensors", "codec.safetensors", "model.json"])
def test_a_file_cut_short_is_named(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CheckpointError, match=f"{name} is cut short or changed"):
        load(folder, registry())


def test_other_weights_of_the_same_shape_are_refused(folder):
    path = folder / "generator.safetensors"
    weights = load_file(path)
    weights["last.bias"] = weights["last.bias"] + 1
    save_file(weights, path)
    with pytest.raises(CheckpointError, match=r"generator\.safetensors is cut short or changed"):
        load(folder, registry())


def edit(folder, **changes):
    values = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(values | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"latent": {"dim": 6, "distribution": "uniform"}}, "was changed after it was saved"),
        ({"files": {}}, "was changed after it was saved"),
        ({"format": 99, "synthgen": "9.0"}, r"by synthgen 9\.0 in model format 99.*Upgrade synthgen"),
        ({"format": None}, "no synthgen model"),
    ],
)
def test_a_changed_or_newer_description_is_refused(folder, changes, message):
    edit(folder, **changes)
    with pytest.raises(CheckpointError, match=message):
        load(folder, registry())


def test_a_component_that_is_not_installed_is_named_with_its_plugin(folder):
    with pytest.raises(
        CheckpointError,
        match=r"no generator is called 'tiny'.* needs generator 'tiny' \(plugin synthgen-tiny 1\.2\).*--plugin",
    ):
        load(folder, registry(generator=None))


def test_a_plugin_that_changed_since_is_named_with_the_version_of_the_model(folder):
    class Renamed(TinyGenerator):
        class Options(Options):
            size: int = 8

    class Other(TinyGenerator):
        def __init__(self, options, spec):
            super().__init__(options, spec)
            self.more = nn.Linear(2, 2)

    with pytest.raises(CheckpointError, match=r"refuses saved option width; .* plugin synthgen-tiny 1\.2"):
        load(folder, registry(generator=Renamed))
    with pytest.raises(CheckpointError, match=r"takes other weights than were saved; .*more\.weight"):
        load(folder, registry(generator=Other))


def test_a_device_that_is_not_there_is_refused(folder):
    with pytest.raises(UsageError, match="cuda:99"):
        load(folder, registry(), device="cuda:99")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_model_saved_from_one_device_samples_alike_on_another(folder, tmp_path):
    on_gpu = load(folder, registry(), device="cuda")
    assert on_gpu.device.type == "cuda"
    x, y = on_gpu.sample(300)
    on_gpu.save(tmp_path / "back")
    expected, labels = load(tmp_path / "back", registry(), device="cpu").sample(300)
    assert np.array_equal(y, labels)
    assert np.abs(x.astype(int) - expected).max() <= 1
    assert load(tmp_path / "back", registry()).model_hash == load(folder, registry()).model_hash
