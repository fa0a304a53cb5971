"""A discriminator trained alone: against uniform noise, and against a generator that is never trained."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests_support import tree

import synthgen
from synthgen import DataSpec, UnsupportedError, exporting, pipeline
from synthgen.errors import Interrupted
from synthgen.preparation import prepare
from synthgen.recipe import parse_export, parse_recipe
from synthgen.run_directory import read_metrics

RECIPE = """\
name: alone
data: {name: digits, limit: 200}
latent: {dim: 4}
generator: {name: noise, every: 0}
discriminator: {name: mlp, width: 16, depth: 1}
loss: non_saturating
train:
  steps: 60
  batch_size: 32
  optimizer: {lr: 1.0e-2}
  schedule: constant
  log_every: 20
  sample_every: 30
  checkpoint_every: 20
  device: cpu
  precision: fp32
export: null
report: none
"""
DCGAN = "generator={name: dcgan, channels: 4, levels: 1, every: 0}"


@pytest.fixture(scope="module")
def alone(registry, tmp_path_factory):
    """The finished run of the recipe as it stands."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    return pipeline.run(parse_recipe(RECIPE, registry=registry), folder, registry=registry)


@pytest.fixture
def carry_out(registry, tmp_path):
    def run(folder, *overrides):
        recipe = parse_recipe(RECIPE, overrides=overrides, registry=registry)
        return pipeline.run(recipe, tmp_path / folder, registry=registry)

    return run


def build(registry, spec=None, **options):
    registered = registry.find("generator", "noise")
    return registered.build(registered.component.Options(**options), spec or DataSpec(shape=(1, 8, 8)))


def test_numbers_fill_the_range_of_the_data_evenly_and_are_new_at_each_call(registry):
    torch.manual_seed(0)
    for value_range in ((-1.0, 1.0), (0.0, 1.0)):
        generator = build(registry, DataSpec(shape=(3, 16, 16), value_range=value_range))
        x = generator(torch.zeros(50, 64), torch.zeros(50, 0))
        assert x.shape == (50, 3, 16, 16)
        assert x.dtype == torch.float32
        counts = x.histc(10, *value_range)
        assert counts.sum() == x.numel()  # none beyond the range
        assert counts.min() > 0.95 * x.numel() / 10
        assert not torch.equal(x, generator(torch.zeros(50, 64), torch.zeros(50, 0)))
    assert not list(generator.parameters())


def test_given_bounds_hold(registry):
    torch.manual_seed(0)
    x = build(registry, low=0.25, high=0.5)(torch.zeros(50, 64), torch.zeros(50, 0))
    assert 0.25 <= x.min() < 0.26
    assert 0.49 < x.max() <= 0.5


@pytest.mark.parametrize("options", [{"low": 1.0}, {"low": 0.5, "high": 0.5}, {"high": -1.0}])
def test_bounds_that_leave_nothing_between_them_are_refused(options, registry):
    with pytest.raises(UnsupportedError, match="generator noise: low must be lower than high, not"):
        build(registry, **options)


def test_discriminator_learns_alone_to_tell_digits_from_noise(alone):
    lines = read_metrics(alone.metrics)
    assert [line["step"] for line in lines] == [20, 40, 60]
    assert lines[-1]["real_accuracy"] > 0.95
    assert lines[-1]["fake_accuracy"] > 0.95
    assert not any(name.startswith("generator") for line in lines for name in line)


def test_run_has_grids_checkpoints_losses_and_a_model_that_makes_noise(alone, registry):
    assert sorted(path.name for path in alone.samples.iterdir()) == ["step-0000030.png", "step-0000060.png"]
    assert len(list(alone.checkpoints.iterdir())) == 2
    assert alone.losses.stat().st_size > 1000
    assert json.loads(alone.info.read_text())["status"] == "finished"
    assert not alone.dataset.exists()
    assert [path.name for path in alone.model.iterdir()] == ["model.json"]  # there are no weights
    x, y = synthgen.load(alone.path, registry).sample(100, seed=3)
    assert (x.shape, x.dtype) == ((100, 8, 8), np.uint8)
    assert abs(x.mean() - 127.5) < 5
    assert set(y) <= set(range(10))
    again, _ = synthgen.load(alone.path, registry).sample(20, seed=3)
    assert np.array_equal(again, x[:20])


@pytest.mark.parametrize("generator", ["generator.every=0", DCGAN], ids=["noise", "dcgan"])
def test_interrupted_run_goes_on_to_what_an_uninterrupted_one_reaches(
    generator, carry_out, registry, stop_at, tmp_path, monkeypatch
):
    whole = carry_out("whole", generator)
    stop_at(30)
    with pytest.raises(Interrupted):
        carry_out("stopped", generator)
    monkeypatch.undo()
    resumed = pipeline.resume(tmp_path / "stopped", registry=registry)
    one, other = (
        torch.load(made.checkpoints / "step-0000060.pt", weights_only=True)["state"]["discriminator"]
        for made in (whole, resumed)
    )
    assert one
    assert all(torch.equal(weight, other[name]) for name, weight in one.items())
    assert tree(whole.samples) == tree(resumed.samples)
    assert tree(whole.model) == tree(resumed.model)


def test_generator_that_is_never_trained_keeps_its_first_weights(carry_out, registry):
    run = carry_out("run", DCGAN)
    setup = prepare(parse_recipe(RECIPE, overrides=[DCGAN], registry=registry), registry)
    first = dict(setup.generator.named_parameters())
    saved = load_file(run.model / "generator.safetensors")
    assert first
    assert all(torch.equal(saved[name], weight) for name, weight in first.items())
    trained = carry_out("trained", DCGAN.replace("every: 0", "every: 1"))
    moved = load_file(trained.model / "generator.safetensors")
    assert not any(torch.equal(moved[name], weight) for name, weight in first.items())


def test_noise_that_is_to_be_trained_is_refused_with_the_setting_that_is_right(carry_out, tmp_path):
    with pytest.raises(UnsupportedError, match=r"generator noise has no weights.*set generator\.every to 0"):
        carry_out("run", "generator.every=1")
    assert not (tmp_path / "run").exists()


def test_discriminator_alone_ends_with_its_accuracies_and_no_report(carry_out, registry, caplog):
    caplog.set_level("INFO", logger="synthgen")
    run = carry_out("run", "report=quick", "data.limit=60")
    last = read_metrics(run.metrics)[-1]
    said = caplog.messages[-1]
    assert said == (
        "no report: the generator is not trained (generator.every is 0). Accuracy of the discriminator at the end:"
        f" {last['real_accuracy']:.3f} on real samples, {last['fake_accuracy']:.3f} on generated samples"
    )
    assert not run.report_html.exists()
    judged = synthgen.evaluate(run, level="quick", registry=registry)
    assert judged.notes[0].startswith("the generator was not trained")


def test_samples_of_a_generator_that_was_not_trained_say_so(carry_out, registry, tmp_path, caplog):
    run = carry_out("run")
    export = parse_export({"format": "npz", "count": 2}, (), registry)
    exporting.export(synthgen.load(run.path), export, tmp_path / "made", 0)
    note = "the generator was not trained: the run trained its discriminator alone"
    assert note in caplog.messages
    assert note in (tmp_path / "made" / "README.md").read_text("utf-8")


def test_no_accuracies_are_told_of_a_loss_that_has_none(carry_out, caplog):
    caplog.set_level("INFO", logger="synthgen")
    carry_out("run", "loss=least_squares", "train.steps=20")
    assert caplog.messages[-1] == "no report: the generator is not trained (generator.every is 0)"
