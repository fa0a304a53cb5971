"""Pictures of tables and signals while a run trains: always the same samples, and nothing disturbed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from synthgen import ClassLabel, Codec, Dataset, Options, sample_plots
from synthgen.data.codecs.signals import SignalCodec
from synthgen.data.training_data import TrainingData
from synthgen.sample_plots import CLASSES, SIGNALS, SamplePlots
from synthgen.training.settings import LatentSettings


class LuckyCodec(Codec):
    """Rows are what the network says plus random numbers; notes the codes that it decodes for."""

    shape = (2,)
    seen = None

    def fit(self, dataset):
        return self

    def encode(self, dataset):
        return torch.zeros(len(dataset), 2)

    def decode(self, x, codes):
        self.seen = codes
        assert x.isfinite().all()
        return pd.DataFrame((x + torch.rand(x.shape)).numpy(), columns=["a", "b"])


def table(classes=2, rows=50):
    y = np.arange(rows) % classes
    x = pd.DataFrame({"a": np.arange(rows) * 0.1, "b": y * 1.0})
    labels = tuple(ClassLabel(i, str(i)) for i in range(classes))
    return Dataset("t", x, y.astype(np.int64), labels, kind="table", target="b")


def waves(classes=3):
    x = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
    y = np.arange(30) % max(1, classes)
    return Dataset("w", x, y, tuple(ClassLabel(i, f"c{i}") for i in range(classes)), kind="signals")


def plots(folder, dataset, codec):
    codec.fit(dataset)
    data = TrainingData.from_dataset(dataset, codec, 4, torch.device("cpu"))
    return SamplePlots(folder, dataset, data, codec, LatentSettings(dim=4), seed=3)


def trainer(module, step=5, every=5, finished=False):
    settings = SimpleNamespace(sample_every=every)
    return SimpleNamespace(
        ema=SimpleNamespace(module=module),
        device=torch.device("cpu"),
        step=step,
        settings=settings,
        finished=finished,
    )


def noisy(noise, condition):
    return noise[:, :2] + torch.randn(len(noise), 2)


def test_training_s_random_numbers_are_left_as_they_were(tmp_path):
    torch.manual_seed(7)
    np.random.seed(7)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    plots(tmp_path, table(), LuckyCodec(Options())).on_step(trainer(noisy))
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(np.random.get_state()[1], numpy_before)


def test_a_picture_is_drawn_at_every_so_many_steps_and_at_the_end(tmp_path):
    listener = plots(tmp_path, table(), LuckyCodec(Options()))
    for step in (1, 5, 7):
        listener.on_step(trainer(noisy, step))
    listener.on_step(trainer(noisy, 8, finished=True))
    listener.on_step(trainer(noisy, 9, every=None))
    listener.on_end(trainer(noisy, 11))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "step-0000005.png",
        "step-0000008.png",
        "step-0000011.png",
    ]


def test_the_same_networks_give_the_same_picture(tmp_path):
    def still(noise, condition):
        return noise[:, :2] * condition[:, :1]

    pictures = []
    for name in "ab":
        (tmp_path / name).mkdir()
        torch.manual_seed(1)
        plots(tmp_path / name, table(), LuckyCodec(Options())).on_step(trainer(still))
        pictures.append((tmp_path / name / "step-0000005.png").read_bytes())
    assert pictures[0] == pictures[1]


def test_synthetic_rows_are_made_under_the_conditions_of_the_real_ones(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(sample_plots, "ROWS", 20)
    monkeypatch.setattr(
        sample_plots, "draw_table", lambda real, made: shown.append((real, made)) or FakeFigure()
    )
    codec = LuckyCodec(Options())
    plots(tmp_path, table(), codec).on_step(trainer(noisy))
    ((real, made),) = shown
    assert len(real) == len(made) == 20
    assert codec.seen[:, 0].tolist() == real["b"].astype(int).tolist()


class FakeFigure:
    def savefig(self, file, format):
        file.write(b"")


def test_a_diverged_network_does_not_end_the_training_here(tmp_path):
    listener = plots(tmp_path, table(), LuckyCodec(Options()))
    listener.on_step(trainer(lambda noise, condition: noise[:, :2] * torch.nan))
    assert (tmp_path / "step-0000005.png").is_file()


@pytest.mark.parametrize(("classes", "rows"), [(3, 3), (0, 1), (CLASSES + 4, CLASSES)])
def test_signals_are_shown_class_by_class(tmp_path, monkeypatch, classes, rows):
    shown = []
    monkeypatch.setattr(sample_plots, "draw_signals", lambda groups: shown.extend(groups) or FakeFigure())
    dataset = waves(classes)
    plots(tmp_path, dataset, SignalCodec(SignalCodec.Options())).on_step(
        trainer(lambda noise, condition: torch.zeros(len(noise), 1, 8))
    )
    assert [name for name, _, _ in shown] == [label.name for label in dataset.classes[:rows]] or [""]
    known = {signal.tobytes(): y for signal, y in zip(dataset.x, dataset.y.tolist(), strict=True)}
    for number, (_, real, made) in enumerate(shown):
        assert len(real) == len(made) == min(SIGNALS, int((dataset.y == number).sum()))
        assert {known[signal.tobytes()] for signal in real} == {number}
