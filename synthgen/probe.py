"""A first look at freshly built networks, so that a faulty one is named before anything is trained or written."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from synthgen.components import Critique, Discriminator, Generator
from synthgen.data.training_data import TrainingData
from synthgen.errors import PluginError, SynthgenError
from synthgen.latents import draw_latents
from synthgen.plugins import Registered, describe
from synthgen.training.settings import LatentSettings

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
    index = torch.arange(BATCH, device=data.x.device) % len(data)
    real = data.batch(index)
    noise = draw_latents(BATCH, latent, torch.Generator(data.x.device).manual_seed(0))
    x = _call(*generator, noise, real.condition)
    _check_tensor(f"{generator[0]}", x, (BATCH, *data.spec.shape))
    critique = _call(*discriminator, x, real.condition)
    if not isinstance(critique, Critique):
        raise PluginError(
            f"{discriminator[0]} returned {type(critique).__name__}; it must be synthgen.Critique"
        )
    _check_tensor(f"{discriminator[0]}: logits", critique.logits, (BATCH,))


def _call(registered: Registered, network: nn.Module, *inputs: Tensor) -> Any:
    training = network.training
    try:
        with torch.random.fork_rng(devices=[]):
            return network.eval()(*inputs)
    except SynthgenError:
        raise
    except Exception as error:
        raise PluginError(f"{registered} failed on a batch of {BATCH}: {describe(error)}") from error
    finally:
        network.train(training)


def _check_tensor(what: str, value: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(value, Tensor):
        raise PluginError(f"{what} returned {type(value).__name__}; it must be a tensor of shape {shape}")
    if value.shape != shape:
        raise PluginError(f"{what} returned shape {tuple(value.shape)}; it must be {shape}")
    if not value.isfinite().all():
        raise PluginError(f"{what} returned NaN or infinity before any training")
