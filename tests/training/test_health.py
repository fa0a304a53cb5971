"""Watching a training: what fails is called by its name, told once and acted upon; what is well is left alone."""

from __future__ import annotations

import logging
from typing import ClassVar

import pytest
import torch

from synthgen.errors import TrainingError, UnhealthyError
from synthgen.preparation import build_trainer, prepare
from synthgen.recipe import load_recipe
from synthgen.training.health import Health
from synthgen.training.health_samples import Look, SampleWatch
from synthgen.training.listener import Listener
from synthgen.training.settings import HealthSettings

SMALL = (
    "train={steps: 120, batch_size: 16, log_every: 5, schedule: constant, ema: 0.9, device: cpu, precision: fp32}",
    "generator={name: mlp, width: 32, depth: 1}",
    "discriminator={name: mlp, width: 64, depth: 1}",
    "penalties=[]",
)

FAILURES = {
    "divergence": ("loss=wasserstein", "train.optimizer={name: sgd, lr: 1.0e+9}"),
    "explosion": ("train.optimizer.lr=1000",),
    "discriminator_won": (
        "train.optimizer.lr=1.0e-5",
        "train.discriminator_optimizer.lr=1.0e-2",
        "loss=non_saturating",
    ),
    "collapse": (  # against a line that hardly moves, all samples run to its one end
        "discriminator={name: sequential, layers: [flatten, {dense: 1}], every: 1000}",
        "loss=wasserstein",
        "train.optimizer.lr=2.0e-2",
    ),
}
"""Overrides that make the tiny recipe fail, by what it fails at."""


@pytest.fixture
def watched(tiny_recipe, registry):
    """Train the tiny recipe with overrides and a health section; the listener, the events and the error if any."""

    def train(*overrides, listeners=(), resumed=None, **settings):
        recipe = load_recipe(tiny_recipe, [*SMALL, *overrides], registry)
        events: list[dict] = []
        health = Health(
            HealthSettings(**{"every": 10, "samples": 48, **settings}),
            recipe.seed,
            record=lambda trainer, event: events.append({"at": trainer.step, **event}),
        )
        trainer = build_trainer(prepare(recipe, registry), [health, *listeners])
        if resumed is not None:
            trainer.load_state(resumed)
        error = None
        try:
            trainer.train()
        except TrainingError as failure:
            error = failure
        return health, events, error, trainer

    return train


@pytest.mark.parametrize("kind", FAILURES)
def test_a_provoked_failure_is_called_by_its_name(kind, watched, caplog):
    health, events, error, _ = watched(*FAILURES[kind])
    verdict = health.verdicts[0]
    assert verdict.kind == kind
    assert verdict.severity == "failure"
    assert verdict.advice.startswith("Try ")
    assert events[0] == {
        "at": verdict.step,
        "event": "health",
        "verdict": {**verdict.to_dict(), "until": None},
    }
    assert (error is not None) == (kind == "divergence")
    said = [record for record in caplog.records if verdict.text in record.message]
    assert len([record for record in said if record.levelno == logging.WARNING]) == (kind != "divergence")


@pytest.mark.parametrize(
    "overrides",
    [
        ("penalties=[{name: r1, weight: 0.3, every: 2}]", "train.optimizer.lr=2.0e-3"),
        ("loss=hinge", "data.labelled=false"),
        (
            "loss=wasserstein",
            "penalties=[{name: weight_clipping, limit: 0.05}]",
            "train.discriminator_steps=3",
        ),
        ("loss=least_squares", "train.optimizer.lr=5.0e-4"),
    ],
)
def test_a_healthy_training_raises_no_alarm(overrides, watched, caplog):
    health, events, error, _ = watched(*overrides)
    assert (health.verdicts, events, error) == ([], [], None)
    assert health.facts() == {"health": []}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_training_of_a_few_steps_raises_no_alarm(watched):
    for steps in (1, 3, 12):
        health, *_ = watched(f"train.steps={steps}", "train.log_every=1", every=1)
        assert health.verdicts == []


def test_a_short_training_is_looked_at_often_enough_for_a_verdict(watched, monkeypatch):
    seen = []
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: seen.append(1) or Look(True, 0.01))
    health, *_ = watched(every=200)
    assert [verdict.kind for verdict in health.verdicts] == ["collapse"]
    assert len(seen) == 120 // 25


@pytest.mark.parametrize(
    ("spread", "nearest", "expected"),
    [(0.66, 0.21, ["repeats"]), (1.3, 0.45, []), (0.2, 0.18, []), (0.42, 0.3, []), (0.9, 0.04, ["repeats"])],
)
def test_samples_along_a_line_repeat_themselves_and_those_that_vary_little_do_not(
    spread, nearest, expected, watched, monkeypatch
):
    look = Look(True, spread, {}, nearest)
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: look)
    health, *_ = watched()
    assert [verdict.kind for verdict in health.verdicts] == expected


