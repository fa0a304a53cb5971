"""The loop: how long it goes, what it leaves alone, and that stopping changes nothing."""

from __future__ import annotations

import pytest
import torch

from synthgen.errors import TrainingError
from synthgen.training.listener import Listener


def weights(trainer) -> list[torch.Tensor]:
    modules = (trainer.generator, trainer.discriminator, trainer.ema.module)
    return [value.clone() for module in modules for value in module.state_dict().values()]


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


class Recorder(Listener):
    def __init__(self, stop_at: int | None = None) -> None:
        self.events: list[object] = []
        self.values: list[dict[str, float]] = []
        self.stop_at = stop_at

    def on_start(self, trainer):
        self.events.append("start")

    def on_step(self, trainer):
        self.events.append(trainer.step)
        trainer.stop_requested = trainer.step == self.stop_at

    def on_log(self, trainer, values):
        self.values.append(values)

    def on_end(self, trainer):
        self.events.append("end")


def test_training_takes_the_steps_asked_for_and_tells_its_listeners(make_trainer):
    recorder = Recorder()
    make_trainer(steps=7, listeners=[recorder]).train()
    assert recorder.events == ["start", 1, 2, 3, 4, 5, 6, 7, "end"]
    assert len(recorder.values) == 2  # at step 5 and at the end
    assert {"discriminator_loss", "generator_loss", "real_logit", "fake_logit"} <= set(recorder.values[0])


def test_epochs_are_counted_in_real_samples_seen_by_the_discriminator(make_trainer):
    assert make_trainer(steps=None, epochs=3).total_steps == 15  # 40 samples, batches of 8
    assert make_trainer(steps=None, epochs=3, discriminator_steps=2).total_steps == 8


def test_time_limit_ends_a_training_without_steps(make_trainer):
    trainer = make_trainer(steps=None, time_limit=0.2)
    trainer.train()
    assert trainer.finished
    assert trainer.step > 0
    assert trainer.seconds >= 0.2


def test_end_by_time_is_logged_whenever_it_comes(make_trainer):
    class Slow(Recorder):
        def on_log(self, trainer, values):
            super().on_log(trainer, values)
            self.finished_then = trainer.finished

    recorder = Slow()
    make_trainer(steps=None, time_limit=0.05, log_every=10**6, listeners=[recorder]).train()
    assert len(recorder.values) == 1
    assert recorder.finished_then


def test_same_seed_gives_the_same_weights(make_trainer):
    one = make_trainer()
    one.train()
    other = make_trainer()
    other.train()
    assert same(weights(one), weights(other))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "sgd"])
def test_resumed_training_reaches_the_weights_of_an_uninterrupted_one(optimizer, make_trainer, tmp_path):
    settings = {
        "optimizer": {"name": optimizer, "betas": (0.5, 0.9)},
        "penalties": (("r1", {"every": 3}), ("wgan_gp", {"weight": 1.0})),
        "discriminator_steps": 2,
        "warmup": 4,
    }
    through = Recorder()
    whole = make_trainer(**settings, listeners=[through])
    whole.train()
    first = make_trainer(**settings, listeners=[Recorder(stop_at=6)])
    first.train()
    assert first.step == 6
    torch.save(first.state(), tmp_path / "state.pt")
    torch.rand(10)  # whatever happened meanwhile
    again = Recorder()
    second = make_trainer(**settings, listeners=[again])
    second.load_state(torch.load(tmp_path / "state.pt", weights_only=True))
    second.train()
    assert again.events == ["start", 7, 8, 9, 10, "end"]
    assert same(weights(whole), weights(second))
    assert through.values[-1] == again.values[-1]


def test_discriminator_gets_more_steps_where_asked(make_trainer):
    counts = []
    for steps in (1, 3):
        trainer = make_trainer(steps=2, discriminator_steps=steps)
        calls = []
        step = trainer.optimizers[1].update
        trainer.optimizers[1].update = lambda step=step, calls=calls: (calls.append(1), step())
        trainer.train()
        counts.append(len(calls))
    assert counts == [2, 6]


@pytest.mark.parametrize(("every", "applied"), [(1, 6), (3, 2)])
def test_lazy_penalty_is_applied_at_every_nth_step_and_as_much_stronger(every, applied, make_trainer):
    trainer = make_trainer(steps=6, penalties=(("r1", {"every": every, "weight": 2.0, "samples": 3}),))
    seen = []
    _, penalty = trainer.train_step.penalties[0]
    penalty.penalty = lambda critic, real, fake: (
        seen.append(len(real.x)) or critic(real.x, real.condition).logits.mean() * 0
    )
    trainer.train()
    assert seen == [3] * applied


def test_penalty_enters_the_loss_times_weight_and_interval(make_trainer):
    """With a constant-gradient penalty and plain SGD the weights move by lr × weight × every."""
    moves = []
    for weight, every in ((1.0, 1), (2.0, 1), (1.0, 4)):
        trainer = make_trainer(
            steps=1,
            schedule="constant",
            optimizer={"name": "sgd", "lr": 1.0, "betas": (0.0, 0.9)},
            penalties=(("r1", {"weight": weight, "every": every}),),
        )
        bias = trainer.discriminator.net[-1].bias
        _, penalty = trainer.train_step.penalties[0]
        penalty.penalty = lambda critic, real, fake, bias=bias: bias.sum()
        before = bias.item()
        trainer.train()
        moves.append(before - bias.item())
    plain = moves[0] - 1.0  # what the loss itself moved
    assert moves[1] - plain == pytest.approx(2.0)
    assert moves[2] - plain == pytest.approx(4.0)


def test_generator_step_leaves_no_gradient_in_the_discriminator(make_trainer):
    trainer = make_trainer(steps=1)
    moments = []
    step = trainer.optimizers[0].step

    def spy():
        moments.append([p.grad.clone() for p in trainer.discriminator.parameters()])
        step()

    trainer.optimizers[0].step = spy
    trainer.train()
    after = [p.grad for p in trainer.discriminator.parameters()]
    assert same(moments[0], after)


def test_training_that_diverges_stops_with_advice(make_trainer):
    trainer = make_trainer(
        loss="wasserstein", steps=400, optimizer={"name": "sgd", "lr": 1e6, "betas": (0.0, 0.9)}
    )
    with pytest.raises(TrainingError, match=r"diverged: \w+ was (nan|-?inf) before step \d+.*lower train"):
        trainer.train()


def test_training_moves_generated_samples_towards_their_class(make_trainer):
    trainer = make_trainer(
        steps=600, batch_size=16, ema=0.9, optimizer={"lr": 5e-3}, penalties=(("r1", {"weight": 0.5}),)
    )
    trainer.train()
    noise = torch.randn(200, 3, generator=torch.Generator().manual_seed(0))
    a, b = (trainer.ema.module(noise, torch.eye(2)[[i] * 200]).mean().item() for i in (0, 1))
    assert a == pytest.approx(0.5, abs=0.15)
    assert b == pytest.approx(-0.5, abs=0.15)
