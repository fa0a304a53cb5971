"""What `benchmarks/textbook_keras.py` is asked to train: a recipe in what Keras needs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Entry = str | Mapping[str, Any]
"""A layer as resolved recipes have it: its name, or a mapping with every option, its main value first."""


class Job(NamedTuple):
    """A GAN and its training."""

    shape: Sequence[int]
    """Of a sample, channels first."""
    classes: int
    """Of the labels, for embeddings and class heads."""
    latent: int
    uniform: bool
    """Whether latents are, between -1 and 1; otherwise normal."""
    generator: Sequence[Entry] | None
    """None for noise instead of a generator."""
    discriminator: Sequence[Entry]
    heads: Mapping[str, Sequence[Entry]]
    """`validity`, then `class`, if the discriminator ends in such."""
    loss: str
    real_label: tuple[float, float]
    fake_label: tuple[float, float]
    """Bounds; equal ones for one number."""
    flip: float
    clip: float | None
    """Bound of the discriminator's weights."""
    gradient_penalty: float | None
    """Weight of WGAN-GP's."""
    optimizers: Sequence[Mapping[str, Any]]
    """The generator's and the discriminator's, in a recipe's words."""
    batch: int
    generator_batch: int
    joint: bool
    """Whether real and fake samples are one batch of the discriminator, or two calls."""
    discriminator_steps: Sequence[int]
    """At each step in turn."""
    generator_steps: Sequence[int]
    """The same of the generator, 0 or 1."""
    lean: bool
    """Whether fake samples come from predict_on_batch."""
    threads: int
