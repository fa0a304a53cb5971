"""Penalties that keep a discriminator smooth: gradient penalties, and the clipping of weights."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import softplus

from synthgen import Critic, Penalty, PenaltyOptions, Samples


def squared_gradient_norms(critic: Critic, x: Tensor, condition: Tensor) -> Tensor:
    """Squared norm of the logit's gradient by each sample, `(B,)`; differentiable by the weights."""
    x = x.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(x, condition).logits.sum(), x, create_graph=True)
    return gradient.square().flatten(1).sum(1)


class R1(Penalty):
    """Half the mean squared gradient norm at real samples (Mescheder et al. 2018, eq. 9)."""

    def penalty(self, critic: Critic, real: Samples, fake: Samples) -> Tensor:
        """½ E ‖∇ logit(real)‖²."""
        return 0.5 * squared_gradient_norms(critic, *real).mean()


class R2(Penalty):
    """Half the mean squared gradient norm at generated samples (Mescheder et al. 2018, eq. 10)."""

    def penalty(self, critic: Critic, real: Samples, fake: Samples) -> Tensor:
        """½ E ‖∇ logit(fake)‖²."""
        return 0.5 * squared_gradient_norms(critic, *fake).mean()


class WassersteinGradientPenalty(Penalty):
    """Pulls the gradient norm towards 1 between real and generated samples (Gulrajani et al. 2017, eq. 3)."""

    class Options(PenaltyOptions):
        """The paper's weight."""

        weight: float = Field(10.0, ge=0)
        """Factor of the penalty in the discriminator's loss."""

    def penalty(self, critic: Critic, real: Samples, fake: Samples) -> Tensor:
        """E (‖∇ logit(x̂)‖ - 1)², x̂ at a random place on the line from a real to a generated sample."""
        share = torch.rand(len(real.x), *[1] * (real.x.dim() - 1), device=real.x.device, dtype=real.x.dtype)
        between = torch.lerp(fake.x.detach(), real.x, share)
        norms = (squared_gradient_norms(critic, between, real.condition) + 1e-12).sqrt()
        return (norms - 1).square().mean()


class WeightClipping(Penalty):
    """Clips every weight of the critic: the first Wasserstein GAN (Arjovsky et al. 2017, algorithm 1)."""

    class Options(PenaltyOptions):
        """The paper's bound; `weight` has no meaning here."""

        limit: float = Field(0.01, gt=0)
        """Weights are kept between -limit and limit."""

    @torch.no_grad()
    def constrain(self, discriminator: nn.Module) -> None:
        """Clip all parameters in place."""
        for parameter in discriminator.parameters():
            parameter.clamp_(-self.options.limit, self.options.limit)


class Mismatch(Penalty):
    """A real sample under a wrong condition must look less real than under its own.

    The third kind of input of matching-aware discriminators (Reed et al. 2016, algorithm 1), here paired as
    in the relativistic loss. It sharpens what the discriminator knows of classes, and so the labels that
    generated samples deserve. Conditions are exchanged within the batch; pairs that have the same count as 0.
    """

    def penalty(self, critic: Critic, real: Samples, fake: Samples) -> Tensor:
        """E softplus(logit(real, another's condition) - logit(real, its own))."""
        wrong = real.condition.roll(1, 0)
        differ = (wrong != real.condition).any(1)
        both = critic(torch.cat([real.x, real.x]), torch.cat([real.condition, wrong])).logits
        right_logits, wrong_logits = both.chunk(2)
        return (softplus(wrong_logits - right_logits) * differ).mean()
