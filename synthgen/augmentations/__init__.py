"""Built-in augmentations of what the discriminator is shown, registered as any plugin's would be."""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen.augmentations.diff_augment import DiffAugment
from synthgen.augmentations.instance_noise import InstanceNoise


@hookimpl
def register_augmentations(register: Register) -> None:
    """Differentiable augmentation of images, and noise on samples of any kind."""
    register("diff_augment", DiffAugment)
    register("instance_noise", InstanceNoise)
