from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from synthgen import ClassLabel, Codec, Condition, DataSpec, Generator, Options, SampleBatch
from synthgen.model_files import ComponentRecord
from synthgen.synthesizer import Synthesizer
from synthgen.training.settings import LatentSettings


class LinearGenerator(Generator):
    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.net = nn.Linear(self.input_dim, spec.numel)

    def forward(self, noise, condition):
        return self.net(torch.cat([noise, condition], 1)).view(-1, *self.spec.shape).tanh()


class PixelCodec(Codec):
    shape = ()

    def fit(self, dataset):
        return self

    def encode(self, dataset):
        return torch.from_numpy(dataset.x)

    def decode(self, x):
        pixels = ((x + 1) * 127).to(torch.uint8)
        return (pixels[:, 0] if x.shape[1] == 1 else pixels.permute(0, 2, 3, 1)).numpy()


@pytest.fixture
def make_model():
    """A function `(class names and numbers, channels) -> Synthesizer` of 6 × 5 images."""

    def make(classes=((4, "four"), (12, "twelve")), channels=1):
        torch.manual_seed(0)
        labels = tuple(ClassLabel(*label) for label in classes)
        conditions = (Condition(name="label", values=tuple(c.name for c in labels)),) if labels else ()
        spec = DataSpec(shape=(channels, 6, 5), conditions=conditions, noise_dim=4)
        record = ComponentRecord(name="linear", plugin="tiny", version="1", options={})
        return Synthesizer(
            generator=LinearGenerator(Options(), spec),
            codec=PixelCodec(Options()),
            generator_record=record,
            codec_record=record,
            spec=spec,
            latent=LatentSettings(dim=4),
            classes=labels,
            class_counts=(1,) * len(labels),
            source={"data": "digits", "notes": ["MNIST was not there"], "recipe": "tiny_cgan", "steps": 70},
        )

    return make


@pytest.fixture
def batches():
    """A function `(x, y, size) -> batches` as an exporter gets them."""

    def cut(x, y, size=3):
        return (SampleBatch(x[i : i + size], np.asarray(y[i : i + size]), i) for i in range(0, len(x), size))

    return SimpleNamespace(of=cut)
