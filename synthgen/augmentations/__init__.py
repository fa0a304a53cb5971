"""Built-in augmentations of what the discriminator is shown, registered as any plugin's would be."""

from __future__ import annotations

from synthgen import Register, hookimpl
from synthgen.augmentations.diff_augment import DiffAugment


@hookimpl
def register_augmentations(register: Register) -> None:
    """Differentiable augmentation."""
    register("diff_augment", DiffAugment)
