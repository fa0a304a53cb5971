"""Adversarial losses: what discriminator and generator minimise, as functions of the critiques.

Written with the logits `r` of real and `f` of generated samples; softplus(-x) is -log(sigmoid(x)).
"""

from __future__ import annotations

from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor
from torch.nn.functional import relu, softplus

from synthgen import Critique, Loss, Options

Label = Annotated[float, Field(ge=0, le=1)]


class Relativistic(Loss):
    """Is the real sample more real than the generated one? Logistic, on pairs of logits.

    Paired relativistic GAN: Jolicoeur-Martineau 2019; with R1 and R2 the loss of R3GAN (Huang et al. 2024).
    """

    generator_needs_real = True
    sigmoid_inside = True

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """softplus(f - r)."""
        return softplus(fake.logits - real.logits).mean()

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """softplus(r - f)."""
        assert real is not None  # generator_needs_real
        return softplus(real.logits - fake.logits).mean()


class NonSaturating(Loss):
    """Logistic loss with the generator's strong gradient (Goodfellow et al. 2014, section 3)."""

    logistic = True

    class Options(Options):
        """Labels that the discriminator is told, other than 1 for real and 0 for generated samples.

        One-sided smoothing and noisy labels: Salimans et al. 2016, section 3.4. The generator's aim stays 1.
        """

        real_label: Label | tuple[Label, Label] = 1.0
        """Label of real samples, such as 0.9, or two bounds, in either order, between which each sample's is drawn
        evenly."""
        fake_label: Label | tuple[Label, Label] = 0.0
        """The same of generated samples."""
        flip: float = Field(0.0, ge=0, lt=0.5)
        """Chance with which a sample is told the other kind's label."""

        @model_validator(mode="after")
        def _real_is_higher(self) -> Self:
            lowest, highest = _bounds(self.real_label)[0], _bounds(self.fake_label)[1]
            if lowest <= highest:
                raise ValueError(
                    f"real_label must be higher than fake_label, not {lowest:g} and {highest:g}: exchanging the two"
                    " everywhere is the same GAN with another sign"
                )
            return self

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """softplus(-r) + softplus(f), or the cross-entropy with other labels than 1 and 0."""
        options = self.options
        if (options.real_label, options.fake_label, options.flip) == (1.0, 0.0, 0.0):
            return softplus(-real.logits).mean() + softplus(fake.logits).mean()
        on_real = _labels(real.logits, options.real_label, options.fake_label, options.flip)
        on_fake = _labels(fake.logits, options.fake_label, options.real_label, options.flip)
        return _cross_entropy(real.logits, on_real) + _cross_entropy(fake.logits, on_fake)

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """softplus(-f)."""
        return softplus(-fake.logits).mean()


class Minimax(NonSaturating):
    """The game as first written (Goodfellow et al. 2014, eq. 1); its generator saturates early."""

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """log(1 - sigmoid(f)), which is -softplus(f)."""
        return -softplus(fake.logits).mean()


class LeastSquares(Loss):
    """Least-squares GAN (Mao et al. 2017, eq. 2 with a = 0, b = c = 1)."""

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """((r - 1)² + f²) / 2."""
        return 0.5 * ((real.logits - 1).square().mean() + fake.logits.square().mean())

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """(f - 1)² / 2."""
        return 0.5 * (fake.logits - 1).square().mean()


class Wasserstein(Loss):
    """Earth mover's distance through a critic, to be kept Lipschitz by a penalty (Arjovsky et al. 2017)."""

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """Mean f less mean r."""
        return fake.logits.mean() - real.logits.mean()

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """-f."""
        return -fake.logits.mean()


class Hinge(Loss):
    """Hinge loss (Lim and Ye 2017); as in SAGAN and BigGAN."""

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """relu(1 - r) + relu(1 + f)."""
        return relu(1 - real.logits).mean() + relu(1 + fake.logits).mean()

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """-f."""
        return -fake.logits.mean()


def _bounds(label: float | tuple[float, float]) -> tuple[float, float]:
    low, high = label if isinstance(label, tuple) else (label, label)
    return min(low, high), max(low, high)


def _labels(
    like: Tensor, label: float | tuple[float, float], other: float | tuple[float, float], flip: float
) -> Tensor:
    """A label for each sample, drawn anew; with the chance `flip`, one of the other kind."""

    def draw(bounds: tuple[float, float]) -> Tensor:
        low, high = bounds
        return torch.full_like(like, low) if low == high else torch.empty_like(like).uniform_(low, high)

    labels = draw(_bounds(label))
    return torch.where(torch.rand_like(like) < flip, draw(_bounds(other)), labels) if flip else labels


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean binary cross-entropy; softplus(x) - label x is -label log s(x) - (1 - label) log(1 - s(x))."""
    return (softplus(logits) - labels * logits).mean()
