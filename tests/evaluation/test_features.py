from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pandas as pd
import pytest
import torch
from judged_data import bars, clouds, comparison

from synthgen.components import Dataset
from synthgen.errors import DataError
from synthgen.evaluation import features
from synthgen.evaluation.features import feature_network, learnt_features


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(features, "STEPS", 20)
    monkeypatch.setattr(features, "BATCH", 16)


@pytest.fixture
def trainings(monkeypatch) -> list[int]:
    """Grows by one with each training; they are made short."""
    done: list[int] = []
    train = features.train_classifier

    def counted(*args, **options):
        done.append(1)
        return train(*args, **{**options, "steps": 2})

    monkeypatch.setattr(features, "train_classifier", counted)
    return done


def test_points_of_the_real_data_are_centred_and_their_classes_far_apart():
    real = bars(150)
    network = feature_network(real)
    points = network.features(real)
    assert points.dtype == np.float32
    assert points.shape == (150, network.about["dimensions"])
    assert np.allclose(points.mean(0), 0, atol=1e-4)
    assert np.square(points).sum(1).mean() == pytest.approx(points.shape[1], rel=1e-3)
    other = network.features(bars(30, seed=1))
    means = [points[real.y == label].mean(0) for label in range(3)]
    nearest = [int(np.argmin([np.linalg.norm(x - mean) for mean in means])) for x in other]
    assert nearest == (np.arange(30) % 3).tolist()


def test_network_says_what_it_is_and_how_good():
    network = feature_network(bars(150))
    assert network.about["accuracy"] == 1
    assert len(str(network.about["sha256"])) == 64
    assert "classifier trained on the real data, 100.0 % right, weights" in network.words


def test_same_data_and_seed_give_the_same_network_and_global_random_numbers_stay():
    torch.manual_seed(3)
    state = torch.get_rng_state()
    first, second, third = (feature_network(bars(60), seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    assert first.about == second.about
    assert first.about["sha256"] != third.about["sha256"]


def test_cached_network_is_used_again_for_the_same_data_and_seed_only(tmp_path, trainings):
    real = bars(60)
    first = feature_network(real, cache=tmp_path / "made" / "here")
    second = feature_network(replace(real, name="other"), cache=tmp_path / "made" / "here")
    assert len(trainings) == 1
    assert second.about == first.about
    assert (second.features(real) == first.features(real)).all()
    feature_network(bars(60, seed=1), cache=tmp_path / "made" / "here")
    feature_network(real, cache=tmp_path / "made" / "here", seed=1)
    assert len(trainings) == 3
    assert len(list((tmp_path / "made" / "here").iterdir())) == 3


@pytest.mark.parametrize("fault", ["cut short", "changed", "empty", "folder"])
def test_broken_cache_file_is_made_again(tmp_path, trainings, caplog, fault):
    real = bars(60)
    first = feature_network(real, cache=tmp_path)
    [path] = tmp_path.iterdir()
    content = path.read_bytes()
    if fault == "folder":
        path.unlink()
        path.mkdir()
    else:
        changed = content[:-5] + bytes([content[-5] ^ 64]) + content[-4:]
        path.write_bytes({"cut short": content[: len(content) // 2], "changed": changed, "empty": b""}[fault])
    assert feature_network(real, cache=tmp_path).about == first.about
    assert len(trainings) == 2
    assert "made again" in caplog.text
    if fault != "folder":
        assert path.read_bytes() == content


def test_cache_that_cannot_be_written_is_told_and_no_error(tmp_path, caplog):
    (tmp_path / "taken").write_text("")
    network = feature_network(bars(60), cache=tmp_path / "taken" / "below")
    assert network.about["accuracy"] == 1
    assert "nothing is kept for the next time" in caplog.text


def test_two_at_once_leave_one_whole_file(tmp_path, monkeypatch, trainings):
    both_learn = Barrier(2)
    learn = features._learn

    def together(dataset: Dataset, seed: int) -> dict[str, torch.Tensor]:
        state = learn(dataset, seed)
        both_learn.wait(60)
        return state

    monkeypatch.setattr(features, "_learn", together)
    real = bars(60)
    threads = [Thread(target=feature_network, args=(real,), kwargs={"cache": tmp_path}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(trainings) == 2
    assert len(list(tmp_path.iterdir())) == 1
    feature_network(real, cache=tmp_path)
    assert len(trainings) == 2


@pytest.mark.parametrize("labelled", [False, True])
def test_without_classes_to_learn_the_network_is_a_random_one(tmp_path, labelled):
    real = bars(40, labelled=False)
    if labelled:
        real = replace(bars(40), y=np.zeros(40, np.int64))
    network = feature_network(real, cache=tmp_path)
    assert "random weights" in network.words
    assert "accuracy" not in network.about
    points = network.features(real)
    assert np.square(points).sum(1).mean() == pytest.approx(points.shape[1], rel=1e-3)
    assert feature_network(real).about == network.about
    assert not list(tmp_path.iterdir())


def test_signals_are_told_by_their_classes():
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    time = np.linspace(0, 2 * np.pi, 32)
    x = np.sin(time * (1 + y[:, None]) + rng.normal(size=(90, 1))) + 0.1 * rng.normal(size=(90, 32))
    real = replace(bars(90), x=x, kind="signals")
    network = feature_network(real)
    assert network.features(real).shape == (90, 112)
    broken = x.copy()
    broken[[4, 8], 3] = np.nan
    with pytest.raises(
        DataError, match=r"broken: 2 of 90 samples have values that are not finite .* sample 4"
    ):
        network.features(replace(real, name="broken", x=broken))


def test_rows_of_a_table_are_standardised_by_the_real_ones():
    real = clouds(60)
    network = feature_network(real)
    points = network.features(replace(real, x=real.x.assign(a=real.x["a"] + real.x["a"].std(ddof=0))))
    assert (points - network.features(real)).max(0)[0] == pytest.approx(1, abs=1e-5)
    assert network.words == "rows as standardised numbers and categories"


def test_sides_of_a_comparison_have_points_of_one_network(tmp_path):
    given = replace(comparison(bars(90), bars(45, seed=2), bars(60, seed=3)), cache=Path(tmp_path))
    found = given.once(learnt_features)
    assert given.once(learnt_features) is found
    assert len(found.real) == len(found.synthetic) == len(found.again) == 45
    assert (found.again_y == given.sides.again.y).all()
    network = feature_network(given.real, cache=tmp_path)
    assert (found.synthetic == network.features(given.sides.synthetic)).all()
    assert found.classes == ("left", "right", "both")


def test_no_samples_are_refused():
    with pytest.raises(DataError, match="clouds: there are no samples"):
        feature_network(replace(clouds(3), x=pd.DataFrame({"a": [], "b": [], "class": []})))
