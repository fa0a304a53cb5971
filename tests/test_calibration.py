"""After calibration a generator has each column's real frequencies, class by class, and the same relations."""

from __future__ import annotations

import pytest
import torch

from synthgen import Block, Condition, DataSpec, Generator, Options, Samples
from synthgen.calibrating import calibrate
from synthgen.calibration import Calibration
from synthgen.data.training_data import TrainingData
from synthgen.training.settings import LatentSettings

LATENT = LatentSettings(dim=4)
BLOCKS = (
    Block(name="kind", kind="category", size=3),
    Block(name="amount", kind="number", gate=2),
    Block(name="size", kind="number"),
)
LABEL = (Condition(name="label", values=("a", "b")),)


class Skewed(Generator):
    """Rows whose size goes with their kind; all frequencies and all numbers are wrong."""

    def __init__(self, spec):
        super().__init__(Options(), spec)
        self.activation = spec.activation()

    def forward(self, noise, condition):
        first = noise[:, :1]
        raw = torch.cat(
            [2 * first, -2 * first + 1, 0.5 * noise[:, 1:2], noise[:, 2:3] ** 3, 3 * first + 1], 1
        )
        return self.activation(raw, condition)


def real_data(conditions=LABEL, n=6000):
    random = torch.Generator().manual_seed(0)
    label = torch.arange(n) % 2
    odds = torch.tensor([[0.7, 0.2, 0.1], [0.05, 0.25, 0.7]])[label]
    kind = torch.multinomial(odds, 1, generator=random)
    amount = torch.randn(n, 1, generator=random) * (kind == 2)
    size = torch.randn(n, 1, generator=random) + 2 * label[:, None]
    x = torch.cat([torch.eye(3)[kind[:, 0]], amount, size], 1)
    spec = DataSpec(shape=(5,), conditions=conditions, noise_dim=4, blocks=BLOCKS)
    codes = label[:, None] if conditions else label[:, None][:, :0]
    return TrainingData(x, codes, spec, lambda stored: stored, [n // 2] * 2 if conditions else [])


def made_by(generator, data, n=20_000):
    torch.manual_seed(1)
    samples = data.batch(torch.arange(n) % len(data))
    with torch.no_grad():
        return Samples(generator(torch.randn(n, 4), samples.condition), samples.condition)


@pytest.mark.parametrize("conditions", [LABEL, ()], ids=["classes", "no classes"])
def test_frequencies_and_quantiles_are_the_real_ones_in_every_class(conditions):
    data = real_data(conditions)
    generator = Skewed(data.spec).eval()
    calibrate(generator, data, LATENT, seed=0, always=True)
    made = made_by(generator, data)
    real = data.batch(torch.arange(len(data)))
    levels = torch.tensor([0.1, 0.3, 0.5, 0.7, 0.9])
    for label in (0, 1) if conditions else (None,):
        a, b = (s.x if label is None else s.x[s.condition[:, label] == 1] for s in (made, real))
        assert torch.allclose(a[:, :3].mean(0), b[:, :3].mean(0), atol=0.015)
        assert torch.allclose(a[:, 4].quantile(levels), b[:, 4].quantile(levels), atol=0.08)
        some_a, some_b = a[a[:, 2] == 1, 3], b[b[:, 2] == 1, 3]
        assert torch.allclose(some_a.quantile(levels), some_b.quantile(levels), atol=0.2)
        assert (a[a[:, 2] == 0, 3] == 0).all()


def test_relations_between_columns_stay():
    data = real_data()
    generator = Skewed(data.spec).eval()
    before = made_by(generator, data).x
    calibrate(generator, data, LATENT, seed=0, always=True)
    after = made_by(generator, data).x
    for x in (before, after):  # what is first in kind is large
        assert x[x[:, 0] == 1, 4].mean() - x[x[:, 1] == 1, 4].mean() > 0.5


def test_as_it_is_built_a_calibration_changes_nothing():
    calibration = Calibration(3, 2, 2)
    rows = torch.randn(50, 5, generator=torch.Generator().manual_seed(0))
    group = calibration.group(torch.eye(2)[torch.arange(50) % 2])
    assert group.tolist() == [0, 1] * 25
    assert torch.equal(calibration.shift(rows[:, :3], group), rows[:, :3])
    assert torch.allclose(calibration.map_numbers(rows[:, 3:], group), rows[:, 3:], atol=1e-5)


def test_in_training_nothing_is_calibrated():
    data = real_data()
    generator = Skewed(data.spec).eval()
    calibrate(generator, data, LATENT, seed=0, always=True)
    shares = []  # of the first kind in the first class, really 0.7
    for training in (False, True):
        made = made_by(generator.train(training), data)
        shares.append(made.x[made.condition[:, 0] == 1, 0].mean().item())
    assert shares[0] == pytest.approx(0.7, abs=0.02)
    assert shares[1] < 0.5


def test_a_calibration_is_the_same_for_the_same_seed_and_leaves_random_numbers_alone():
    data = real_data()
    states = []
    for _ in range(2):
        torch.manual_seed(7)
        generator = Skewed(data.spec).eval()
        calibrate(generator, data, LATENT, seed=3)
        states.append((generator.state_dict(), torch.rand(1)))
    assert all(torch.equal(value, states[1][0][name]) for name, value in states[0][0].items())
    assert torch.equal(states[0][1], states[1][1])
    torch.manual_seed(7)
    assert torch.equal(states[0][1], torch.rand(1))


def test_a_class_with_too_few_numbers_takes_the_map_of_all():
    data = real_data()
    rare = data.codes[:, 0] == 1
    keep = torch.cat([(~rare).nonzero()[:, 0], rare.nonzero()[:5, 0]])
    data = TrainingData(data.stored[keep], data.codes[keep], data.spec, data.expand, [3000, 5])
    generator = Skewed(data.spec).eval()
    calibrate(generator, data, LATENT, seed=0, always=True)
    condition = torch.tensor([[0.0, 1.0]]).expand(2000, 2)
    with torch.no_grad():
        x = generator(torch.randn(2000, 4, generator=torch.Generator().manual_seed(0)), condition)
    assert x.isfinite().all()
    assert abs(x[:, 4].mean()) < 1.5


def test_numbers_that_are_not_calibrated_are_left_however_large():
    numbers = torch.tensor([[-70.0, 5.5], [1e6, 0.3]])
    assert torch.equal(Calibration(0, 2, 0).map_numbers(numbers, torch.zeros(2, dtype=torch.int64)), numbers)


def test_numbers_are_mapped_linearly_between_knots_and_to_the_last_beyond_them():
    calibration = Calibration(0, 2, 2)
    for group, factor in ((0, 1.0), (1, -1.0)):
        calibration.made[group, 1] = torch.linspace(0, 2, 257)
        calibration.real[group, 1] = torch.linspace(0, 2, 257).square() * factor
    numbers = torch.tensor([[0.5, -70.0], [0.5, 1.0], [0.5, 1e6], [0.5, 1.0]])
    found = calibration.map_numbers(numbers, torch.tensor([0, 0, 1, 1]))
    assert found[:, 0].tolist() == pytest.approx([0.5] * 4, abs=1e-5)
    assert found[:, 1].tolist() == pytest.approx([0.0, 1.0, -4.0, -1.0], abs=1e-5)


def test_knots_that_coincide_are_a_jump():
    calibration = Calibration(0, 1, 0)
    calibration.made[0, 0] = torch.cat([torch.zeros(128), torch.ones(129)])
    calibration.real[0, 0] = torch.linspace(-1, 1, 257)
    found = calibration.map_numbers(torch.tensor([[-3.0], [0.5], [3.0]]), torch.zeros(3, dtype=torch.int64))
    assert found.isfinite().all()
    assert found[0] < 0 < found[2]
    assert abs(found[1]) < 0.01


class OnCurve(Generator):
    """Points exactly on a steep curve, whose x are not as often here and there as the real ones."""

    def __init__(self, spec):
        super().__init__(Options(), spec)
        self.activation = spec.activation()

    def forward(self, noise, condition):
        x = 0.85 * noise[:, :1] + 0.1
        return self.activation(torch.cat([x, (6 * x).sin()], 1), condition)


def test_a_tight_relation_is_not_given_up_for_the_frequencies_of_its_columns(caplog):
    blocks = tuple(Block(name=name, kind="number") for name in "xy")
    spec = DataSpec(shape=(2,), noise_dim=4, blocks=blocks)
    x = torch.randn(4000, 1, generator=torch.Generator().manual_seed(0))
    data = TrainingData(torch.cat([x, (6 * x).sin()], 1), torch.empty(4000, 0), spec, lambda s: s, [])

    def distance(always):
        generator = OnCurve(spec).eval()
        calibrate(generator, data, LATENT, seed=0, always=always)
        points = made_by(generator, data, 4000).x
        return (points[:, 1] - (6 * points[:, 0]).sin()).abs().mean()

    with caplog.at_level("INFO", "synthgen"):
        assert distance(always=False) < 1e-4
    assert "calibrated: none," in caplog.text
    assert distance(always=True) > 0.05


def test_frequencies_are_set_right_where_that_makes_rows_harder_to_tell_from_real_ones(caplog):
    data = real_data()
    with caplog.at_level("INFO", "synthgen"):
        calibrate(Skewed(data.spec).eval(), data, LATENT, seed=0)
    assert "calibrated: categories and numbers," in caplog.text


def test_codes_stand_for_one_hots():
    activation = real_data().spec.activation()
    rows = torch.tensor([[0.0, 0.0, 1.0, 0.5, 2.0], [1.0, 0.0, 0.0, 0.0, -1.0]])
    assert activation.codes(rows).tolist() == [[2.0, 0.5, 2.0], [0.0, 0.0, -1.0]]
    assert activation.values == [3, 0, 0]


def test_images_are_not_calibrated():
    spec = DataSpec(shape=(1, 2, 2), noise_dim=4)
    generator = Skewed(spec)
    calibrate(
        generator, TrainingData(torch.zeros(4, 1, 2, 2), torch.empty(4, 0), spec, lambda x: x, []), LATENT, 0
    )
    assert not generator.state_dict()
