"""The way between classes and between latents."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from digits_run import digits_run, table_run

import synthgen
from synthgen import Condition
from synthgen.errors import UnsupportedError, UsageError
from synthgen.interpolation import blend_latents, interpolate, strip
from synthgen.synthesizer import Synthesizer
from synthgen.training.settings import LatentSettings

NORMAL, UNIFORM = LatentSettings(dim=2), LatentSettings(dim=2, distribution="uniform")


@pytest.fixture(scope="module")
def model(tmp_path_factory, registry):
    return synthgen.load(digits_run(tmp_path_factory.mktemp("interpolation"), registry).path)


@pytest.fixture
def forwarded(monkeypatch):
    """Noise and condition of each call of the generator."""
    calls = []
    forward = Synthesizer.forward

    def record(self, noise, condition, codes, first=0):
        calls.append(SimpleNamespace(noise=noise, condition=condition, codes=codes))
        return forward(self, noise, condition, codes, first)

    monkeypatch.setattr(Synthesizer, "forward", record)
    return calls


def test_rows_go_from_class_to_class_each_with_its_own_latent(model, forwarded):
    images = interpolate(model, 3, "8", steps=5, rows=2)
    assert images.shape == (2, 5, 8, 8)
    assert images.dtype == np.uint8
    (call,) = forwarded
    noise, condition = call.noise.view(2, 5, 8), call.condition.view(2, 5, 3)
    assert (noise == noise[:, :1]).all()
    assert not torch.equal(noise[0], noise[1])
    assert torch.allclose(condition[0, :, 0], torch.tensor([1, 0.75, 0.5, 0.25, 0]))
    assert torch.allclose(condition[1, :, 1], torch.tensor([0, 0.25, 0.5, 0.75, 1]))
    assert (condition[:, :, 2] == 0).all()


def test_ends_are_the_samples_of_the_two_classes(model):
    images = interpolate(model, 3, 8, steps=3, rows=4, seed=6)
    latents = torch.empty(4, 8).normal_(
        generator=torch.Generator().manual_seed(int(np.random.SeedSequence(6).generate_state(1)[0]))
    )
    for place, name in ((0, 3), (2, 8)):
        whole, _ = model.generate(latents, classes=name)
        assert np.abs(images[:, place].astype(int) - whole).max() <= 1


def test_between_two_latents_the_class_stays(model, forwarded):
    images = interpolate(model, 5, latents=True, steps=4, rows=3, seed=1)
    (call,) = forwarded
    assert call.condition.tolist() == [[0, 0, 1]] * 12
    noise = call.noise.view(3, 4, 8)
    assert len({tuple(latent) for latent in noise.flatten(0, 1).tolist()}) == 12
    assert np.array_equal(images, interpolate(model, {"label": 5}, latents=True, steps=4, rows=3, seed=1))
    assert np.array_equal(
        images, interpolate(model, latents=True, where={"label": 5}, steps=4, rows=3, seed=1)
    )
    assert not np.array_equal(images, interpolate(model, 5, latents=True, steps=4, rows=3, seed=2))


def test_both_may_change_at_once(model, forwarded):
    interpolate(model, 3, 8, latents=True, steps=2, rows=1)
    (call,) = forwarded
    assert call.condition.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert not torch.equal(call.noise[0], call.noise[1])


def test_normal_latents_go_along_a_great_circle_and_uniform_ones_straight():
    a, b = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    way = torch.tensor([0, 1 / 3, 1])
    around = blend_latents(a, b, way, NORMAL)[0]
    assert torch.allclose(around[1], torch.tensor([2 * math.cos(math.pi / 6), 2 * math.sin(math.pi / 6)]))
    assert torch.allclose(around[[0, 2]], torch.cat([a, b]), atol=1e-6)
    assert torch.allclose(blend_latents(a, b, way, UNIFORM)[0][1], torch.tensor([4 / 3, 2 / 3]))


@pytest.mark.parametrize("factor", [1.0, 3.0, -1.0])
def test_latents_on_one_line_are_blended_straight(factor):
    a = torch.tensor([[1.0, 2.0]])
    between = blend_latents(a, factor * a, torch.tensor([0.0, 0.25, 1.0]), NORMAL)[0]
    assert torch.allclose(between[1], (0.75 + 0.25 * factor) * a[0], atol=1e-3)


def test_more_images_than_a_chunk_are_made_in_several(model, forwarded):
    assert interpolate(model, 3, 8, steps=100, rows=3).shape == (3, 100, 8, 8)
    assert [len(call.noise) for call in forwarded] == [256, 44]


def test_global_random_numbers_stay(model):
    before = torch.get_rng_state()
    interpolate(model, 3, 8)
    assert torch.equal(before, torch.get_rng_state())


def test_strip_has_a_row_for_each_and_its_title_once(model):
    picture = strip(interpolate(model, 3, 8, steps=6, rows=2), "3 to 8")
    bare = strip(interpolate(model, 3, 8, steps=6, rows=2))
    assert picture.height == bare.height == 2 * 58 + 2
    assert picture.width > bare.width > 6 * 58


@pytest.mark.parametrize(
    ("ends", "options", "message"),
    [
        ((3, 4), {}, r"there is no class '4'\. Classes: 3, 8, 5\."),
        ((None, 8), {}, r"say which class the start \(--from\) has, of 3, 8, 5"),
        ((), {"latents": True}, r"say which class the start \(--from\) has, of 3, 8, 5"),
        ((3,), {}, "say where to go: name two classes"),
        ((), {}, "say where to go: name two classes"),
        (({"age": 3}, {"age": 4}), {}, "'age' is no condition of this model"),
        ((3, 3), {}, r"from 3 to 3 nothing changes; go between two latents \(--latents\)"),
        ((3, 8), {"steps": 1}, "2 steps or more and 1 row or more, not 1 and 4"),
        ((3, 8), {"rows": 0}, "not 10 and 0"),
    ],
)
def test_what_cannot_be_is_told(model, ends, options, message):
    with pytest.raises(UsageError, match=message):
        interpolate(model, *ends, **options)


def test_unlabelled_model_has_no_classes_but_latents(tmp_path, registry):
    np.savez(tmp_path / "bare.npz", x=np.zeros((20, 8, 8), np.uint8))
    data = f"data={{name: npz, path: {(tmp_path / 'bare.npz').as_posix()}}}"
    made = digits_run(tmp_path, registry, data, "train.steps=1", "train.snapshot_every=null")
    model = synthgen.load(made.path)
    assert interpolate(model, latents=True, rows=2, steps=3).shape == (2, 3, 8, 8)
    with pytest.raises(UsageError, match="there is no class '3': the model was trained without labels"):
        interpolate(model, 3, 8)


def test_a_number_passes_from_value_to_value(model, forwarded, monkeypatch):
    heat = Condition(name="heat", mean=2.0, scale=0.5)
    monkeypatch.setattr(model, "spec", model.spec.model_copy(update={"conditions": (heat,)}))
    monkeypatch.setattr(model, "classes", ())
    monkeypatch.setattr(model, "class_counts", ())
    monkeypatch.setattr(model.codec, "check_where", lambda where: None)
    monkeypatch.setattr(
        model.codec,
        "draw_conditions",
        lambda labels, uniform, where: torch.full((len(labels), 1), where["heat"], dtype=torch.float64),
    )
    monkeypatch.setattr(model.generator, "forward", lambda noise, condition: torch.zeros(len(noise), 1, 8, 8))
    interpolate(model, {"heat": 1.5}, {"heat": 2.5}, steps=3, rows=1)
    assert forwarded[0].condition.tolist() == [[-1], [0], [1]]
    with pytest.raises(UsageError, match=r"there is no class '1\.5': .* give heat=1\.5 instead"):
        interpolate(model, "1.5", "2.5")


def test_tables_and_signals_cannot_be_shown(tmp_path, registry):
    table = synthgen.load(table_run(tmp_path, registry, "train.snapshot_every=null", "train.steps=1").path)
    with pytest.raises(UnsupportedError, match="this model makes rows of a table; only images can be shown"):
        interpolate(table, "p", "q")
    table.spec = table.spec.model_copy(update={"shape": (1, 20)})
    with pytest.raises(UnsupportedError, match="this model makes signals"):
        interpolate(table, "p", "q")
