"""Optimizers from their settings, and the course of the learning rate."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, pi

from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from synthgen.training.lean_optimizers import LeanAdam, LeanRMSprop
from synthgen.training.settings import OptimizerSettings, TrainSettings


def build_optimizer(settings: OptimizerSettings, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """The optimizer these settings name; fused where torch can."""
    beta1, beta2 = settings.betas
    lr, decay, eps = settings.lr, settings.weight_decay, settings.eps
    match settings.name:
        case "adam":
            return LeanAdam(parameters, lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay, fused=True)
        case "adamw":
            return AdamW(parameters, lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=decay, fused=True)
        case "rmsprop":
            return LeanRMSprop(
                parameters, lr=lr, alpha=beta2, momentum=beta1, eps=eps, weight_decay=decay, foreach=True
            )
        case "sgd":
            return SGD(parameters, lr=lr, momentum=beta1, weight_decay=decay, fused=True)


def learning_rate_factor(settings: TrainSettings, step: int, progress: float) -> float:
    """What the learning rates are multiplied by at `step`, when `progress` (0 to 1) of the run is done."""
    rise = min(1.0, (step + 1) / settings.warmup) if settings.warmup else 1.0
    if settings.schedule == "constant":
        return rise
    fall = 0.5 * (1 + cos(pi * min(progress, 1.0)))
    return rise * (settings.final_lr + (1 - settings.final_lr) * fall)


def set_learning_rate(optimizer: Optimizer, settings: OptimizerSettings, factor: float) -> None:
    """Give every parameter group its rate for the next step."""
    for group in optimizer.param_groups:
        group["lr"] = settings.lr * factor
