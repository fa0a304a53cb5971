"""Whose turn it is: at which steps the discriminator is trained, how often, and at which the generator."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm


@dataclass(frozen=True)
class Turns:
    """How often each network is trained. Steps count from 0."""

    discriminator_steps: int | tuple[int, ...] = 1
    """At each step of its own, or at one after the other, in turn."""
    discriminator_every: int = 1
    """At every n-th step, the first one among them."""
    generator_every: int = 1
    """At every n-th step, the n-th one first; 0 for never."""

    def discriminator(self, step: int) -> int:
        """Discriminator steps at this step."""
        if step % self.discriminator_every:
            return 0
        steps = self.discriminator_steps
        return steps if isinstance(steps, int) else steps[step % len(steps)]

    def generator(self, step: int) -> bool:
        """Whether the generator is trained at this step."""
        return self.generator_every > 0 and (step + 1) % self.generator_every == 0

    def discriminator_total(self, steps: int) -> int:
        """Discriminator steps in the first so many steps."""
        whole, rest = divmod(steps, self.period)
        return whole * self.per_period + sum(map(self.discriminator, range(rest)))

    @property
    def first(self) -> list[int]:
        """The first step of each network that is trained; one for both where they begin together."""
        discriminator = next(step for step in range(self.period) if self.discriminator(step))
        return sorted({discriminator, max(self.generator_every - 1, 0)})

    @property
    def period(self) -> int:
        """Steps after which all begins anew."""
        cycle = 1 if isinstance(self.discriminator_steps, int) else len(self.discriminator_steps)
        return lcm(cycle, self.discriminator_every)

    @property
    def per_period(self) -> int:
        """Discriminator steps in these; 0 only if the two settings never meet."""
        return sum(map(self.discriminator, range(self.period)))
