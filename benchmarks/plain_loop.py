"""The networks and the loss of `recipes/mnist_cgan.yaml` as a plain PyTorch loop, the way tutorials write one.

fp32, default memory format, a `DataLoader` over torchvision's dataset, `nn.ConvTranspose2d` as torch has it, both
networks' passes one by one, `torch.optim.Adam`: what a reader without synthgen would write for the same training.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot, softplus
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from synthgen.networks import blocks
from synthgen.recipe import Recipe


def steps_per_second(
    recipe: Recipe, generator: nn.Module, discriminator: nn.Module, root: Path, steps: int
) -> float:
    """Train fresh networks of a recipe for some steps; the first tenth is not timed."""
    for module in [*generator.modules(), *discriminator.modules()]:  # to torch's own forward passes
        if isinstance(module, blocks.TransposedConv2d):
            module.__class__ = nn.ConvTranspose2d  # type: ignore[assignment]
        elif isinstance(module, blocks.StridedConv2d):
            module.__class__ = nn.Conv2d  # type: ignore[assignment]
    to_tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
    dataset = datasets.MNIST(root, download=False, transform=to_tensor)
    loader = DataLoader(dataset, recipe.train.batch_size, shuffle=True, drop_last=True)
    settings = recipe.train.optimizer
    g_optimizer, d_optimizer = (
        torch.optim.Adam(network.parameters(), settings.lr, settings.betas)
        for network in (generator, discriminator)
    )
    average = deepcopy(generator)
    warm = max(1, steps // 10)
    start, step = 0.0, 0
    while True:
        for x, y in loader:
            if step == warm:
                start = time.perf_counter()
            if step == warm + steps:
                return steps / (time.perf_counter() - start)
            condition = one_hot(y, 10).float()

            with torch.no_grad():
                fake = generator(torch.randn(len(x), recipe.latent.dim), condition)
            real_logits = discriminator(x, condition).logits
            fake_logits = discriminator(fake, condition).logits
            d_loss = softplus(fake_logits - real_logits).mean()
            for penalty in recipe.penalties:
                options: Any = penalty.options
                if step % options.every == 0:
                    some = slice(options.samples)
                    value = PENALTIES[penalty.name](discriminator, x[some], fake[some], condition[some])
                    d_loss = d_loss + options.weight * options.every * value
            d_optimizer.zero_grad()
            d_loss.backward()
            d_optimizer.step()

            fake = generator(torch.randn(len(x), recipe.latent.dim), condition)
            fake_logits = discriminator(fake, condition).logits
            real_logits = discriminator(x, condition).logits
            g_loss = softplus(real_logits - fake_logits).mean()
            g_optimizer.zero_grad()
            g_loss.backward()
            g_optimizer.step()

            with torch.no_grad():
                for mean, weight in zip(average.parameters(), generator.parameters(), strict=True):
                    mean.lerp_(weight, 1 - recipe.train.ema)
            step += 1


def gradient_penalty(discriminator: nn.Module, x: Tensor, condition: Tensor) -> Tensor:
    """½ E ‖∇ logit(x)‖²."""
    x = x.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(x, condition).logits.sum(), x, create_graph=True)
    return 0.5 * gradient.square().flatten(1).sum(1).mean()


def mismatch(discriminator: nn.Module, x: Tensor, condition: Tensor) -> Tensor:
    """E softplus(logit under another's condition - logit under its own)."""
    wrong = condition.roll(1, 0)
    difference = discriminator(x, wrong).logits - discriminator(x, condition).logits
    return (softplus(difference) * (wrong != condition).any(1)).mean()


PENALTIES: dict[str, Callable[[nn.Module, Tensor, Tensor, Tensor], Tensor]] = {
    "r1": lambda discriminator, real, fake, condition: gradient_penalty(discriminator, real, condition),
    "r2": lambda discriminator, real, fake, condition: gradient_penalty(discriminator, fake, condition),
    "mismatch": lambda discriminator, real, fake, condition: mismatch(discriminator, real, condition),
}
"""The recipe's penalties: of discriminator, real and generated samples, and their condition."""
