"""Samples of latents that a person gives."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
import torch
from digits_run import digits_run, table_run
from tests_support import arrays

import synthgen
from synthgen.errors import UsageError
from synthgen.export.verify import verify_dataset
from synthgen.exporting import export
from synthgen.given_latents import GivenLatents
from synthgen.recipe import parse_export


@pytest.fixture(scope="module")
def model(tmp_path_factory, registry):
    return synthgen.load(digits_run(tmp_path_factory.mktemp("latents"), registry).path)


Z = np.random.default_rng(0).normal(size=(300, 8))


def test_the_same_latents_give_the_same_samples_and_others_others(model):
    x, y = model.generate(Z[:20], classes=3)
    assert x.shape == (20, 8, 8)
    assert x.dtype == np.uint8
    assert y.tolist() == [3] * 20
    again, _ = model.generate(torch.from_numpy(Z[:20]), classes="3")
    assert np.array_equal(x, again)
    assert len(np.unique(x.reshape(20, -1), axis=0)) == 20
    assert not np.array_equal(x, model.generate(Z[20:40], classes=3)[0])


def test_more_latents_than_a_chunk_go_through_in_several(model):
    assert len(Z) > model.codec.chunk
    x, _ = model.generate(Z, classes=8)
    assert np.array_equal(x[:5], model.generate(Z[:5], classes=8)[0])
    assert not np.array_equal(x[256:], model.generate(Z[:44], classes=8)[0])
    later, _ = model.generate(Z[256:], classes=8)
    assert (
        np.abs(x[256:].astype(int) - later).max() <= 1
    )  # sums of another place in a batch may round otherwise


def test_latents_that_sample_draws_give_what_sample_gives(model):
    plan = model.plan(6, classes=[5])
    drawn = torch.Generator().manual_seed(int(np.random.SeedSequence(4).generate_state(1)[0]))
    latents = torch.empty(256, 8).normal_(generator=drawn)[:6]
    x, _ = model.sample(6, classes=[5], seed=4)
    assert np.array_equal(x, model.generate(latents, classes=5, seed=4)[0])
    (batch,) = model.stream(plan, 4, latents=latents)
    assert np.array_equal(x, batch.x)


def test_classes_are_given_one_by_one_or_drawn_in_the_data_s_balance(model):
    assert model.generate(Z[:4], classes=[8, "3", 5, 8])[1].tolist() == [8, 3, 5, 8]
    assert model.generate(Z[:2], classes=np.array([5, 3]))[1].tolist() == [5, 3]
    assert model.generate(Z[:4], where={"label": 5})[1].tolist() == [5] * 4
    drawn = model.generate(Z, seed=3)[1]
    assert np.array_equal(drawn, model.sample(300, seed=3)[1])
    assert set(drawn.tolist()) == {3, 8, 5}
    assert len(model.generate(Z[0], classes=3)[0]) == 1


@pytest.mark.parametrize(
    ("latents", "message"),
    [
        (
            np.zeros((3, 7)),
            r"latents \(an array\) have shape \(3, 7\); this model takes \(n, 8\), n of 1 or more",
        ),
        (np.zeros((0, 8)), r"have shape \(0, 8\)"),
        (np.zeros((2, 2, 8)), r"have shape \(2, 2, 8\)"),
        (np.zeros(()), r"have shape \(\)"),
        ([[1.0] * 8, [1.0] * 7], "inhomogeneous"),
        (np.full((2, 8), "a"), "must be numbers, not of type <U1"),
        (np.zeros((2, 8), complex), "must be numbers, not of type complex128"),
        (np.array([[0.0] * 8, [np.nan] * 8]), r"number 1 \(from 0\) has NaN or infinity; all must be finite"),
        (np.full(8, 1e300), r"number 0 \(from 0\) has NaN or infinity"),
    ],
)
def test_array_that_is_no_latents_is_told(model, latents, message):
    with pytest.raises(UsageError, match=message):
        model.generate(latents)


def test_classes_that_do_not_go_with_the_latents_are_told(model):
    with pytest.raises(UsageError, match="2 classes for 3 latents; give one for each, or one for all"):
        model.generate(Z[:3], classes=[3, 5])
    with pytest.raises(UsageError, match="there is no class '4'"):
        model.generate(Z[:2], classes=[3, 4])
    with pytest.raises(UsageError, match="where says which label, and so does classes"):
        model.generate(Z[:2], classes=3, where={"label": 5})
    with pytest.raises(
        UsageError, match=r"there are 3 latents \(an array\) for 4 samples; give one for each"
    ):
        model.stream(model.plan(4), latents=Z[:3])


def test_file_is_read_without_unpickling(tmp_path):
    np.save(tmp_path / "one.npy", np.arange(8, dtype=np.int32))
    assert torch.equal(GivenLatents.read(str(tmp_path / "one.npy"), 8).values, torch.arange(8.0)[None])
    assert GivenLatents.read("zeros", 8).values.tolist() == [[0.0] * 8]
    np.save(tmp_path / "objects.npy", np.array([None] * 8), allow_pickle=True)
    (tmp_path / "text.npy").write_text("0 0 0")
    whole = io.BytesIO()
    np.save(whole, Z)
    (tmp_path / "short.npy").write_bytes(whole.getvalue()[:500])
    for name in ("objects", "text", "short"):
        with pytest.raises(UsageError, match=rf"{name}\.npy is no \.npy file with an array of numbers"):
            GivenLatents.read(str(tmp_path / f"{name}.npy"), 8)
    with pytest.raises(
        UsageError, match=r"latents zeroes cannot be read: .*the only latent with a name is zeros"
    ):
        GivenLatents.read("zeroes", 8)


def write(model, out, latents, registry, **wanted):
    choice = parse_export({"format": "npz", **wanted}, registry=registry)
    return export(model, choice, out, 0, registry=registry, latents=latents)


def test_dataset_of_given_latents_says_so_and_is_verified(model, tmp_path, registry):
    np.save(tmp_path / "mine.npy", Z)
    latents = GivenLatents.read(str(tmp_path / "mine.npy"), 8)
    head = write(model, tmp_path / "out", latents, registry, count=300, classes=[3, 8])
    assert head["latents"] == {
        "origin": "mine.npy",
        "count": 300,
        "dim": 8,
        "sha256": latents.facts["sha256"],
    }
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["latents"] == head["latents"]
    card = (tmp_path / "out" / "README.md").read_text()
    assert (
        f"- latents: given, not drawn: mine.npy, 300 of 8 numbers (SHA-256 `{head['latents']['sha256']}`)"
        in card
    )
    assert verify_dataset(tmp_path / "out") == []
    model.save(tmp_path / "model")
    code = card.split("```python\n")[1].split("```")[0].replace("PATH/OF/THE/MODEL", str(tmp_path / "model"))
    code = code.replace("PATH/OF/THE/LATENTS.npy", str(tmp_path / "mine.npy"))
    code = code.replace("    batch.x,", "    made.append(batch.x) or batch.x,")
    made: list[np.ndarray] = []
    exec(code, {"made": made})
    assert np.array_equal(np.concatenate(made), arrays(tmp_path / "out" / "dataset.npz")["x"])


def test_zeros_serve_for_every_sample(model, tmp_path, registry):
    head = write(model, tmp_path / "out", GivenLatents.read("zeros", 8), registry, per_class=2)
    assert head["latents"]["origin"] == "zeros"
    data = arrays(tmp_path / "out" / "dataset.npz")
    assert data["y"].tolist() == [3, 8, 5, 3, 8, 5]
    assert np.array_equal(data["x"][:3], data["x"][3:])
    assert "latents=np.zeros(8)" in (tmp_path / "out" / "README.md").read_text()


def test_number_of_latents_that_is_not_that_of_samples_is_told_before_anything_is_written(
    model, tmp_path, registry
):
    with pytest.raises(UsageError, match=r"there are 300 latents \(an array\) for 30 samples"):
        write(model, tmp_path / "out", GivenLatents.check(Z, 8), registry, per_class=10)
    assert not (tmp_path / "out").exists()


def test_rows_of_given_latents_are_kept_even_where_they_break_a_constraint(
    tmp_path, registry, monkeypatch, caplog
):
    model = synthgen.load(table_run(tmp_path, registry).path)
    rows, y = model.generate(Z[:10], seed=2)
    assert isinstance(rows, pd.DataFrame)
    assert set(rows["kind"]) <= {"p", "q"}
    assert len(rows) == len(y) == 10
    pd.testing.assert_frame_equal(rows, model.generate(Z[:10], seed=2)[0])
    monkeypatch.setattr(model.codec, "accepts", lambda values: np.arange(len(values)) % 5 > 0)
    pd.testing.assert_frame_equal(rows, model.generate(Z[:10], seed=2)[0])
    assert "2 of 10 rows break a constraint; they are kept, since their latents were given" in caplog.text
    assert "drawn again" not in caplog.text