def test_a_discriminator_trained_alone_is_meant_to_win(watched):
    health, *_ = watched("generator.every=0", "train.optimizer.lr=1.0e-2")
    assert health.verdicts == []


def test_watching_changes_nothing_of_the_training(watched, tiny_recipe, registry):
    *_, seen = watched()
    unseen = build_trainer(prepare(load_recipe(tiny_recipe, SMALL, registry), registry))
    unseen.train()
    for name in ("generator", "discriminator", "ema"):
        weights = [trainer.state()[name] for trainer in (seen, unseen)]
        assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    assert torch.equal(seen.random.get_state(), unseen.random.get_state())


def test_what_ends_is_told_once_more_and_has_its_end(watched, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    spreads = iter([0.9, 0.9, 0.05, 0.05, 0.05, 0.05, 0.9, 0.05, 0.9, 0.9, 0.9, 0.9])
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: Look(True, next(spreads)))
    health, events, *_ = watched()
    assert [(verdict.kind, verdict.step, verdict.until) for verdict in health.verdicts] == [
        ("collapse", 50, 110)
    ]
    assert [(event["at"], event["verdict"]["until"]) for event in events] == [(50, None), (110, 110)]
    assert caplog.text.count("the generator has collapsed") == 2
    assert "step 110: no longer so: the generator has collapsed" in caplog.text


def test_the_policy_stop_ends_the_training_with_what_was_found_and_what_to_try(watched):
    class Ended(Listener):
        ended = False

        def on_end(self, trainer):
            self.ended = True

    last = Ended()
    _, _, error, trainer = watched(*FAILURES["collapse"], policy="stop", listeners=[last])
    assert isinstance(error, UnhealthyError)
    assert str(error).startswith("stopped at step 40: the generator has collapsed: its samples vary")
    assert "Try loss relativistic" in str(error)
    assert error.exit_code == 1
    assert (trainer.step, last.ended) == (40, True)


def test_an_oscillation_is_a_warning_that_stops_nothing(watched, monkeypatch):
    monkeypatch.setattr("synthgen.training.health_signs.Signs.oscillates", lambda self, now: "swings")
    health, _, error, trainer = watched(policy="stop")
    assert [(verdict.kind, verdict.severity) for verdict in health.verdicts] == [("oscillation", "warning")]
    assert (error, trainer.step) == (None, 120)


def test_samples_that_repeat_and_a_class_without_variation_are_called_so(watched, monkeypatch):
    for look, kind, words in (
        (Look(True, 0.8, {}, 0.02), "repeats", "samples repeat themselves: one is 2% as far"),
        (
            Look(True, 0.8, {"a": 0.9, "b": 0.05}, 0.9),
            "collapse",
            "collapsed in class b: samples vary 5% or less",
        ),
    ):
        monkeypatch.setattr(SampleWatch, "look", lambda self, generator, look=look: look)
        health, *_ = watched()
        assert [verdict.kind for verdict in health.verdicts] == [kind]
        assert words in health.verdicts[0].text


def test_samples_that_are_not_finite_end_the_training_whatever_the_policy(watched):
    class Accident(Listener):
        def on_step(self, trainer):
            if trainer.step == 19:
                next(trainer.ema.module.parameters()).data.fill_(torch.nan)

    health, _, error, _ = watched("train.log_every=1000", listeners=[Accident()])
    assert "training diverged: samples were not finite before step 20" in str(error)
    assert [verdict.kind for verdict in health.verdicts] == ["divergence"]


class Stop(Listener):
    def on_step(self, trainer):
        trainer.stop_requested = trainer.step == 33


def test_a_resumed_training_has_seen_what_an_uninterrupted_one_has(watched):
    whole, *_ = watched("train.steps=60")
    *_, stopped = watched("train.steps=60", listeners=[Stop()])
    resumed, *_ = watched("train.steps=60", resumed=stopped.state())
    assert resumed.state() == whole.state()


def test_a_step_that_is_given_up_is_kept_from_those_who_write(watched, monkeypatch):
    class Seen(Listener):
        steps: ClassVar[list[int]] = []

        def on_step(self, trainer):
            self.steps.append(trainer.step)

    looks = iter([Look(True), Look(False)])
    monkeypatch.setattr(SampleWatch, "look", lambda self, generator: next(looks, Look(True)))
    watched("train.steps=30", policy="restart", listeners=[Seen()])
    assert Seen.steps == [*range(1, 20), *range(11, 31)]


def test_a_resumed_training_comes_to_the_same_verdicts(watched):
    whole, *_ = watched(*FAILURES["collapse"])
    *_, stopped = watched(*FAILURES["collapse"], listeners=[Stop()])
    resumed, *_ = watched(*FAILURES["collapse"], resumed=stopped.state())
    assert resumed.facts() == whole.facts()
    assert whole.facts()["health"]
