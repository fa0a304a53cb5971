import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import ellipk

from synthgen import DataError, UnsupportedError
from synthgen.data.loading import check_dataset
from synthgen.data.sources import ising
from synthgen.data.sources.ising import Ising
from synthgen.data.sources.ising_lattice import CRITICAL, simulate, sweeps_needed


def load(**options):
    return Ising(Ising.Options(**options)).load()


def energy(up):
    """Energy of each lattice per spin: each spin with its right and lower neighbour."""
    spins = np.where(up, 1, -1)
    return -(spins * np.roll(spins, 1, 1) + spins * np.roll(spins, 1, 2)).mean((1, 2))


def onsager(temperature):
    """Mean energy per spin of the infinite lattice (Onsager 1944)."""
    k = 2 / temperature
    modulus = 2 * np.sinh(k) / np.cosh(k) ** 2
    return -(1 + 2 / np.pi * (2 * np.tanh(k) ** 2 - 1) * ellipk(modulus**2)) / np.tanh(k)


def log_partition(k, side):
    """Logarithm of the partition function of a periodic square lattice at J / T = k (Kaufman 1949)."""
    gamma = np.arccosh(np.cosh(2 * k) / np.tanh(2 * k) - np.cos(np.pi * np.arange(2 * side) / side))
    gamma[0] = 2 * k + np.log(np.tanh(k))
    products = [np.prod(2 * f(side * gamma[first::2] / 2)) for first in (0, 1) for f in (np.cosh, np.sinh)]
    return side**2 / 2 * np.log(2 * np.sinh(2 * k)) + np.log(sum(products) / 2)


def kaufman(temperature, side):
    """Exact mean energy per spin of that lattice."""
    k, step = 1 / temperature, 1e-5
    return -(log_partition(k + step, side) - log_partition(k - step, side)) / (2 * step) / side**2


