"""Adversarial losses: what discriminator and generator minimise, as functions of the critiques.

Written with the logits `r` of real and `f` of generated samples; softplus(-x) is -log(sigmoid(x)).
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu, softplus

from synthgen import Critique, Loss


class Relativistic(Loss):
    """Is the real sample more real than the generated one? Logistic, on pairs of logits.

    Paired relativistic GAN: Jolicoeur-Martineau 2019; with R1 and R2 the loss of R3GAN (Huang et al. 2024).
    """

    generator_needs_real = True

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """softplus(f - r)."""
        return softplus(fake.logits - real.logits).mean()

    def generator(self, real: Critique | None, fake: Critique) -> Tensor:
        """softplus(r - f)."""
        assert real is not None  # generator_needs_real
        return softplus(real.logits - fake.logits).mean()


class NonSaturating(Loss):
    """Logistic loss with the generator's strong gradient (Goodfellow et al. 2014, section 3)."""

    def discriminator(self, real: Critique, fake: Critique) -> Tensor:
        """softplus(-r) + softplus(f)."""
        return softplus(-real.logits).mean() + softplus(fake.logits).mean()

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
