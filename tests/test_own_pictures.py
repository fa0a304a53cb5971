"""Training on a folder of one's own pictures, and loading what came of it on another device."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from digits_run import digits_run
from PIL import Image

import synthgen
from synthgen.interpolation import interpolate


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Colour pictures of several sizes in two classes: red ones and blue ones."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for channel, name in ((0, "red"), (2, "blue")):
        (folder / name).mkdir()
        for i in range(12):
            pixels = rng.integers(0, 60, (20 + i, 24, 3), dtype=np.uint8)
            pixels[..., channel] += 180
            Image.fromarray(pixels).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def made(pictures, tmp_path_factory, registry):
    """A run at each of two resolutions."""

    def train(size):
        data = f"data={{name: image_folder, root: {pictures.as_posix()}, size: {size}}}"
        folder = tmp_path_factory.mktemp(f"size{size}")
        return digits_run(folder, registry, data, "train.steps=4", "train.snapshot_every=null")

    return {size: train(size) for size in (16, 32)}


@pytest.mark.parametrize("size", [16, 32])
def test_own_colour_pictures_are_learnt_at_either_resolution(size, made):
    model = synthgen.load(made[size].path)
    x, y = model.sample(per_class=3)
    assert x.shape == (6, size, size, 3)
    assert [label.name for label in model.classes] == ["blue", "red"]
    assert y.tolist() == [0, 1] * 3
    assert interpolate(model, "blue", "red", steps=3, rows=2).shape == (2, 3, size, size, 3)
    with Image.open(made[size].samples / "step-0000004.png") as grid:
        assert len(np.unique(np.asarray(grid).reshape(-1, 3), axis=0)) > 10


def test_the_two_resolutions_do_not_begin_from_each_other(made, tmp_path, registry):
    with pytest.raises(
        synthgen.SynthgenError, match=r"weight \S+ of the generator is .* samples of the same shape"
    ):
        synthgen.run(made[32].recipe, tmp_path / "out", registry=registry, start=made[16].path)


def test_model_is_loaded_on_the_cpu_wherever_it_was_trained(made):
    model = synthgen.load(made[16].path, device="cpu")
    assert model.device.type == "cpu"
    assert np.array_equal(model.sample(4)[0], synthgen.load(made[16].path).to("cpu").sample(4)[0])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_model_trained_on_the_cpu_makes_the_same_samples_on_cuda(made):
    here, there = (synthgen.load(made[16].path, device=device) for device in ("cpu", "cuda"))
    assert there.device.type == "cuda"
    (x, y), (other, labels) = here.sample(40), there.sample(40)
    assert np.array_equal(y, labels)
    assert np.abs(x.astype(int) - other).mean() < 1
    latents = np.random.default_rng(0).normal(size=(4, 8))
    assert (
        np.abs(
            here.generate(latents, classes="red")[0].astype(int) - there.generate(latents, classes="red")[0]
        ).mean()
        < 1
    )


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_run_on_cuda_begins_from_one_on_the_cpu_and_keeps_snapshots(made, tmp_path, registry):
    recipe = synthgen.load_recipe(made[16].recipe, ["train.device=cuda", "train.snapshot_every=2"], registry)
    out = synthgen.run(recipe, tmp_path / "out", registry=registry, start=made[16].path)
    early = synthgen.load(out.path, device="cpu", snapshot=2)
    assert early.sample(3)[0].shape == (3, 16, 16, 3)
