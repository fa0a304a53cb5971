from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from synthgen import ClassLabel, Codec, Condition, DataSpec, Generator, Options, SampleBatch, UsageError
from synthgen.model_files import ComponentRecord
from synthgen.synthesizer import Synthesizer
from synthgen.training.settings import LatentSettings
from synthgen.values import take


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

    def decode(self, x, codes):
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


class RowsCodec(Codec):
    """Makes no values of its own: picks rows of a frame. `size`, a number, can be asked for."""

    default_format = "csv"
    chunk = 64
    shape = (1,)

    def __init__(self, frame, target):
        super().__init__(Options())
        self.frame = frame
        self.target = target

    def fit(self, dataset):
        return self

    def encode(self, dataset):
        return torch.zeros(len(dataset), 1)

    def decode(self, x, codes):
        places = ((x[:, 0] + 1) / 2 * len(self.frame)).long().clamp(0, len(self.frame) - 1)
        rows = take(self.frame, places.numpy())
        if self.target:
            known = self.frame[self.target].unique()
            rows[self.target] = pd.Series(known).take(codes[:, 0].long().numpy()).reset_index(drop=True)
            rows["size"] = codes[:, 1].numpy()
        return rows

    def conditions(self, dataset):
        return (*super().conditions(dataset), Condition(name="size"))

    def encode_conditions(self, dataset):
        return torch.tensor(np.stack([dataset.y, dataset.x["size"].to_numpy(float)], 1))

    def draw_conditions(self, labels, uniform, where):
        sizes = np.full(len(labels), float(where["size"])) if where else np.round(uniform * 9)
        return torch.tensor(np.stack([labels.astype(float), sizes], 1))

    def check_where(self, where):
        for name, value in where.items():
            if name != "size":
                raise UsageError(f"where: '{name}' is no condition")
            float(value)


@pytest.fixture
def make_table_model():
    """A function `(frame, target) -> Synthesizer` whose rows are those of the frame; `size` is a condition."""

    def make(frame, target=None):
        torch.manual_seed(0)
        names = list(frame[target].unique()) if target else []
        labels = tuple(ClassLabel(i, str(name)) for i, name in enumerate(names))
        label = [Condition(name=target, values=tuple(map(str, names)))] if target else []
        spec = DataSpec(shape=(1,), conditions=(*label, *[Condition(name="size")] * len(label)), noise_dim=4)
        record = ComponentRecord(name="linear", plugin="tiny", version="1", options={})
        return Synthesizer(
            generator=LinearGenerator(Options(), spec),
            codec=RowsCodec(frame, target),
            generator_record=record,
            codec_record=record,
            spec=spec,
            latent=LatentSettings(dim=4),
            classes=labels,
            class_counts=(3, 1) if target else (),
            source={"data": "pets", "target": target} if target else {"data": "pets"},
        )

    return make


@pytest.fixture
def pets():
    """Twelve rows; `kind` is the label, `size` a condition."""
    return pd.DataFrame(
        {
            "kind": ["cat", "dog"] * 6,
            "size": np.arange(12) % 5,
            "weight": np.linspace(0.25, 3, 12),
            "colour": pd.Categorical(["red", "blue", "grey"] * 4),
            "born": pd.date_range("2020-01-31", periods=12),
        }
    )


@pytest.fixture
def batches():
    """A function `(x, y, size) -> batches` as an exporter gets them."""

    def cut(x, y, size=3):
        starts = range(0, len(x), size)
        return (
            SampleBatch(take(x, np.arange(i, min(i + size, len(x)))), np.asarray(y[i : i + size]), i)
            for i in starts
        )

    return SimpleNamespace(of=cut)
