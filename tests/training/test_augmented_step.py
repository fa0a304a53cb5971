"""Augmentations in a training step: the discriminator sees nothing else, and resuming draws the same."""

from __future__ import annotations

import pytest
import torch

from synthgen import Augmentation, Options, UnsupportedError


class Outside(Augmentation):
    """Carries samples to where no other ones are."""

    def augment(self, x):
        return 3 * x + 10


class Jitter(Augmentation):
    """As random as any."""

    def augment(self, x):
        return x + torch.rand_like(x)


def test_discriminator_is_shown_only_what_is_augmented(make_trainer):
    trainer = make_trainer(
        steps=2,
        penalties=(("r1", {}), ("mismatch", {})),
        augmentations=[Outside(Options()), Outside(Options())],
    )
    shown = []
    trainer.discriminator.register_forward_pre_hook(lambda _, arguments: shown.append(arguments[0]))
    trainer.train()
    assert [len(x) for x in shown] == [16, 8, 16, 8] * 2  # both in one, r1, mismatch, the generator's step
    assert all(x.min() > 3 * (3 * -1.5 + 10) + 10 for x in shown)


def test_penalties_take_gradients_by_samples_before_augmentation(make_trainer):
    trainer = make_trainer(steps=1, penalties=(("r1", {}),), augmentations=[Outside(Options())])
    trainer.discriminator.net[2].p = 0.0
    gradients = []

    def penalty(critic, real, fake):
        x = real.x.clone().requires_grad_()
        before = torch.autograd.grad(critic(x, real.condition).logits.sum(), x)[0]
        after = trainer.discriminator(3 * x + 10, real.condition).logits.sum()
        gradients.append((before, torch.autograd.grad(after, x)[0]))

    trainer.train_step.penalties[0][1].penalty = penalty
    trainer.train()
    ((before, after),) = gradients
    assert torch.allclose(before, after)
    assert before.abs().sum() > 0


def test_resumed_training_draws_the_augmentations_that_would_have_come(make_trainer, tmp_path):
    def weights(trainer):
        return torch.cat([p.flatten() for p in trainer.ema.module.parameters()])

    settings = {"schedule": "constant", "augmentations": [Jitter(Options())]}
    whole = make_trainer(**settings)
    whole.train()
    first = make_trainer(steps=4, **settings)
    first.train()
    torch.save(first.state(), tmp_path / "state.pt")
    torch.rand(10)  # whatever happened meanwhile
    second = make_trainer(**settings)
    second.load_state(torch.load(tmp_path / "state.pt", weights_only=True))
    second.train()
    assert torch.equal(weights(second), weights(whole))


def test_change_of_images_refuses_samples_of_another_kind(make_trainer, registry):
    found = registry.find("augmentation", "diff_augment")
    trainer = make_trainer(augmentations=[found.build(found.component.Options())])
    with pytest.raises(UnsupportedError, match=r"diff_augment needs images .* not samples \(6,\)"):
        trainer.train()
