"""The procedures of textbooks: passes, turns, a generator batch of its own, classes, clipped gradients."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, softplus

from synthgen import Condition, Critique, DataSpec, Discriminator, Options, Samples
from synthgen.errors import PluginError
from synthgen.probe import probe_step
from synthgen.training.listener import Listener

SGD = {"name": "sgd", "lr": 0.1, "betas": (0.0, 0.9)}


class Counter(Listener):
    """How often each optimizer steps, and what is logged."""

    def __init__(self) -> None:
        self.values: list[dict[str, float]] = []

    def on_log(self, trainer, values):
        self.values.append(values)


def count_updates(trainer) -> list[list[int]]:
    """The steps at which generator and discriminator are updated, filled while it trains."""
    seen: list[list[int]] = [[], []]
    for optimizer, steps in zip(trainer.optimizers, seen, strict=True):
        if optimizer is not None:
            update = optimizer.update
            optimizer.update = lambda update=update, steps=steps: (steps.append(trainer.step), update())[1]
    return seen


def test_networks_are_updated_when_it_is_their_turn(make_trainer):
    trainer = make_trainer(steps=6, every=(3, 2), discriminator_steps=2)
    seen = count_updates(trainer)
    trainer.train()
    assert seen == [[2, 5], [0, 0, 2, 2, 4, 4]]


def test_generator_that_is_never_trained_stays_while_the_discriminator_learns(make_trainer):
    recorder = Counter()
    trainer = make_trainer(
        loss="non_saturating", steps=300, every=(0, 1), optimizer={"lr": 0.01}, listeners=[recorder]
    )
    before = [p.clone() for p in trainer.generator.parameters()]
    trainer.train()
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.generator.parameters(), strict=True))
    assert "generator_loss" not in recorder.values[0]
    last = recorder.values[-1]
    assert last["real_accuracy"] > 0.95
    assert last["fake_accuracy"] > 0.95
    assert last["real_probability"] > 0.5 > last["fake_probability"]


def test_resumed_training_of_a_discriminator_alone_goes_on_the_same(make_trainer):
    def weights(trainer):
        return [p.clone() for p in trainer.discriminator.parameters()]

    class Stop(Listener):
        def on_step(self, trainer):
            trainer.stop_requested = trainer.step == 4

    whole = make_trainer(every=(0, 1), discriminator_steps=(2, 1))
    whole.train()
    first = make_trainer(every=(0, 1), discriminator_steps=(2, 1), listeners=[Stop()])
    first.train()
    state = first.state()
    second = make_trainer(every=(0, 1), discriminator_steps=(2, 1))
    second.load_state(state)
    second.train()
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(second), strict=True))
    assert second.samples_seen == 10 / 2 * 3 * 8


def test_epochs_count_the_samples_of_uneven_turns(make_trainer):
    assert (
        make_trainer(steps=None, epochs=3, discriminator_steps=(2, 1)).total_steps == 10
    )  # of 8 or 16, of 40


@pytest.mark.parametrize("passes", ["joint", "separate"])
def test_joint_and_separate_passes_learn_alike_without_batch_norm(passes, make_trainer):
    trainer = make_trainer(
        loss="non_saturating", steps=1, discriminator_passes=passes, discriminator_optimizer=SGD
    )
    trainer.discriminator.net[2].p = 0.0
    trainer.train()
    joint = make_trainer(loss="non_saturating", steps=1, discriminator_optimizer=SGD)
    joint.discriminator.net[2].p = 0.0
    joint.train()
    for a, b in zip(trainer.discriminator.parameters(), joint.discriminator.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_successive_passes_update_on_real_samples_before_generated_ones_are_judged(make_trainer):
    """Against two hand-made updates of a copy."""
    trainer = make_trainer(
        loss="non_saturating", steps=1, discriminator_passes="successive", discriminator_optimizer=SGD
    )
    trainer.discriminator.net[2].p = 0.0
    step = trainer.train_step
    copy = [p.detach().clone().requires_grad_(True) for p in trainer.discriminator.parameters()]
    names = [name for name, _ in trainer.discriminator.named_parameters()]

    def logits(samples: Samples):
        parameters = dict(zip(names, copy, strict=True))
        return torch.func.functional_call(trainer.discriminator, parameters, tuple(samples)).logits

    def update(loss):
        for p, gradient in zip(copy, torch.autograd.grad(loss, copy), strict=True):
            p.data -= 0.1 * gradient

    made = []
    generate = step._generate
    step._generate = lambda like: made.append((like, generate(like))) or made[-1][1]
    learn = step._discriminator_step

    def check(real, fake, number):
        update(softplus(-logits(real)).mean())
        update(softplus(logits(Samples(fake.x.detach(), fake.condition))).mean())
        return learn(real, fake, number)

    step._discriminator_step = check
    trainer.train()
    assert len(made) == 1
    for mine, theirs in zip(copy, trainer.discriminator.parameters(), strict=True):
        torch.testing.assert_close(mine.data, theirs.data)


def test_generator_batch_of_its_own_is_generated_anew(make_trainer):
    trainer = make_trainer(steps=3, batch_size=8, generator_batch_size=20)
    sizes = []
    generate = trainer.train_step._generate
    trainer.train_step._generate = lambda like: (sizes.append(len(like.x)), generate(like))[1]
    trainer.train()
    assert sizes == [8, 20] * 3


def test_generator_step_without_a_discriminator_step_draws_its_own_batch(make_trainer):
    trainer = make_trainer(steps=2, discriminator_steps=(1, 0))
    seen = count_updates(trainer)
    trainer.train()
    assert seen == [[0, 1], [0]]


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop"])
def test_eps_of_the_optimizer_is_as_asked(name, make_trainer):
    trainer = make_trainer(optimizer={"name": name, "eps": 1e-3})
    assert [optimizer.defaults["eps"] for optimizer in trainer.optimizers] == [1e-3, 1e-3]


def test_gradients_are_clipped_by_value_for_each_network(make_trainer):
    trainer = make_trainer(
        steps=1,
        schedule="constant",
        optimizer=SGD | {"clip_value": 1e-4},
        discriminator_optimizer=SGD | {"lr": 1.0, "clip_value": 1e-3},
    )
    before = [[p.clone() for p in n.parameters()] for n in (trainer.generator, trainer.discriminator)]
    trainer.train()
    for network, old, most in zip(
        (trainer.generator, trainer.discriminator), before, (1e-5, 1e-3), strict=True
    ):
        moved = max((a - b).abs().max().item() for a, b in zip(network.parameters(), old, strict=True))
        assert moved == pytest.approx(most, rel=0.01)


class TwoHeads(Discriminator):
    """Tells validity and class."""

    def __init__(self, options, spec):
        super().__init__(options, spec)
        self.validity, self.classes = nn.Linear(6, 1), nn.Linear(6, 2)

    def forward(self, x, condition):
        return Critique(self.validity(x).squeeze(1), self.classes(x))


def two_heads(make_trainer, **settings):
    recorder = Counter()
    spec = DataSpec(shape=(6,), conditions=(Condition(name="label", values=("a", "b")),), noise_dim=3)
    torch.manual_seed(1)
    trainer = make_trainer(
        loss="non_saturating", listeners=[recorder], discriminator=TwoHeads(Options(), spec), **settings
    )
    return trainer, recorder


def test_discriminator_that_tells_classes_learns_them_and_the_generator_with_it(make_trainer):
    trainer, recorder = two_heads(make_trainer, steps=400, optimizer={"lr": 0.01})
    trainer.train()
    first, last = recorder.values[0], recorder.values[-1]
    assert first["real_class_loss"] == pytest.approx(math.log(2), abs=0.4)
    assert last["real_class_loss"] < 0.2
    assert last["generator_class_loss"] < 0.5


def test_class_loss_is_cross_entropy_with_the_condition_times_its_weight(make_trainer):
    moves = []
    for weight in (0.0, 1.0, 3.0):
        trainer, _ = two_heads(make_trainer, steps=1, class_loss=weight, optimizer=SGD, schedule="constant")
        before = trainer.discriminator.classes.bias.detach().clone()
        trainer.train()
        moves.append(trainer.discriminator.classes.bias.detach() - before)
    assert not moves[0].any()
    assert moves[1].any()
    torch.testing.assert_close(moves[2], 3 * moves[1])


def test_class_loss_agrees_with_torchs_cross_entropy(make_trainer):
    trainer, recorder = two_heads(make_trainer, steps=1, log_every=1)
    seen = []
    learn = trainer.train_step._discriminator_step

    def check(real, fake, number):
        with torch.no_grad():
            logits = trainer.discriminator(*real).class_logits
        seen.append(cross_entropy(logits, real.condition.argmax(1)).item())
        return learn(real, fake, number)

    trainer.train_step._discriminator_step = check
    trainer.train()
    assert recorder.values[0]["real_class_loss"] == pytest.approx(seen[0], rel=1e-5)


def test_augmentations_know_how_far_the_training_is(make_trainer, registry):
    augmentation = registry.find("augmentation", "diff_augment")
    one = augmentation.build(augmentation.component.Options())
    seen = []
    one.augment = lambda x: (seen.append(one.progress), x)[1]
    make_trainer(steps=4, augmentations=[one]).train()
    assert sorted(set(seen)) == [0.0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize(
    ("settings", "due"),
    [
        ({"every": (1, 2)}, [0, 4, 8, 12]),  # updates at 0, 2, 4, ...: every second of them
        ({"discriminator_steps": (0, 1)}, [1, 5, 9, 13]),  # no step at which it is trained is even
        (
            {"discriminator_steps": 3},
            [0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 12, 12, 13, 14, 14, 15],
        ),
    ],
)
def test_lazy_penalty_counts_the_steps_of_the_discriminator(settings, due, make_trainer):
    trainer = make_trainer(steps=16, penalties=(("r1", {"every": 2}),), **settings)
    seen = []
    _, penalty = trainer.train_step.penalties[0]
    work = penalty.penalty
    penalty.penalty = lambda *args: (seen.append(trainer.step), work(*args))[1]
    trainer.train()
    assert seen == due


class _ThreeClasses(Discriminator):
    """Of two."""

    def __init__(self):
        super().__init__(Options(), DataSpec(shape=(6,), noise_dim=3))
        self.net = nn.Linear(6, 4)

    def forward(self, x, condition):
        y = self.net(x)
        return Critique(y[:, 0], y[:, 1:])


def test_class_logits_for_another_number_of_classes_are_refused(make_trainer):
    with pytest.raises(PluginError, match=r"class logits \(8, 3\) for data of 2 classes"):
        make_trainer(discriminator=_ThreeClasses()).train()
    make_trainer(discriminator=_ThreeClasses(), class_loss=0).train()  # whatever a loss may make of them


@pytest.mark.parametrize("every", [(3, 1), (1, 1)])
def test_probe_tries_the_step_of_each_network(every, make_trainer):
    trainer = make_trainer(every=every)
    calls = []
    trainer.train_step.loss.generator = lambda real, fake: calls.append(1) or fake.logits
    with pytest.raises(PluginError, match="first training step"):
        probe_step(trainer, [])
    assert calls
