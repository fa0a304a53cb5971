import numpy as np
import pytest
from pydantic import ValidationError

from synthgen import ClassLabel, DataError, UnsupportedError
from synthgen.data.loading import check_dataset
from synthgen.data.sources import waves
from synthgen.data.sources.waves import Waves


def load(**options):
    return Waves(Waves.Options(**options)).load()


def frequencies(x):
    """The strongest frequency of each window, in cycles a window, in each quarter of its values."""
    quarters = np.stack(np.split(x, 4, axis=1), 1)
    return 4 * np.abs(np.fft.rfft(quarters, n=1024, axis=2)).argmax(2) * quarters.shape[2] / 1024


def test_there_are_three_classes_of_equal_number():
    dataset = load(count=30)
    assert (dataset.kind, dataset.x.dtype, dataset.x.shape) == ("signals", np.float32, (30, 128))
    names = ("sine", "square", "chirp")
    assert dataset.classes == tuple(ClassLabel(n, name) for n, name in enumerate(names))
    assert np.bincount(dataset.y).tolist() == [10, 10, 10]
    assert check_dataset(dataset, "waves") is dataset


def test_each_class_has_its_wave():
    dataset = load(count=60, noise=0.0, amplitude=(1.0, 1.0), frequency=(6.0, 6.0), length=256)
    sine, square, chirp = (dataset.x[dataset.y == label] for label in range(3))
    assert np.unique(np.abs(square).round(6)).tolist() == [1.0]
    assert np.abs(np.fft.rfft(sine, axis=1)).argmax(1).tolist() == [6] * 20
    assert np.abs(np.fft.rfft(square, axis=1)).argmax(1).tolist() == [6] * 20
    course = frequencies(chirp).mean(0)
    assert course == pytest.approx([6 * part for part in (0.625, 0.875, 1.125, 1.375)], rel=0.15)


def test_amplitude_and_frequency_keep_within_their_ranges_and_fill_them():
    dataset = load(count=900, noise=0.0, amplitude=(2.0, 3.0), frequency=(4.0, 8.0))
    peaks = np.abs(dataset.x).max(1)[dataset.y != 2]
    assert 1.9 < peaks.min() < 2.1
    assert 2.9 < peaks.max() <= 3
    cycles = np.abs(np.fft.rfft(dataset.x[dataset.y == 0], axis=1)).argmax(1)
    assert set(cycles.tolist()) == {4, 5, 6, 7, 8}


def test_noise_has_the_standard_deviation_asked_for():
    with_noise, without = load(count=60, noise=0.3).x, load(count=60, noise=0.0).x
    assert np.std(with_noise - without) == pytest.approx(0.3, rel=0.05)


def test_channels_share_the_frequency_and_differ_in_phase_and_amplitude():
    x = load(count=30, channels=3, noise=0.0).x
    assert x.shape == (30, 128, 3)
    strongest = np.abs(np.fft.rfft(x[::3], axis=1)).argmax(1)
    assert np.ptp(strongest, axis=1).max() <= 1
    assert np.ptp(np.abs(x).max(1), axis=1).min() > 0.01
    assert load(count=30, channels=1).x.shape == (30, 128, 1)


def test_the_same_seed_draws_the_same_however_many_are_drawn_at_a_time(monkeypatch):
    whole = load(count=100, channels=2).x
    assert np.array_equal(load(count=40, channels=2).x, whole[:40])
    monkeypatch.setattr(waves, "_CHUNK", 7 * 128 * 2)
    assert np.array_equal(load(count=100, channels=2).x, whole)


def test_another_seed_and_the_test_split_draw_others():
    sets = [load(count=20), load(count=20, seed=1), load(count=20, split="test")]
    assert len({window.tobytes() for dataset in sets for window in dataset.x}) == 60


def test_more_windows_than_memory_are_refused(little_memory):
    with pytest.raises(DataError, match=r"waves: 6,000 windows of 128×1 values need 6.1 MB.*smaller count"):
        load()


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="no split 'all'; it has train and test"):
        Waves(Waves.Options(split="all"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 2}, "greater than or equal to 3"),
        ({"length": 7}, "greater than or equal to 8"),
        ({"noise": -0.1}, "greater than or equal to 0"),
        ({"amplitude": (2, 1)}, "amplitude: the lowest, 2, is above the highest, 1"),
        ({"frequency": (9, 8)}, "frequency: the lowest, 9, is above"),
        ({"length": 12}, "8 cycles are too many for windows of 12 values; .* at most 4"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValidationError, match=message):
        Waves.Options(**options)