def test_the_exact_energies_agree_with_each_other_and_with_counting():
    assert [round(onsager(t), 4) for t in (1.5, 2.0, 3.0)] == [-1.9511, -1.7456, -0.8173]
    assert kaufman(3.0, 24) == pytest.approx(onsager(3.0), abs=5e-5)
    states = np.unpackbits(np.arange(512, dtype=">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, 7:]
    energies = 9 * energy(states.reshape(-1, 3, 3))
    weights = np.exp(-energies / 2.5)
    assert kaufman(2.5, 3) == pytest.approx((energies * weights).sum() / weights.sum() / 9, abs=1e-6)


@pytest.mark.parametrize("temperature", [1.5, 2.0, 3.0])
def test_mean_energy_is_onsagers(temperature):
    up = simulate(np.full(250, temperature), 32, 32, np.random.default_rng(0))
    assert energy(up).mean() == pytest.approx(onsager(temperature), abs=0.012)  # three standard errors


@pytest.mark.parametrize("temperature", [1.7, 2.1, CRITICAL, 2.34, 2.36, 2.6])
def test_mean_energy_is_kaufmans_where_equilibrium_is_slow_to_come(temperature):
    up = simulate(np.full(800, temperature), 12, 12, np.random.default_rng(1))
    error = energy(up).std() / np.sqrt(len(up))
    assert error < 0.012
    assert abs(energy(up).mean() - kaufman(temperature, 12)) < 3.5 * error


def test_each_lattice_is_at_its_own_temperature_however_they_are_mixed():
    temperature = np.resize([1.5, 3.0], 400)
    found = energy(simulate(temperature, 16, 16, np.random.default_rng(0)))
    assert found[::2].mean() == pytest.approx(onsager(1.5), abs=0.02)
    assert found[1::2].mean() == pytest.approx(onsager(3.0), abs=0.03)


def test_a_few_sweeps_are_not_enough_at_the_critical_temperature():
    early = simulate(np.full(200, CRITICAL), 16, 16, np.random.default_rng(0), sweeps=2)
    assert abs(energy(early).mean() - kaufman(CRITICAL, 16)) > 0.1
    cold, critical, hot = sweeps_needed(np.array([1.0, CRITICAL, 4.0]), 32)
    assert critical == 30
    assert max(cold, hot) < 12
    assert sweeps_needed(np.array([CRITICAL]), 128) > 35


def test_ordered_spins_point_either_way_with_the_magnetisation_of_yang():
    magnetisation = load(count=120, size=16, grid=[1.8]).x.mean((1, 2)) / 127.5 - 1
    assert 40 < (magnetisation > 0).sum() < 80
    exact = (1 - np.sinh(2 / 1.8) ** -4) ** 0.125
    assert np.abs(magnetisation).mean() == pytest.approx(exact, abs=0.01)


def test_spins_are_as_equal_across_the_edges_as_within():
    up = load(count=300, size=[8, 12], grid=[2.3]).x > 0
    for axis in (1, 2):
        equal = (up == np.roll(up, -1, axis)).mean((0, 3 - axis))
        assert equal[-1] == pytest.approx(equal[:-1].mean(), abs=0.03)


def test_images_are_black_and_white_and_each_is_given_its_temperature():
    dataset = load(count=50, size=[8, 12])
    assert check_dataset(dataset, "ising") is dataset
    assert (dataset.kind, dataset.classes, dataset.x.shape) == ("images", (), (50, 8, 12))
    assert np.unique(dataset.x).tolist() == [0, 255]
    assert list(dataset.given) == ["temperature"]
    temperature = dataset.given["temperature"]
    assert (temperature.min(), temperature.max()) == (1.5, 3.5)
    assert "8×12, simulated by synthgen at temperatures from 1.5 to 3.5" in dataset.description


def test_no_temperature_is_drawn_from_what_is_left_out_and_as_many_from_all_else():
    temperature = load(count=2000, size=8, temperatures=(1.0, 4.0), leave_out=(2.0, 3.0)).given["temperature"]
    assert not ((temperature > 2) & (temperature < 3)).any()
    counts = np.histogram(temperature, [1, 1.5, 2, 3, 3.5, 4])[0]
    assert counts[2] == 0
    assert counts[[0, 1, 3, 4]] == pytest.approx([500] * 4, rel=0.15)


def test_a_grid_has_each_of_its_temperatures_equally_often():
    temperature = load(count=9, size=8, grid=[3.0, 1.0, 2.0]).given["temperature"]
    assert np.unique(temperature, return_counts=True)[1].tolist() == [3, 3, 3]


def test_the_same_seed_makes_the_same_images_and_another_seed_or_split_others(monkeypatch):
    monkeypatch.setattr(ising, "_CHUNK", 10 * 8 * 8)
    sets = [load(count=30, size=8), load(count=30, size=8), load(count=30, size=8, seed=1)]
    sets.append(load(count=30, size=8, split="test"))
    assert np.array_equal(sets[0].x, sets[1].x)
    assert np.array_equal(sets[0].given["temperature"], sets[1].given["temperature"])
    assert len({dataset.x.tobytes() for dataset in sets}) == 3
    assert len({dataset.given["temperature"].tobytes() for dataset in sets}) == 3


def test_more_images_than_memory_are_refused(little_memory):
    with pytest.raises(DataError, match=r"ising: 5,000 images of 32×32 grey need .* use a smaller count"):
        load()


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="no split 'all'; it has train and test"):
        Ising(Ising.Options(split="all"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 1}, "greater than or equal to 2"),
        ({"size": 7}, "greater than or equal to 8"),
        ({"temperatures": (0, 2)}, "greater than 0"),
        ({"temperatures": (3, 2)}, "the lowest, 3, is above the highest, 2"),
        ({"temperatures": (1, 2), "grid": [1.0]}, "temperatures or grid, not both"),
        ({"grid": []}, "at least 1 item"),
        ({"grid": [1.0, 3.0], "leave_out": (1.5, 2)}, "leave them out of grid itself"),
        ({"leave_out": (2.5, 2.1)}, "the first, 2.5, must be below the last, 2.1"),
        ({"leave_out": (1.0, 2.1)}, "1 to 2.1 must lie within temperatures, 1.5 to 3.5"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValidationError, match=message):
        Ising.Options(**options)
