"""A first look at freshly built networks, so that a fault is named before anything is trained or written."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from synthgen.components import Augmentation, Critique, Discriminator, Generator
from synthgen.data.training_data import TrainingData
from synthgen.device import fork_random
from synthgen.errors import PluginError, SynthgenError, describe
from synthgen.latents import draw_latents
from synthgen.plugins import Registered
from synthgen.training.settings import LatentSettings
from synthgen.training.trainer import Trainer

BATCH = 4


@torch.no_grad()
def probe_networks(
    generator: tuple[Registered, Generator],
    discriminator: tuple[Registered, Discriminator],
    data: TrainingData,
    latent: LatentSettings,
) -> None:
    """Send a small batch through both networks; raises PluginError for wrong shapes, types or numbers.

    Neither batch norm's statistics nor torch's random state are changed by it.
    """
    index = torch.arange(BATCH, device=data.device) % len(data)
    real = data.batch(index)
    noise = draw_latents(BATCH, latent, torch.Generator(data.device).manual_seed(0))
    x = _call(*generator, noise, real.condition)
    _check_tensor(f"{generator[0]}", x, (BATCH, *data.spec.shape))
    critique = _call(*discriminator, x, real.condition)
    if not isinstance(critique, Critique):
        raise PluginError(
            f"{discriminator[0]} returned {type(critique).__name__}; it must be synthgen.Critique"
        )
    _check_tensor(f"{discriminator[0]}: logits", critique.logits, (BATCH,))


def probe_augmentation(registered: Registered, augmentation: Augmentation, data: TrainingData) -> None:
    """Change a small batch of real samples; raises PluginError for another shape or type, or for NaN.

    One that cuts gradients is refused too: the generator would learn nothing. Torch's random state stays.
    """
    real = data.batch(torch.arange(BATCH, device=data.device) % len(data)).x
    x = _guard(registered, augmentation.augment, real.requires_grad_(True))
    _check_tensor(f"{registered}", x, tuple(real.shape))
    if x.dtype != real.dtype:
        raise PluginError(f"{registered} returned {x.dtype}; it must be {real.dtype}")
    if not x.requires_grad:
        raise PluginError(f"{registered} is not differentiable: what it returned has no gradient")


def probe_step(trainer: Trainer, components: list[Registered]) -> None:
    """Make each network's first training step on a copy of everything; raises PluginError that names components.

    This is where a loss that is no scalar shows, a penalty that fails, or a batch too small for batch norm.
    """
    try:
        with fork_random(trainer.device):
            copy = deepcopy(trainer.train_step)
            for step in trainer.turns.first:
                trainer.take(copy, step)
    except SynthgenError:
        raise
    except Exception as error:
        names = ", ".join(map(str, components))
        raise PluginError(f"a first training step of {names} failed: {describe(error)}") from error
    finally:
        trainer.random.manual_seed(trainer.random.initial_seed())


def _call(registered: Registered, network: nn.Module, *inputs: Tensor) -> Any:
    training = network.training
    try:
        return _guard(registered, network.eval(), *inputs)
    finally:
        network.train(training)


def _guard(registered: Registered, function: Callable[..., Any], *inputs: Tensor) -> Any:
    try:
        with fork_random(inputs[0].device):
            return function(*inputs)
    except SynthgenError:
        raise
    except Exception as error:
        raise PluginError(f"{registered} failed on a batch of {BATCH}: {describe(error)}") from error


def _check_tensor(what: str, value: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(value, Tensor):
        raise PluginError(f"{what} returned {type(value).__name__}; it must be a tensor of shape {shape}")
    if value.shape != shape:
        raise PluginError(f"{what} returned shape {tuple(value.shape)}; it must be {shape}")
    if not value.isfinite().all():
        raise PluginError(f"{what} returned NaN or infinity before any training")
