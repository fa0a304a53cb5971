import numpy as np
import pytest
from pydantic import ValidationError

from synthgen import UnsupportedError
from synthgen.data.loading import check_dataset, load_dataset
from synthgen.data.sources.sine import Sine


def load(**options):
    return Sine(Sine.Options(**options)).load()


def test_it_is_an_unlabelled_table_of_points_on_the_curve():
    dataset = load(count=1000)
    assert (dataset.kind, dataset.target, dataset.classes) == ("table", None, ())
    assert list(dataset.x.columns) == ["x", "sin(x)"]
    assert dataset.x.shape == (1000, 2)
    np.testing.assert_allclose(dataset.x["sin(x)"], np.sin(dataset.x["x"]))
    assert check_dataset(dataset, "sine") is dataset


def test_groups_are_evenly_spaced_around_centres_of_their_distribution():
    x = load(count=128 * 2000).x["x"].to_numpy().reshape(2000, 128)
    np.testing.assert_allclose(np.diff(x, axis=1), 0.1, atol=1e-9)
    centres = x.mean(1)
    assert abs(centres.mean() - 3) < 0.1
    assert abs(centres.std() - 1) < 0.1


def test_options_set_size_spacing_and_place_of_the_groups():
    x = load(count=5, points=3, spacing=0.5, mean=-7.0, std=0.0).x["x"]
    assert x.tolist() == pytest.approx([-7.5, -7.0, -6.5, -7.5, -7.0])


def test_a_larger_count_only_adds_and_another_seed_or_split_draws_others():
    few = load(count=200).x
    assert few.equals(load(count=500).x[:200])
    for options in ({"seed": 1}, {"split": "test"}):
        other = load(count=200, **options).x
        assert not np.isin(other["x"], few["x"]).any()


def test_limit_keeps_some_points():
    source = Sine(Sine.Options(count=300, limit=10))
    assert load_dataset(source, None, 0).x.shape == (10, 2)


def test_an_unknown_split_is_told_with_those_there_are():
    with pytest.raises(UnsupportedError, match="no split 'all'; it has train and test"):
        Sine(Sine.Options(split="all"))


@pytest.mark.parametrize("options", [{"count": 1}, {"points": 0}, {"spacing": 0}, {"std": -1}, {"seed": -1}])
def test_options_are_checked(options):
    with pytest.raises(ValidationError):
        Sine.Options(**options)
