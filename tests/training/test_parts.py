"""The parts of training that are functions of their arguments: schedule, average, statistics, precision."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from synthgen.device import choose_device, fork_random, random_state
from synthgen.errors import UsageError
from synthgen.training import precision
from synthgen.training.ema import ExponentialMovingAverage
from synthgen.training.optimizers import (
    build_optimizer,
    learning_rate_factor,
    set_learning_rate,
)
from synthgen.training.settings import OptimizerSettings, TrainSettings, seconds
from synthgen.training.statistics import Statistics


@pytest.mark.parametrize(
    ("text", "value"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("2 M", 120), (7, 7)]
)
def test_duration_is_read_in_seconds_minutes_and_hours(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["soon", "5 days", "-5m", ""])
def test_other_durations_are_refused_with_examples(text):
    with pytest.raises(ValidationError, match="90s, 5m or"):
        TrainSettings(time_limit=text)


def test_cosine_schedule_falls_from_the_rate_to_its_final_share():
    settings = TrainSettings(steps=100, schedule="cosine", final_lr=0.1)
    factors = [learning_rate_factor(settings, 0, progress) for progress in (0, 0.5, 1, 1.2)]
    assert factors == pytest.approx([1, 0.55, 0.1, 0.1])


def test_constant_schedule_stays_and_warmup_rises_to_it():
    settings = TrainSettings(steps=100, schedule="constant", warmup=4)
    factors = [learning_rate_factor(settings, step, step / 100) for step in range(6)]
    assert factors == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1])


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "sgd"])
def test_every_optimizer_descends_at_the_rate_it_is_given(name):
    weight = nn.Parameter(torch.ones(3))
    settings = OptimizerSettings(name=name, lr=0.1)
    optimizer = build_optimizer(settings, [weight])
    moves = []
    for factor in (1.0, 0.0):
        set_learning_rate(optimizer, settings, factor)
        before = weight.detach().clone()
        weight.grad = torch.ones(3)
        optimizer.step()
        moves.append((before - weight.detach()).max().item())
    assert moves[0] > 0
    assert moves[1] == 0


def test_average_follows_slowly_and_copies_the_statistics_of_batch_norm():
    network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    average = ExponentialMovingAverage(network, 0.9)
    start = average.module[0].weight.clone()
    with torch.no_grad():
        network[0].weight += 1
        network[1].running_mean += 3
    average.update(10_000)
    torch.testing.assert_close(average.module[0].weight, start + 0.1)
    torch.testing.assert_close(average.module[1].running_mean, network[1].running_mean)
    assert not average.module.training


def test_average_forgets_the_first_weights_quickly():
    network = nn.Linear(2, 2)
    average = ExponentialMovingAverage(network, 0.999)
    with torch.no_grad():
        network.weight += 1
    for step in range(20):
        average.update(step)
    torch.testing.assert_close(average.module.weight, network.weight, atol=2e-3, rtol=0)


def test_average_that_goes_on_from_another_run_is_not_forgotten():
    network = nn.Linear(2, 2)
    average = ExponentialMovingAverage(network, 0.999)
    average.age = 100_000
    start = average.module.weight.clone()
    with torch.no_grad():
        network.weight += 1
    average.update(0)
    torch.testing.assert_close(average.module.weight, start + 0.001)


def test_average_of_decay_zero_is_the_last_weights():
    network = nn.Linear(2, 2)
    average = ExponentialMovingAverage(network, 0.0)
    with torch.no_grad():
        network.weight += 1
    average.update(500)
    torch.testing.assert_close(average.module.weight, network.weight)


def test_statistics_are_means_over_what_was_added_and_start_anew():
    statistics = Statistics()
    for value in (1.0, 3.0):
        statistics.add("loss", torch.tensor(value))
    statistics.add("penalty", torch.tensor(5.0))
    assert statistics.read() == {"loss": 2.0, "penalty": 5.0}
    assert statistics.read() == {}


def test_statistics_of_many_values_and_of_functions_of_them():
    statistics = Statistics()
    statistics.derive("logit", {"share": lambda logits: logits > 499})
    for value in range(1000):
        statistics.add("logit", torch.tensor([value, -1.0]))
    assert statistics.read() == {"logit": pytest.approx(249.25), "share": 0.25}


def test_statistics_saved_half_way_give_the_same_means_to_the_bit():
    values = torch.randn(700, 3, generator=torch.Generator().manual_seed(0))
    whole, first, second = Statistics(), Statistics(), Statistics()
    for each in (whole, first, second):
        each.derive("x", {"positive": lambda x: x > 0})
    for value in values:
        whole.add("x", value)
    for value in values[:300]:
        first.add("x", value)
    second.load_state(first.state(), torch.device("cpu"))
    for value in values[300:]:
        second.add("x", value)
    assert second.read() == whole.read()


def test_statistics_go_on_with_derived_means_though_nothing_comes_any_more():
    first, second = Statistics(), Statistics()
    for each in (first, second):
        each.derive("x", {"positive": lambda x: x > 0})
    first.add("x", torch.tensor([1.0, -1.0, -3.0, -1.0]))
    second.load_state(first.state(), torch.device("cpu"))
    assert second.read() == {"x": -1.0, "positive": 0.25}


def test_absent_cuda_device_is_told_with_what_there_is():
    with pytest.raises(UsageError, match=r"device 'cuda:99': torch finds \d+ CUDA device"):
        choose_device("cuda:99")


def test_unknown_device_is_told_with_those_there_are():
    with pytest.raises(UsageError, match="device 'gpu' must be auto, cpu, cuda"):
        choose_device("gpu")


CPU, MPS = torch.device("cpu"), torch.device("mps")


def test_random_numbers_of_a_mac_are_kept_beside_the_cpus(monkeypatch):
    drawn = [torch.tensor([1]), torch.tensor([2])]
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: drawn[-1])
    monkeypatch.setattr(torch.mps, "set_rng_state", drawn.append)
    before = torch.get_rng_state()
    with fork_random(MPS):
        torch.rand(1)
        drawn.append(torch.tensor([3]))
    assert torch.equal(torch.get_rng_state(), before)
    assert random_state(MPS).item() == 2
    assert random_state(CPU) is None


@pytest.mark.parametrize(
    ("gain", "expected"), [(0.3, torch.float32), (1.1, torch.float32), (4.0, torch.bfloat16)]
)
def test_auto_precision_on_a_cpu_takes_bf16_only_where_it_is_clearly_faster(gain, expected, monkeypatch):
    monkeypatch.setattr(precision, "_bf16_gain", lambda: gain)
    assert precision.choose_precision("auto", CPU, [nn.Linear(8, 8), nn.Linear(128, 128)]) is expected


def test_auto_precision_leaves_small_networks_at_fp32_without_measuring(monkeypatch):
    monkeypatch.delattr(precision, "_bf16_gain")
    assert precision.choose_precision("auto", CPU, [nn.Linear(64, 64), nn.Linear(64, 64)]) is torch.float32


def test_named_precision_is_taken_without_measuring(monkeypatch):
    monkeypatch.delattr(precision, "_bf16_gain")
    assert precision.choose_precision("bf16", CPU, [nn.Linear(8, 8)]) is torch.bfloat16
    assert precision.choose_precision("fp32", CPU, [nn.Linear(128, 128)]) is torch.float32


def test_measuring_the_gain_of_bf16_leaves_torchs_random_state_alone():
    before = torch.get_rng_state()
    assert precision._bf16_gain() > 0
    assert torch.equal(before, torch.get_rng_state())
